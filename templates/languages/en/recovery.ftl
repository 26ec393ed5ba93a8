recover-link = I cannot sign in
recover-title = What is the problem?
recover-missing = Choose what the problem is
recover-password = I forgot my password
recover-second-factor = I lost my phone or authenticator app
recover-passkey = I lost my passkey or security key
recover-messages = I do not get the email or text message
recover-network = My IP address is blocked
recover-back = Back to signing in
recover-other = Something else is the problem

advice-second-factor = Sign in with your password. When a code is asked, choose “Use another way” and then “Recovery code”. It is on the list that you stored when you set up two-factor authentication.
advice-passkey = Sign in with another passkey, or with your password. When a second step is asked, choose “Use another way” and then “Recovery code”.
advice-messages = Look in your spam folder as well; the sender is { $from }. A text message can take a minute and needs reception. When a code is asked you can also choose “Use another way”.
advice-network = Use another network, or ask an administrator of your organisation to allow this one. They see it under IP addresses.
advice-helpdesk = Does none of this help?
advice-helpdesk-text = A colleague of the helpdesk calls you on the number that we have. Two people must approve. That takes time, and keeps strangers out.
advice-helpdesk-button = Ask the helpdesk

forgotten-text = You get an email with which you can choose a new password.
forgotten-too-many = This was asked too often. Try again { $when }.
forgotten-unavailable = We could not send the email just now. Try again later, or ask the helpdesk.

reset-waiting-text = If we know this address, you will get an email within a few minutes.
reset-waiting-hint = It is in the email, and works for 10 minutes. You may also open the link in the email.
reset-waiting-other-name = Is it the address that you sign in with?
reset-waiting-again = Ask once more

reset-link-text = You are about to choose a new password for <strong>{ $account }</strong>.
reset-link-warning = Go on only if you asked for this yourself. If you have a second factor, it is asked now.
new-password-title = Set a new password
new-password-text = for <strong>{ $email }</strong>
new-password-demanded = Your administrator asks you to choose another password. It takes a minute, then you go on.
password-same = This is your current password. Choose another one.
new-password-done = Your password is changed. Sign in with it.

reset-closed-title = This link no longer works
reset-closed-text = A link works once, for 30 minutes, and only the newest one. Ask for a new one.
reset-closed-again = Ask for a new one

mail-reset = Set a new password for { $idp }
mail-reset-asked = You (or someone else) asked for a new password. Type this code in the page that is open ({ $minutes } minutes):
mail-reset-or = Or open this link ({ $minutes } minutes, once):
mail-reset-button = Set a new password
mail-reset-until = Your old password keeps working until you have set a new one.
mail-reset-step = You still need your second factor.
mail-reset-none = You (or someone else) asked for a new password. Your account has no password: you sign in with a passkey.
mail-reset-advice = Not you? You need not do anything.
