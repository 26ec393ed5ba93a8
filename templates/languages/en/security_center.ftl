security-center = Security center
center-tile-passkey = Passkeys
center-tile-second = Two-factor authentication
center-tile-count = { $count } of { $people ->
    [one] 1 person
   *[other] { $people } people
}
center-tile-sign-ins = Sign-ins in 14 days
center-tile-failed = { $count ->
    [0] None failed
    [one] 1 failed
   *[other] { $count } failed
}
center-tile-activity = Look at them
center-second = Two-factor authentication
center-second-text = Everybody must set up 2FA. Until then they only see their own security page.
center-second-since = In force since { $when }.
center-when = From when
center-now = From now on
center-date = From this day on; until then everybody is told when they sign in
center-date-label = Day
center-limit = Limit validity of two-factor authentication
center-limit-text = A code is asked at every sign-in, also on known IP addresses.
center-networks = Block new IP addresses
center-networks-text = A new IP address waits until the person confirms it by email. Not for passkey sign-ins.
center-administrator = Only an administrator may validate a new IP address
center-kinds = Ways of two-factor authentication that count
center-kinds-text = Passkeys always count, and so do recovery codes for bad days. Whoever has only ways that no longer count sets up another at the next sign-in.
center-sessions = How long people stay signed in
center-sessions-text = You can shorten it, not prolong it. The time at most also holds in the apps that people use.
center-idle = Without doing anything
center-idle-option = { $count ->
    [60] 1 hour
    [120] 2 hours
    [240] 4 hours
    [480] 8 hours
   *[other] { $count } minutes
}
center-absolute = At most, whatever they do
center-absolute-option = { $count ->
    [24] 1 day
    [168] 1 week
   *[other] { $count } hours
}
center-as-installed = As set for everybody
center-who = Who is affected
center-nothing-yet = Change something above to see who is affected. Nothing happens before you save.
center-nobody = Nobody notices anything now.
center-tell = Tell the people it concerns by email
center-tell-text = Everybody in the table for whom something changes gets an email that says what.
center-mail-failed = The last email failed { $when }. Until email works again, nobody could confirm a new IP address. Tell whoever runs this installation.
center-mail-off = No email leaves this installation, so nobody could confirm a new IP address. Tell whoever runs it.
center-preview = Show who is affected
center-save = Save
center-save-people = { $count ->
    [one] Save and apply to 1 person
   *[other] Save and apply to { $count } people
}
center-with-this = With this change
center-no-change = No change
center-people = { $count ->
    [one] 1 person
   *[other] { $count } people
}
center-somebody = Somebody

center-sum-enrol = <strong>{ $count } of { $people } people</strong> must set up 2FA at their next sign-in.
center-sum-have = { $count } already have it.
center-sum-passkey = { $count ->
    [one] 1 has only a passkey: nothing changes while they use it.
   *[other] { $count } have only a passkey: nothing changes while they use it.
}
center-sum-at-once = { $count ->
    [one] 1 is signed in now and is asked at once.
   *[other] { $count } are signed in now and are asked at once.
}
center-sum-later = <strong>{ $count } of { $people } people</strong> must have set up 2FA by { $when }. Until then they are told at every sign-in.
center-sum-no-more = { $count ->
    [one] <strong>1 person</strong> need not set up 2FA any more.
   *[other] <strong>{ $count } people</strong> need not set up 2FA any more.
}
center-sum-other-kind = { $count ->
    [one] <strong>1 person</strong> can no longer use one of their ways.
   *[other] <strong>{ $count } people</strong> can no longer use one of their ways.
}
center-sum-always = { $count ->
    [one] <strong>1 person</strong> now skips the code for 30 days. That ends when you save.
   *[other] <strong>{ $count } people</strong> now skip the code for 30 days. That ends when you save.
}
center-sum-once = { $count ->
    [one] <strong>1 person</strong> now skips the code for 30 days, and is asked for it once more.
   *[other] <strong>{ $count } people</strong> now skip the code for 30 days, and are asked for it once more.
}
center-sum-validating = { $count ->
    [one] <strong>1 person</strong> has automatic validation on; it is switched off.
   *[other] <strong>{ $count } people</strong> have automatic validation on; it is switched off.
}
center-sum-administrator = { $count ->
    [one] <strong>1 person</strong> waits for an administrator at a new IP address.
   *[other] <strong>{ $count } people</strong> wait for an administrator at a new IP address.
}
center-sum-milder = { $count ->
    [one] <strong>1 person</strong> is held up less at a new IP address.
   *[other] <strong>{ $count } people</strong> are held up less at a new IP address.
}
center-sum-asked = { $count ->
    [one] <strong>1 person</strong> is signed in now and must confirm it is them.
   *[other] <strong>{ $count } people</strong> are signed in now and must confirm it is them.
}
center-sum-signed-out = { $count ->
    [one] <strong>1 person</strong> is signed out somewhere as soon as you save.
   *[other] <strong>{ $count } people</strong> are signed out somewhere as soon as you save.
}
center-sum-shorter = { $count ->
    [one] <strong>1 person</strong> stays signed in for less time.
   *[other] <strong>{ $count } people</strong> stay signed in for less time.
}
center-replay = In the last 30 days this rule would have held up <strong>{ $count ->
    [one] 1 sign-in
   *[other] { $count } sign-ins
}</strong> of { $people }, with an email each.
center-replay-often = { $count ->
    [one] 1 of them often comes from somewhere else, as on a mobile network: advise a passkey.
   *[other] { $count } of them often come from somewhere else, as on a mobile network: advise a passkey.
}
center-replay-none = In the last 30 days this rule would have held up no sign-in.

center-effect-enrol-at-once = Must set up 2FA at once
center-effect-enrol-next = Must set up 2FA at next sign-in
center-effect-enrol-before = Must set up 2FA by { $when }
center-effect-enrol-no-more = Need not set up 2FA any more
center-effect-other-kind = Can no longer use: { $kinds }
center-effect-code-always = Can no longer skip the code
center-effect-code-once = Is asked for the code once more
center-effect-stops-validating = Automatic validation is switched off
center-effect-waits-for-administrator = A new IP address waits for an administrator
center-effect-networks-milder = Is held up less at a new IP address
center-effect-asked-at-once = Must confirm it is them at once
center-effect-signed-out = Is signed out
center-effect-sessions-shorter = Stays signed in for less time

center-wrong-date = Choose a day from today on, at most a year ahead
center-wrong-limit = Choose one of the times in the list
center-lockout-set-up-first = You would lock yourself out. Set up your own two-factor authentication first, of a kind that still counts.
center-set-up-own = Set up my own
center-lockout-own-session = You would be signed out, or asked for more, in the middle of this. Sign in again with everything that the new rule asks, and save then.
center-lockout-only-administrator = You are the only administrator: nobody could let you in from a new IP address. Create a passkey, or make somebody else an administrator first.
center-changed = { $by } changed the rules { $when }. Below is what you filled in: look at who is affected, and save again.
center-changed-operator = The rules were changed { $when } by whoever runs this installation. Below is what you filled in: look at who is affected, and save again.
center-done-saved = Saved. The rules hold from now on, also for whoever is signed in.
center-done-undone = Taken back. The rules from before hold again.
center-done-given = The helpdesk may help your people for a month.
center-done-revoked = The helpdesk may no longer help your people.
center-undo = Undo
center-undo-text = <strong>{ $by }</strong> changed the rules { $at }. You can take that back for 10 minutes.

center-helpdesk = Access for the helpdesk
center-helpdesk-text = Without access the helpdesk cannot help people who have lost every way to sign in. Access ends by itself after a month.
center-helpdesk-until = The helpdesk may help people who have lost every way to sign in. That ends { $when }.
center-helpdesk-give = Give access for a month
center-helpdesk-longer = Give access for another month from now
center-helpdesk-revoke = Revoke access
center-helpdesk-history = Who did what
center-helpdesk-given = { $by } gave access.
center-helpdesk-revoked = { $by } revoked access.
center-helpdesk-looked = { $by } of the helpdesk looked.

mail-rules = The security rules of { $organisation } were changed
mail-rules-changed = { $by } changed the security rules of { $organisation }. They hold from now on. In the Security center you can see what holds, and take it back for 10 minutes.
mail-rules-undone = { $by } took the last change of the security rules of { $organisation } back.
mail-rules-advice = You get this because you are an administrator too. Is this not right? Ask { $by }.
mail-rules-operator = Whoever runs this installation changed the security rules of { $organisation }. They hold from now on. In the Security center you can see what holds.
mail-rules-advice-operator = You get this because you are an administrator. Is this not right? Ask whoever runs this installation.
mail-rules-you = New security rules at { $organisation }
mail-rules-you-body = { $by } changed the security rules of { $organisation }. For you this means:
mail-rules-you-advice = Do you have a question about this? Ask { $by }.
mail-rules-you-enrol-at-once = You must set up two-factor authentication before you can go on.
mail-rules-you-enrol-next = The next time you sign in, you set up two-factor authentication.
mail-rules-you-enrol-before = Set up two-factor authentication by { $when }. Until then you are reminded at every sign-in.
mail-rules-you-enrol-no-more = You need not set up two-factor authentication any more.
mail-rules-you-other-kind = You can no longer use this as your second step: { $kinds }.
mail-rules-you-code-always = You are asked for the code at every sign-in. It can no longer be skipped for 30 days.
mail-rules-you-code-once = You are asked for the code once more, also where you had it skipped for 30 days.
mail-rules-you-stops-validating = New IP addresses are no longer added automatically. You confirm each one by email.
mail-rules-you-waits-for-administrator = When you sign in from a new IP address, you wait until an administrator validates it.
mail-rules-you-networks-milder = You are held up less when you sign in from a new IP address.
mail-rules-you-asked-at-once = Where you are signed in, you must confirm that it is you.
mail-rules-you-signed-out = You have been signed out in one or more places.
mail-rules-you-sessions-shorter = You stay signed in for less time.
