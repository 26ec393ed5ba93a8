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

join-for = for <strong>{ $email }</strong>
join-text = You already have an account. If you accept, you also belong to { $organisation }, as { $role }.
join-rules = The security rules of { $organisation } then count for you as well. Your own organisation goes on looking after your account.
join-sign-in = Sign in to accept
join-other = You are signed in as <strong>{ $account }</strong>. Sign in with the invited account instead.
join-accept = Accept the invitation
join-decline = Decline
join-go-on = See your organisations
join-done-member-title = You belong to { $organisation }
join-done-member = From now on you can choose { $organisation } in apps that work for one organisation at a time.
join-done-declined-title = Invitation declined
join-done-declined = You do not belong to { $organisation }. If that was a mistake, ask { $inviter } to invite you again.
mail-invitation-body-account = { $inviter } invited you to { $organisation }. You already have an account: open this link and sign in to accept or decline.

invitation-closed-title = This invitation no longer works
invitation-closed-ask = An invitation works once, for 7 days. Ask { $inviter } to invite you again.
invitation-closed-text = An invitation works once, for 7 days. Ask whoever invited you to do it again.

mail-invitation = Your invitation to { $idp }
mail-invitation-body = { $inviter } invited you to { $organisation }. Open this link to choose how you will sign in:
mail-invitation-body-operator = You are invited to { $organisation }. Open this link to choose how you will sign in:
mail-invitation-button = Go to the invitation
mail-invitation-once = The link works once, for 7 days.
mail-invitation-advice = Do you not know { $organisation }? Then you need not do anything.
