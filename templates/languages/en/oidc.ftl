consent-title = Continue to { $app }?
consent-gets = <strong>{ $app }</strong> ({ $host }) will receive:
consent-openid = That you have signed in
consent-profile = Your name
consent-email = Your email address
consent-organisation = Your organisation and role
consent-offline-access = Access that continues when you are away
consent-other = Access to: <strong>{ $scope }</strong>
signed-in-as = You are signed in as <strong>{ $account }</strong>

returning-title = Returning to { $app }…
returning-text = You are signed in. Does nothing happen? Choose Continue.
form-post-text = Does nothing happen? Choose Continue.

sign-out-title = Sign out of { $product }?
sign-out-text = You can sign in again at any time.
sign-out-app = <strong>{ $app }</strong> asks to sign you out here as well.
stay-signed-in = Stay signed in
signed-out-title = You are signed out
signed-out-text = On a shared computer, also close your browser.
