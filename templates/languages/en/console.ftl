console = Instance admin
console-health = Health
console-apps = Apps
console-organisations = Organisations
console-people = People
console-roles = Roles
console-keys = Keys
console-audit = Audit
console-outbox = Outbox
console-settings = Settings
console-account = Your own account
console-may-change = You are an administrator of this installation.
console-may-look = You are an auditor: you see everything and change nothing.
console-id = Identifier

instance-role-none = Nothing
instance-role-helpdesk = Helpdesk
instance-role-auditor = Auditor
instance-role-administrator = Administrator of the installation
instance-may-none = Uses their own account only.
instance-may-helpdesk = Lets people who are locked out back in, together with a second person.
instance-may-auditor = Sees everything in this console and changes nothing.
instance-may-administrator = Looks after apps, organisations, people, keys and roles.

people-search = Search by name, email address, user name or identifier
people-none = Nobody found.
people-column-name = Name
people-column-email = Email
people-column-organisation = Organisation
people-column-role = Role here
people-column-last-login = Last login
people-weak = No passkey or app yet

roles-lead = Who may do something for the whole installation.
roles-one = There is one administrator. Make a second one, so that somebody can help when this one is locked out.
roles-may = What each role may do
roles-strong = A role works only after signing in with a passkey, a security key or an authenticator app.
roles-give = Find the person to give a role to

person-username = User name
person-strong = Passkey, security key or app
person-activity = What happened
person-role = Change role
person-disable = Switch off
person-enable = Switch on
person-off-account = This account is switched off: nobody gets in with it.
person-off-membership = The administrators of the organisation switched this person off.
person-off-organisation = This organisation is switched off: none of its people gets in.
person-role-title = What may { $name } do for the installation?
person-role-text = It counts at once. They are signed out everywhere, and we tell them by email.
person-weak = This person has no passkey, security key or authenticator app yet. They have to set one up at their next sign-in, so whoever knows their password could do that first. Better: have them set one up now, and give the role afterwards.
person-disable-title = Switch { $name } off?
person-disable-text = They are signed out everywhere and cannot sign in any more, with nothing at all, until you switch them on again. Nothing is removed. We tell them by email.
person-enable-title = Switch { $name } on?
person-enable-text = They can sign in again as before. We tell them by email.
person-last = This is the only administrator of the installation who can act. Make somebody else administrator first.
person-done-role = The role of { $name } is changed.
person-done-disable = { $name } is switched off.
person-done-enable = { $name } is switched on.

organisations-add = Add an organisation
organisations-count = { $count ->
    [0] There is no organisation yet.
    [one] 1 organisation
   *[other] { $count } organisations
}
organisations-column-name = Name
organisations-column-people = People
organisations-column-passkey = Passkey
organisations-column-second = Two-factor
organisations-column-rules = Rules
organisations-column-last-login = Last login
organisations-adoption = { $count } of { $of }
organisations-no-rules = None
organisations-rule-second-factor = Two-factor for everybody
organisations-rule-remembering = A code every time
organisations-rule-confirm = New IP addresses wait for the user
organisations-rule-administrator = New IP addresses wait for an administrator
organisations-rule-kinds = Not every kind of two-factor
organisations-rule-sessions = Shorter sessions
organisation-people = People
organisation-administrators = Administrators
organisation-nobody = Nobody
organisation-since = Known since
organisation-rules-own = The administrators of the organisation set these in their Security center.
organisation-helpdesk = Access for the helpdesk
organisation-helpdesk-until = The helpdesk may help the people of this organisation until { $when }.
organisation-helpdesk-none = { $organisation } has not given the helpdesk access. Ask an administrator to switch it on in the Security center.
organisation-activity-open = What happened here
organisation-done-add = { $name } is added. Its administrator has an email with a link to begin.
organisation-done-disable = { $name } is switched off.
organisation-done-enable = { $name } is switched on.
organisation-disable-title = Switch { $name } off?
organisation-disable-text = { $people ->
    [one] 1 person cannot sign in any more
   *[other] { $people } people cannot sign in any more
}, with nothing at all and to no app, until you switch it on again. Nothing is removed.
organisation-disable-sessions = { $count ->
    [0] Nobody is signed in at the moment.
    [one] 1 session ends at once.
   *[other] { $count } sessions end at once.
}
organisation-disable-own = This is your own organisation: you are signed out as well.
organisation-enable-title = Switch { $name } on?
organisation-enable-text = { $people ->
    [one] 1 person can sign in again.
   *[other] { $people } people can sign in again.
}
organisation-last = Without this organisation nobody could look after the installation. Make somebody of another organisation administrator first.
organisation-new-text = Its first administrator gets an email with a link, and invites the others.
organisation-new-name = Name of the organisation
organisation-new-administrator = Full name of its administrator
organisation-new-email = Email address of its administrator
organisation-organisation-wrong = Enter the name of the organisation, at most 200 characters.
organisation-organisation-taken = There is an organisation with this name already.
organisation-name-wrong = Enter the full name, at most 200 characters.
organisation-email-wrong = Enter an email address like name@office.nl.
organisation-email-taken = There is an account with this address already. Use another address.

mail-instance-operator = The operator of the server
mail-instance-role = What you may do for the installation was changed
mail-instance-role-body = { $by } changed your role. It is now: { $role }. You were signed out everywhere.
mail-instance-disable = Your account was switched off
mail-instance-disable-body = { $by } switched your account off. You cannot sign in any more.
mail-instance-enable = Your account was switched on
mail-instance-enable-body = { $by } switched your account on again. You can sign in as before.
mail-instance-advice = Is this not right? Call the helpdesk now.
activity-instance-role = Got another role for the installation.
activity-organisation-off = The organisation was switched off.
activity-organisation-on = The organisation was switched on again.
activity-organisation-added = The organisation was added.
