cases-title = Recovery
cases-text = People who lost what they sign in with. One person checks and asks, a second one checks again and signs.
cases-new = Help somebody back in
cases-none = Nobody waits.
cases-open = Open
cases-over = Done in the last 30 days
case-title = Recovery for { $name }
case-asked = Asked by the person
case-waiting = Waiting for a second person
case-approved = Approved
case-link-sent = Link sent
case-used = Done
case-rejected = Rejected
case-stopped = Stopped by the owner
case-expired = Expired
case-opened = Opened
case-lost = What did they lose?
case-second-factor = Second factor: authenticator app, security key, codes
case-passkeys = Passkeys
case-reason = What happened
case-reason-hint = At least 20 characters. The second person reads this.
case-checks = How did you check who this is?
check-called = Called back on the number that we have
check-document = Saw an identity document
check-colleague = Asked somebody who knows them
case-evidence = What did it show?
case-told = The owner of the account is told at once by email, and can stop it.
case-ask = Ask for second approval
case-requested-by = Checked and asked by
case-decided-by = Decided by
case-own-check = Their own check
case-own-check-question = What did you check yourself?
case-effective = Link leaves
case-expires = Waits until
case-effect = What happens
case-removed = Removed
case-kept = Kept
case-sessions = { $count ->
    [0] No session ends. The password stays.
    [one] 1 session ends. The password stays.
   *[other] { $count } sessions end. The password stays.
}
case-approve = Approve recovery
case-reject = Reject
case-conflict-own = This is your own account. Two others must help you.
case-conflict-manager = This person looks after your account. Somebody of the helpdesk must do it.
case-conflict-requester = You asked for this. A second person must sign.
case-wrong-user = We know nobody with this name whom you may help. Their organisation may have to give the helpdesk access first.
case-wrong-open = There is an open request for this person already
case-wrong-own = This is your own account. Two others must help you.
case-wrong-manager = This person looks after your account. Somebody of the helpdesk must do it.
case-wrong-reason = Say what happened, in at least 20 characters
case-wrong-removes = Choose what they lost
case-wrong-checks = Tick at least one check, and say what it showed
case-wrong-own-check = Say what you checked yourself

strong-text = Use your passkey to go on. You are about to help somebody back in.
strong-off = Passkeys do not work at this address. Ask the operator.

help-reason = What happened?
help-reason-hint = For example: my phone is broken. Do not type a password.
help-sent-title = The helpdesk was asked
help-sent-text = If we know this address, a colleague of the helpdesk will call the number that we have. Two people must approve.

stop-title = Stop this recovery?
stop-text = Somebody asked the helpdesk to help you back in. If that was not you, stop it.
stop-button = Stop it
stop-done-title = Stopped
stop-done-text = Nothing will come of it. If it was not you who asked, tell the helpdesk.
stop-late = There is nothing to stop any more. If it was not you who asked, call the helpdesk now.

again-title = Set up a new factor
again-account = for <strong>{ $account }</strong>
again-text = You are signed out everywhere. Then you sign in with your password and set up a new factor.
again-closed = A link works once, for 60 minutes. If you still cannot sign in, ask the helpdesk again.
removes-second-factor = This removes your second factor.
removes-passkeys = This removes your passkeys.
removes-both = This removes your second factor and your passkeys.

mail-recovery-asked = Someone asked to recover your account
mail-recovery-asked-body = The helpdesk was asked to help you back in. Two people check this.
mail-recovery-approved = Your recovery was approved
mail-recovery-approved-body = Two people approved it. From { $when } you get a link to set up a new factor.
mail-recovery-done = Your account was recovered
mail-recovery-done-body = The link was used, and you were signed out everywhere. Sign in and set up a new factor.
mail-recovery-stop = If it was not you who asked, stop it:
mail-recovery-stop-button = Stop it
mail-recovery-advice = Was it you? Then you need not do anything now.
mail-again = Set up a new factor
mail-again-body = Your recovery was approved by two people. Open this link ({ $minutes } minutes, once):
mail-again-button = Set up a new factor
mail-again-then = Your sessions end when you do. You still need your password.
