employees = Employees
employees-alone = Only you so far. Invite a colleague.
employees-invite = Invite
employees-search = Search by name or email address
employees-find = Search
employees-filters = Show
employees-all = Everybody
employees-no-second = No 2FA
employees-no-passkey = No passkey
employees-never = Never signed in
employees-off = Switched off
employees-count = { $count ->
    [0] Nobody found.
    [one] 1 person
   *[other] { $count } people
}
employees-column-name = Name
employees-column-role = Type
employees-column-last-login = Last login
employees-column-email = Email
employees-column-second = Two-factor
employees-column-passkey = Passkey
employees-column-waits = Block new IP
employees-yes = Yes
employees-no = No
employees-never-yet = Not yet
employees-is-off = Switched off
employees-first = First page
employees-next = Next page

employee-back = All employees
employee-profile = Profile
employee-since = Account since
employee-invite = Invite again
employee-role = Change type
employee-groups = Change groups
employee-password = Ask for a new password
employee-remove = End the membership
employee-in-groups = Groups
employee-no-groups = None
employee-tabs = Pages about { $name }
employee-password-due = Must be chosen anew
employee-remove-method = Remove { $what }
employee-method-title = Remove a method of { $name }?
employee-method-text = It cannot be used to sign in any more. They are signed out everywhere, and sign in with what they have left. We tell them by email.
employee-method-last = Nothing that counts would be left. To take the last method away, two people are needed: open a recovery.
employee-done-method = The method of { $name } is removed.
employee-groups-label = Groups
employee-groups-hint = One on a line. Apps are told of them in the claim "groups".
employee-groups-wrong = A group has at most 100 characters, and there are at most 100
employee-groups-title = Groups of { $name }
employee-groups-text = Apps get to know them at the next sign-in or refresh. We tell the person by email.
employee-password-title = Ask { $name } for a new password?
employee-password-text = What they are signed in with by password stops working now. At the next sign-in they type the old password and choose another one. Passkeys go on. We tell them by email.
employee-remove-title = End the membership of { $name }?
employee-remove-text = They belong to your organisation no longer, and apps that they use for it stop. Their account stays with their own organisation. We tell them by email.
employee-done-groups = The groups of { $name } are changed.
employee-done-password = { $name } must choose a new password.
employee-sign-out = Sign out everywhere
employee-disable = Switch off
employee-enable = Switch on
employee-no-factors = Nothing is set up beside the password.
employee-no-password = There is no password.
employee-sessions = { $count ->
    [0] Not signed in anywhere at the moment.
    [one] Signed in in one place at the moment.
   *[other] Signed in in { $count } places at the moment.
}
employee-own = Go to my own security and login details
employee-reset = Has this person lost every way to sign in? Two people are needed to help: call the helpdesk.
employee-elsewhere = How this person signs in is looked after by somebody else: they belong to another organisation, or help everybody.
employee-may-employee = Works here.
employee-may-accountant = Works here for clients of the office.
employee-may-administrator = Looks after the others and sets the rules.
employee-last = This is the only administrator. Make somebody else an administrator first.

employee-invite-title = Invite { $name } again?
employee-invite-text = A new link is mailed. It works for 7 days, and the earlier link stops working.
employee-role-title = What is { $name }?
employee-role-text = It counts at once. We tell them by email.
employee-sign-out-title = Sign { $name } out everywhere?
employee-sign-out-text = Every browser and every app has to sign in again. Unsaved work in apps may be lost. We tell them by email.
employee-disable-title = Switch { $name } off?
employee-disable-text = They are signed out and cannot sign in any more until you switch them on again. Nothing is removed. We tell them by email.
employee-enable-title = Switch { $name } on?
employee-enable-text = They can sign in again as before. We tell them by email.
employee-done-invite = { $name } is invited. The link in the mail works for 7 days.
employee-done-role = The type of { $name } is changed.
employee-done-sign-out = { $name } is signed out everywhere.
employee-done-disable = { $name } is switched off.
employee-done-enable = { $name } is switched on.

invite-title = Invite a colleague
invite-text = They get an email with a link to choose how they will sign in to { $organisation }.
invite-name-wrong = Enter the full name, at most 200 characters.
invite-email-wrong = Enter an email address like name@office.nl.
invite-email-here = Somebody in your organisation has this address. You find them under Employees, where you can also invite them again.
invite-email-many = Your organisation has sent very many invitations today. Try again tomorrow.
invite-email-often = This address has had several invitations today. Try again tomorrow, or call and ask whether they arrived.

invited-title = Invited
invited-at = Invited { $when }
invited-waits = Waits for an answer
invited-declined = Declined
invited-expired = Expired
invited-withdraw = Withdraw
invited-label = { $act }: { $name }
invited-done-invited = The invitation is mailed. The link works for 7 days. Whether there is an account with the address already, only its owner sees.
invited-done-withdrawn = The invitation is withdrawn.

mail-employee-role = What you are at { $organisation } was changed
mail-employee-role-body = { $by } made you { $role } at { $organisation }.
mail-employee-groups = Your groups at { $organisation } were changed
mail-employee-groups-body = { $by } changed the groups that apps are told of at { $organisation }.
mail-employee-password = Choose a new password
mail-employee-password-body = { $by } of { $organisation } asks you to choose a new password. At your next sign-in you type the old one, and then choose another.
mail-employee-remove = You belong to { $organisation } no longer
mail-employee-remove-body = { $by } ended your membership of { $organisation }. Your account stays as it is.
mail-employee-method = A way to sign in was removed
mail-employee-method-body = { $by } of { $organisation } removed this from your account: { $method }. You were signed out everywhere. Sign in with what you have left.
mail-employee-sign-out = You were signed out everywhere
mail-employee-sign-out-body = { $by } of { $organisation } signed you out everywhere. You can sign in again as usual.
mail-employee-disable = Your account at { $organisation } was switched off
mail-employee-disable-body = { $by } switched you off at { $organisation }. You cannot sign in there any more.
mail-employee-enable = Your account at { $organisation } was switched on
mail-employee-enable-body = { $by } switched you on again at { $organisation }. You can sign in as before.
mail-employee-advice = Is this not right? Ask { $by }.
