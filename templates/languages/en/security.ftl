security-menu = Security and login details
security-title = Security and login details
on = On
off = Off
passkeys = Passkeys
passkeys-none = You have no passkeys yet. With a passkey you sign in with your fingerprint, face or PIN.
passkeys-one = <strong>You have one passkey.</strong> Add a second one, for example on your phone, so you can still sign in when you lose this device.
passkeys-create = Create a new passkey
synced = Synced
not-synced = Only on this device
second = Two-factor authentication
second-text = After your password you confirm in a second way that it is you.
second-required = { $organisation } requires it.
second-required-operator = Your role requires it.
second-add = Add a way
strength-basic = Basic
strength-strong = Strong
strength-strongest = Strongest
default = Asked first
make-default = Ask first
rename = Rename
added = Added { $when }.
added-with = Added { $when } with { $browser }.
last-used = Last used { $when }.
never-used = Not used yet.
recovery-left = { $count ->
    [0] You have no recovery codes. Make them, so you can still sign in when you lose your phone.
    [one] You have 1 code left. Make new ones soon.
   *[other] You have { $count } codes left.
}
devices = Devices that are not asked for 30 days
devices-none = There are none. You can choose it when you confirm that it is you.
devices-never = { $organisation } asks for a code every time.
devices-never-operator = With your role you are asked every time.
devices-until = Until { $when }
devices-forget-all = Forget all
forget = Forget
password-since = Chosen { $when }.
password-none = You have no password. You sign in with a passkey.
password-change = Change password
password-choose = Choose a password
password-change-title = Change your password
password-choose-title = Choose a password
password-change-text = You are signed out everywhere else, and devices that were not asked for 30 days are asked again.
password-current = Current password
password-new = New password
password-hint = Use at least { $least } characters. A few words in a row works well.
password-save = Save the new password
password-busy = Saving…
password-too-many = Too many attempts. Try again { $when }.
password-too-short = Use at least { $least } characters. A few words in a row works well.
password-too-long = This password is longer than we can keep. Use fewer words.
password-guessable = This password is easy to guess. Choose another one.

mail-password = Your password was changed
mail-password-body = Your password was changed. You were signed out everywhere else.
mail-password-advice = Not you? Call the helpdesk now.

password-remove = Remove password
password-remove-note = Sign in with passkeys only.
password-remove-title = Remove your password?
password-remove-text = You then sign in with one of your { $passkeys } passkeys. With a lost device, a recovery code no longer helps without a password: another passkey does, and else the helpdesk. You cannot ask for a new password by email either.
password-remove-later = You can choose a password again at any time. You are signed out everywhere else.
done-password-changed = Your password is changed. You are signed out everywhere else.
done-password-removed = Your password is removed. You are signed out everywhere else.
mail-password-removed = Your password was removed
mail-password-removed-body = Your password was removed. You were signed out everywhere else.
