overview-menu = Overview
overview-title = Your account
overview-you = Your details
overview-profile = Change details
overview-signed-in = Where you are signed in
overview-since = Here, since { $when }.
overview-elsewhere = { $count ->
    [0] You are not signed in anywhere else.
    [one] You are also signed in in one other place.
   *[other] You are also signed in in { $count } other places.
}
overview-sessions = Show sessions
overview-organisations = { $count ->
    [one] Your organisation
   *[other] Your organisations
}

sessions-menu = Sessions
sessions-title = Sessions
sessions-text = These browsers are signed in to your account. Do you not know one of them? Sign it out and change your password.
sessions-alone = You are only signed in here.
sessions-here = This device
sessions-started = Signed in
sessions-last-used = Last active
sessions-end-others = Sign out everywhere else
sessions-ended = { $count ->
    [0] Nothing was left to sign out.
    [one] Signed out in one place.
   *[other] Signed out in { $count } places.
}
browser-on = { $browser } on { $system }
browser-unknown = Unknown browser

protection = Your security
protection-passkeys = Passkeys
protection-passkeys-count = { $count ->
    [0] None yet
    [one] 1, add a second one
   *[other] { $count }
}
protection-second = Two-factor authentication
protection-codes = Recovery codes
protection-codes-left = { $count ->
    [0] None
   *[other] { $count } left
}
protection-show = Show security
last-events = Last activity
last-events-all = Show all activity

sessions-way = How
sessions-apps = Apps
signed-in-by-passkey = a passkey
signed-in-by-security-key = password and security key
signed-in-by-totp = password and authenticator app
signed-in-by-sms = password and text message
signed-in-by-email = password and a code by email
signed-in-by-recovery-code = password and a recovery code
signed-in-by-second-step = password and a second step
signed-in-by-password = password

apps-menu = Connected apps
apps-title = Connected apps
apps-text = You have signed in to these apps with this account.
apps-none = No app has access to your account. An app appears here once you have signed in to it.
apps-receives = Receives
apps-other = Access to { $scope }
apps-first-used = First used
apps-last-used = Last used
apps-remove = Remove access
apps-remove-title = Remove the access of { $app }?
apps-remove-text = { $app } is signed out and must ask again. What it has received already, it may still have.
apps-removed = { $app } has no access any more.

activity-menu = Activity
activity-title = Activity
activity-what = What
activity-what-all = Everything
activity-what-sign-ins = Signing in and out
activity-what-security = Security
activity-what-apps = Apps
activity-period = Period
activity-period-7 = Last 7 days
activity-period-14 = Last 14 days
activity-period-30 = Last 30 days
activity-period-90 = Last 90 days
activity-show = Show
activity-none = Nothing happened in this period.
activity-older = Older
activity-newest = Newest
activity-csv = Download as CSV
activity-reference = Reference { $reference }
not-you = Not you?
chart = Sign-ins per day
chart-label = { $done ->
    [one] 1 sign-in
   *[other] { $done } sign-ins
}, { $failed ->
    [0] none failed
    [one] 1 failed
   *[other] { $failed } failed
}
chart-table = As a table
chart-day = Day
chart-passkey = Passkey
chart-second = Password and second step
chart-password = Password only
chart-failed = Failed

activity-an-app = an app
activity-signed-in = Signed in with { $way }.
activity-signed-in-app = Signed in to { $app } with { $way }.
activity-wrong-password = Someone entered a wrong password.
activity-password-right = The right password was entered. A second step was asked.
activity-step = A step of a sign-in was completed.
activity-refused = A sign-in did not succeed.
activity-signed-out = Signed out.
activity-session-ended = Another device was signed out.
activity-invitation = The invitation was accepted.
activity-app-opened = Went on to { $app }.
activity-app-denied = { $app } did not get access.
activity-app-allowed = { $app } got access.
activity-app-removed = Access of { $app } was removed.
activity-app-stopped = Access of { $app } was stopped, because a key was used twice.
activity-wrong-password-change = A wrong current password was entered when changing the password.
activity-password-removed = The password was removed.
activity-password-forgotten = Someone asked for a new password by email.
activity-password-code-wrong = A wrong code for a new password was entered.
activity-password-mail-read = The email for a new password was used.
activity-password-changed = The password was changed.
activity-factor-added = { $what } was added.
activity-factor-removed = { $what } was removed.
activity-factor-renamed = { $what } got another name.
activity-factor-default = { $what } is asked first from now on.
activity-codes = New recovery codes were made.
activity-devices = Devices that were not asked for 30 days were forgotten.
activity-email-asked = Another email address was asked for.
activity-email-cancelled = The new email address was given up.
activity-email-changed = The email address was changed.
activity-email-undone = The old email address was restored.
activity-account-erased = All data about the account were erased.
activity-data-exported = All data about the account were downloaded.
activity-profile = Name or language was changed.
activity-account-added = The account was added.
activity-account-disabled = The account was switched off or on.
activity-account-unlocked = The account was unlocked by the operator.
activity-recovery = The helpdesk worked on letting somebody back in.
activity-recovery-stopped = The recovery was stopped.
activity-recovery-used = What was lost was removed, after two people approved.
activity-other = Something else happened ({ $kind }).
activity-a-way = A way to sign in

not-you-title = Was this not you?
not-you-text = Take these steps one after the other. It takes a few minutes.
not-you-sessions = 1. Sign out everywhere else
not-you-sessions-text = Whoever is signed in with your account on another device loses access at once.
not-you-password = 2. Set a new password
not-you-password-text = Choose one that you use nowhere else. Devices that were not asked for 30 days are asked again.
not-you-no-password = You have no password, so nobody can know it.
not-you-factors = 3. Look at your passkeys and second factors
not-you-factors-text = Remove whatever you do not know.
not-you-helpdesk = 4. Tell the helpdesk
not-you-helpdesk-text = They can look whether more happened, also at your colleagues.

profile-menu = Profile
profile-title = Profile
profile-name-wrong = Enter your name, with at most 200 characters
profile-username = Username
profile-language = Language of pages and emails
profile-save = Save
profile-email-text = Mail goes here, and you can sign in with it.
profile-email-change = Change email address
profile-email-pending = We sent an email to <strong>{ $email }</strong>. Open the link in it, { $until } at the latest, in a browser where you are signed in.
profile-email-cancel = Do not change it
profile-data = Your data
profile-data-text = Everything we keep about you, in one JSON file. Passwords and other secrets are not in it.
profile-data-download = Download my data
profile-done-confirmed = Thank you, it is you. You can download your data now.
profile-done-saved = Your profile is saved.
profile-done-asked = Look in the mailbox of your new address.
profile-done-cancelled = Your email address stays as it is.
profile-done-changed = Your email address is changed.
email-title = Change your email address
email-text = You have <strong>{ $email }</strong> now. We send a link to the new address, and tell the old one once it is changed.
email-new = New email address
email-send = Send the link
email-not-an-email = Enter an email address, such as anna@kantoor.nl
email-same = This is your email address already
email-confirm-title = Use this email address?
email-confirm-text = From now on mail goes to <strong>{ $email }</strong>, and you sign in with it.
email-confirm-button = Use this address
email-undo-title = Restore your email address?
email-undo-text = Mail goes to <strong>{ $email }</strong> again. Everybody who is signed in to the account is signed out.
email-undo-button = Restore my address
email-undone-title = Your email address is restored
email-undone-text = <strong>{ $email }</strong> counts again, and everybody is signed out. Sign in and set a new password now. If you cannot get in, call the helpdesk.
email-sign-in-title = Sign in first
email-sign-in-text = Sign in to the account whose email address you change. Then open the link in the email again.
email-closed-title = This link no longer works
email-closed-text = It was used already, has expired, or belongs to another account.
email-to-profile = To your profile

mail-email-confirm = Confirm your new email address
mail-email-confirm-body = You (or someone else) asked to use this address for an account. Open the link in a browser where you are signed in. It works for 24 hours, once.
mail-email-confirm-button = Look at the change
mail-email-confirm-advice = Was this not you? Then you need not do anything: without this link nothing changes.
mail-email-taken = This email address is in use
mail-email-taken-body = Someone asked to use this address for another account. That is not possible, because an account with this address exists. Nothing was changed.
mail-email-taken-advice = Was this you? Then sign in with this address, or choose another one. Otherwise you need not do anything.
mail-email-changed = Your email address was changed
mail-email-changed-body = Your account now has the address { $email }. Mail no longer goes to this one.
mail-email-changed-undo = Was this not you? You can restore this address for 7 days:
mail-email-changed-button = Look at the change
mail-email-changed-advice = If you cannot get in any more, call the helpdesk.
profile-organisations = Organisations
profile-home = looks after your account
profile-done-left = You left the organisation.
leave-title = Leave { $organisation }?
leave-text = You belong to { $organisation } no longer, and apps that you use for it stop. Your account stays. To come back, somebody there has to invite you again.
leave-button = Leave
