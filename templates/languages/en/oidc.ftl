consent-title = Continue to { $app }?
consent-gets = <strong>{ $app }</strong> ({ $host }) will receive:
consent-openid = That you have signed in
consent-profile = Your name
consent-email = Your email address
consent-organisation = Your organisation and role
consent-offline-access = Access that continues when you are away
consent-other = Access to: <strong>{ $scope }</strong>
consent-policy = Privacy statement of { $app }
consent-terms = Terms of { $app }
signed-in-as = You are signed in as <strong>{ $account }</strong>

device-title = Sign in on a device
device-sign-in = Sign in here first. Then type the code that your device shows.
device-text = Type the code that your device shows. Only do this if you started it yourself, on a device in front of you.
device-code = Code
device-hint = Eight letters
device-empty = Type the code that your device shows.
device-unknown = That code is not right, or it has expired. Look at your device again.
device-too-many = Too many attempts. Try again { $when }.
device-approve-title = Let a device sign in to { $app }?
device-approve-from = A device asked for this from IP address <strong>{ $address }</strong>, { $when }.
device-approve-warning = Did somebody send you the code, or did you not start this yourself? Then choose No: whoever has the device would get into your account.
device-approve-gets = <strong>{ $app }</strong> on that device will receive:
device-approve-button = Yes, sign in
device-refuse-button = No
device-done-title = Your device is signed in
device-done-text = You can go on with <strong>{ $app }</strong> on your device, and close this page.
device-done-apps = Look at your apps
device-denied-title = The device was refused
device-denied-text = <strong>{ $app }</strong> on that device received nothing.
device-denied-account = To your account

returning-title = Returning to { $app }…
returning-text = You are signed in. Does nothing happen? Choose Continue.
form-post-text = Does nothing happen? Choose Continue.

sign-out-title = Sign out of { $product }?
sign-out-text = You can sign in again at any time.
sign-out-app = <strong>{ $app }</strong> asks to sign you out here as well.
stay-signed-in = Stay signed in
signed-out-title = You are signed out
signed-out-text = On a shared computer, also close your browser.
signing-out-frame = Signing out of an app
leaving-text = You go back to { $app } in a moment.

accounts-title = Choose an account
accounts-for = <strong>{ $app }</strong> asks which account you want to use.
accounts-in = Signed in
accounts-out = Signed out
accounts-remove = Remove from this list
accounts-remove-one = Remove { $name } from this list
choose-organisation = Which organisation?
choose-organisation-text = <strong>{ $app }</strong> works for one organisation at a time.
choose-organisation-last = last time
choose-organisation-find = Filter by name
choose-organisation-count = { $count ->
    [0] No organisation is called that.
    [one] 1 organisation
   *[other] { $count } organisations
}
not-admitted-title = You do not have access to { $app }
not-admitted-text = <strong>{ $app }</strong> is not for people of your organisation. You are signed in as <strong>{ $account }</strong>.
not-admitted-back = Back to { $app }
