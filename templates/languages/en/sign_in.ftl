sign-in-title = Sign in
sign-in-again-title = Sign in again
sign-in-app = to continue to <strong>{ $app }</strong>
sign-in-name = Email address or username
sign-in-button = Sign in
sign-in-busy = Signing in…
sign-in-or = or

sign-in-wrong = Email address, username or password is not right
sign-in-no-name = Enter your email address or username
sign-in-no-password = Enter your password
sign-in-no-password-passkey = Enter your password, or sign in with a passkey
sign-in-too-many = Too many attempts. Try again { $when }.
sign-in-too-many-passkey = Too many attempts. Try again { $when }, or sign in with a passkey now.

expired-title = This page was open too long
expired-text = Sign in again to go on.
expired-app = Sign in again to go on to { $app }.

no-access-title = You cannot go on with this account
no-access-text = This account cannot be used at the moment. Ask your administrator.
no-access-account = This account is switched off. Ask an administrator of <strong>{ $organisation }</strong>.
no-access-organisation = <strong>{ $organisation }</strong> is switched off. Ask the helpdesk what you can do.
no-access-membership = Your place at <strong>{ $organisation }</strong> is switched off. Ask an administrator of { $organisation }.
no-access-app = <strong>{ $app }</strong> is switched off. Nothing is wrong with your account.

confirm-title = Confirm it is you
confirm-text = Something that protects your account comes next.
confirm-wrong = That password is not right
