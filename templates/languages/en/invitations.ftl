invitation-title = { $inviter } invited you to { $organisation }
invitation-title-operator = You are invited to { $organisation }
invitation-text = Choose how you will sign in as <strong>{ $email }</strong>.
invitation-passkey = Create a passkey
invitation-passkey-note = With a passkey you sign in with your fingerprint, face or PIN. There is no password to remember.
invitation-or-password = Or choose a password
invitation-password-hint = Use at least { $least } characters. A few words in a row works well.
invitation-button = Choose this password
invitation-busy = Saving…
invitation-password-empty = Choose a password
invitation-password-too-short = Use at least { $least } characters. A few words in a row works well.
invitation-password-too-long = This password is longer than we can keep. Use fewer words.
invitation-password-guessable = This password is easy to guess. Choose another one.

invitation-closed-title = This invitation no longer works
invitation-closed-ask = An invitation works once, for 7 days. Ask { $inviter } to invite you again.
invitation-closed-text = An invitation works once, for 7 days. Ask whoever invited you to do it again.

mail-invitation = Your invitation to { $idp }
mail-invitation-body = { $inviter } invited you to { $organisation }. Open this link to choose how you will sign in:
mail-invitation-body-operator = You are invited to { $organisation }. Open this link to choose how you will sign in:
mail-invitation-button = Go to the invitation
mail-invitation-once = The link works once, for 7 days.
mail-invitation-advice = Do you not know { $organisation }? Then you need not do anything.
