step-other = Use another way
step-busy = Checking…
step-remember = Do not ask again for 30 days on this device, from this IP address
step-every-time = { $organisation } asks for a code every time.
step-for-app = <strong>{ $app }</strong> asks for a stronger sign-in.
step-wrong = That code is not right. Check the newest code and try again.
step-shape = The code must be 6 numbers
step-reused = You have already used this code. Wait for the next one.
step-drift = The clock on your phone is about { $minutes ->
    [one] 1 minute
   *[other] { $minutes } minutes
} wrong. Set date and time to automatic and try again.
step-too-many = Too many attempts. Try again { $when }, or use another way.

totp-title = Enter the code from your authenticator app
totp-find = Find <strong>{ $idp } ({ $email })</strong> in the app.
totp-code = 6-digit code
totp-hint = The code changes every 30 seconds. You may paste it with a space.

recovery-title = Enter a recovery code
recovery-find = It is on the list that you stored when you set up two-factor authentication. Each code works once.
recovery-code = Recovery code
recovery-hint = Capitals and dashes do not matter.
recovery-wrong = This is not one of your recovery codes, or it was used before.

choose-title = How do you want to confirm it is you?
way-passkey = Passkey
way-security-key = Security key
way-totp = Authenticator app: type a 6-digit code
way-sms = Text message with a code
way-email = Email with a code
way-recovery-code = Recovery code
way-not-enough = Not strong enough for { $app }
way-not-allowed = Your organisation does not allow this any more
way-none = I have none of these
way-none-text = Ask the helpdesk. Nobody can switch this off for you without checking that it is you.

factor-passkey = Passkey
factor-security-key = Security key
factor-totp = Authenticator app
factor-sms = Text message
factor-email = Email
factor-recovery-code = Recovery codes

enrol-title = { $organisation } asks you to set up two-factor authentication
enrol-title-plain = Set up two-factor authentication
enrol-title-again = Set up again what you lost
enrol-title-account = Add a way to confirm it is you
enrol-until-app = Until you have done this you cannot use <strong>{ $app }</strong>. It takes about two minutes.
enrol-until = Until you have done this you cannot go on. It takes about two minutes.
enrol-announced = { $organisation } asks for it { $when }. You can skip this until then.
enrol-announced-plain = It will be needed { $when }. You can skip this until then.
enrol-again = You signed in with a recovery code. Did you lose your phone or your key? Set up a new one now.
enrol-passkey = Recommended: fingerprint, face or PIN; no codes to type.
enrol-security-key = A key that you plug in or hold to your phone.
enrol-totp = An app on your phone shows a code.
enrol-sms = You get a code on your phone.
enrol-email = You get a code in your mailbox.
strength-basic-note = Weaker than an app or a passkey.
not-now = Not now

enrol-totp-title = Connect an authenticator app
enrol-totp-text = Scan this code with your authenticator app.
enrol-totp-picture = QR code for your authenticator app
enrol-totp-open = Open in your authenticator app
enrol-totp-by-hand = Cannot scan? Enter this key by hand
enrol-totp-account = Account
enrol-totp-key = Key
enrol-totp-kind = Kind
enrol-totp-kind-text = time based, 6 digits
enrol-totp-code = Code from the app
enrol-totp-button = Turn on

codes-title = Store your recovery codes
codes-text = Each code works once. You need one if you lose your phone and your passkeys.
codes-once = We show these codes only now. Keep them where you can find them without your phone, on paper for example.
codes-stored = I have stored these codes
codes-make = Make recovery codes
codes-replace = { $count ->
    [one] You have 1 code left. It stops working when you make new ones.
   *[other] You have { $count } codes left. They stop working when you make new ones.
}
copy = Copy
copied = Copied
print = Print

remove-title = Remove { $what }?
remove-text = You can no longer use it to confirm that it is you. You are signed out everywhere else.
remove-last = This is your last one. After this, your password alone is enough to sign in. You are signed out everywhere else.
remove-forbidden = { $organisation } requires two-factor authentication. Add another way first, then you can remove this one.
remove-forbidden-operator = Your role requires two-factor authentication. Add another way first, then you can remove this one.
remove-button = Remove
back = Back

mail-added = A way to sign in was added to your account
mail-added-body = Added to your account for two-factor authentication: { $what }.
mail-added-advice = Not you? Type { $host } in your browser yourself, go to Security and login details, remove it and sign out everywhere, or call the helpdesk.
mail-removed = A way to sign in was removed from your account
mail-removed-body = Removed from your account: { $what }. Your account may be less well protected now.
mail-removed-advice = Not you? Call the helpdesk now, or type { $host } in your browser yourself and look at Security and login details.
mail-code-used = A recovery code was used
mail-code-used-body = Someone signed in with one of your recovery codes. { $left ->
    [0] It was the last one. Make new codes.
    [one] You have 1 code left.
   *[other] You have { $left } codes left.
}
mail-code-used-advice = Not you? Call the helpdesk now, or type { $host } in your browser yourself, set a new password and make new codes.
