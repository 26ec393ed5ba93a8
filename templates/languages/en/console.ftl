console = Instance admin
console-health = Health
console-apps = Apps
console-organisations = Organisations
console-people = People
console-roles = Roles
console-keys = Keys
console-audit = Audit
console-outbox = Outbox
console-webhooks = Webhooks
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
person-weak = This person has no passkey, security key or authenticator app yet. Whoever knows the password could set one up first. Have them set one up, and give the role afterwards.
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
organisation-administrator-count = { $count ->
    [one] 1. Who it is shows while the organisation gives the helpdesk access.
   *[other] { $count }. Who they are shows while the organisation gives the helpdesk access.
}
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
activity-audit-exported = Exported what the audit holds.
activity-keys-rotated = The signing keys were replaced.
activity-key-revoked = A signing key was revoked.
activity-keys-changed = The signing keys changed as planned.

keys-lead = What tokens are signed with. A key signs for { $days } days; its successor is published before.
keys-next = The next one takes over { $when }.
keys-rotate = Rotate now
keys-timeline = Timeline
keys-timeline-label = The lives of { $count } keys, from when they were published until nothing that they signed counts any more. The table below tells the same.
keys-state-next = Published
keys-state-current = Signing
keys-state-retired = Retired
keys-state-removed = Gone
keys-now = Now
keys-order = One line for each key, in the order of the table.
keys-column-key = Key
keys-column-state = State
keys-column-from = From
keys-column-until = Until
keys-column-apps = Used by
keys-column-act = Act
keys-published = Published { $when }
keys-signs = Signs from { $when }
keys-stops = Signs until { $when }
keys-gone = Gone { $when }
keys-open = No end yet
keys-more-apps = and { $count } more
keys-revoke = Revoke
keys-revoke-this = Revoke the key { $kid }
keys-done-rotate = The keys are replaced, on every node.
keys-done-revoke = The key is revoked, on every node.
keys-rotate-title = Rotate the signing keys now?
keys-rotate-text = { $apps ->
    [one] Every key is replaced at once, for 1 app.
   *[other] Every key is replaced at once, for all { $apps } apps.
}
keys-rotate-known = The successors are published since { $when }. Apps that fetched the keys after that notice nothing. Apps that keep keys longer may refuse sign-ins until they fetch them again.
keys-rotate-unknown = For at least one kind of key there is no successor yet. Apps fetch the keys when they meet a new one; those that do not may refuse sign-ins until they do.
keys-rotate-old = { $hours ->
    [one] What the old keys signed counts for 1 more hour.
   *[other] What the old keys signed counts for { $hours } more hours.
}
keys-revoke-title = Revoke this signing key?
keys-revoke-text = Do this when the key may have leaked. Nothing that it signed counts any more, on every node, from now on: access tokens are refused and people sign in to their apps again.
keys-revoke-current = { $apps ->
    [one] It signs for 1 app. Another key takes over at once.
   *[other] It signs for { $apps } apps. Another key takes over at once.
}
keys-revoke-limits = Apps that check tokens by themselves accept them until they fetch the keys again. Tell whoever looks after them.

audit-search = Search by name, email, IP address, reference, app or organisation
audit-from = From
audit-to = Until
audit-kinds = What
audit-kind-all = Everything
audit-kind-sign-ins = Signing in and out
audit-kind-security = Security
audit-kind-apps = Apps
audit-kind-instance = The installation
audit-results = How it ended
audit-result-all = However it ended
audit-result-done = As intended
audit-result-failed = Not as intended
audit-follow = Follow live
audit-following = New events appear by themselves.
audit-paused = There is something new. It waits while you read in the list.
audit-over = Following has stopped. Open the page again.
audit-csv = Export CSV
audit-json = Export JSON lines
audit-export-text = An export holds everything that was found, not this page alone. That you made it stands in the audit.
audit-full-title = Too many exports at once
audit-full = You have two exports under way, or this server has its hands full. Wait until one is done, and export again.
audit-none = Nothing was found.
audit-none-here = Nothing was found among the newest events. Look further back with “Older”.
audit-searched = You searched for “{ $search }”.
audit-clear = Clear filters

begin-title = To begin with
begin-done = Done
begin-open = To do
begin-passkey = Make your own passkey
begin-mail = Send yourself a test mail
begin-people = Add an organisation, and let its people in
begin-app = Add the first app
health-column-what = What
health-column-state = State
health-column-says = Since, and what to do
health-database = Database
health-keys = Signing keys
health-mail = Email
health-sms = Text messages
health-queue = Queue
health-backup = Backups
health-clock = Clock
health-certificate = Certificate
health-state-good = Good
health-state-off = Not in use
health-state-warning = Look at this
health-state-bad = Broken
health-says-database-good = It takes changes.
health-says-database-bad = It takes no changes. Look at the disk and at the log of the server.
health-says-keys-good = Next rotation { $when }.
health-says-keys-bad = The signing keys cannot be used: nobody can sign in to an app. Look at the log of the server.
health-says-messages-off = Nothing is configured.
health-says-messages-none = Nothing was sent in the last days.
health-says-messages-sent = Last sent { $when }.
health-says-messages-failed = The last one failed { $when }.
health-says-queue-waits = { $count ->
    [one] 1 message waits, since { $when }.
   *[other] { $count } messages wait, the first since { $when }.
}
health-says-backup-good = Last made { $when }, with { $count ->
    [one] 1 row
   *[other] { $count } rows
}.
health-says-backup-none = None was made with “countersign backup” yet. Backups made in another way do not show here.
health-says-backup-old = Last made { $when }. Run “countersign backup” every day, and keep the file on another machine.
health-says-backup-failed = The last one failed { $when }. Run “countersign backup” again, and read what it says.
health-says-clock-good = It runs with what was written before.
health-says-clock-bad = Something was written { $when }, which is in the future for this server. Set its clock.
health-says-certificate-off = This server speaks no TLS itself: the proxy before it does.
health-says-certificate-bad = The file cannot be read any more.
health-says-certificate-ends = { $count ->
    [0] Ends or ended { $when }.
    [one] 1 day left, until { $when }.
   *[other] { $count } days left, until { $when }.
}
health-says-unknown = It could not be looked at.
health-test = Send test
health-today = Sign-ins today
health-usual = { $usual } on a usual day
health-failed = Failed today
health-failed-see = See which
health-cases = Requests that wait for somebody

outbox-off = Mail is off: no mail server is configured. Mails wait until they are too old.
outbox-state-all = All
outbox-state-failed = Failed
outbox-state-deferred = Deferred
outbox-state-queued = Queued
outbox-state-sent = Sent
outbox-none = There is nothing here.
outbox-column-what = What
outbox-column-to = To
outbox-column-state = State
outbox-column-when = When
outbox-column-answer = Answer
outbox-channel = Leaves by
outbox-channel-mail = Email
outbox-channel-sms = Text message
outbox-erased = Erased
outbox-message = Message: { $what }
outbox-back = All messages
outbox-language = Language
outbox-created = Posted
outbox-attempts = Attempts
outbox-next = Tried next
outbox-expires = Worth sending until
outbox-ended = Ended
outbox-answer = Answer:
outbox-retry = Try now
outbox-retry-text = It waits until it is tried again. You need not wait.
outbox-resend = Send again
outbox-resend-text = It was refused. What was wrong may be mended: it leaves once more, to the same recipient.
outbox-invite = Send a new invitation
outbox-invite-text = A mail with a new link goes to the address that the account has now. The old link stops working.
outbox-done-retry = It is tried at once. Open this page again in a moment.
outbox-done-resend = It is sent again at once. Open this page again in a moment.
outbox-done-invite = A new invitation is on its way. It is the newest message in the outbox.
outbox-done-refused = No text message may leave today: the budget of the day is used up, or nothing goes to this number.
outbox-html = Show it as the mail program does (new tab)
outbox-again-late = It was refused, and is worth nothing any more: it is not sent again.
outbox-preview = Preview
outbox-masked = Codes and links are masked: they are for the recipient alone.
outbox-wiped = Recipient and contents were erased when it left or was given up. This is all that is left.
outbox-again-code = A code cannot be sent again from here: a new one is asked for on the page where the person signs in, and works only there.
outbox-again-link = A link cannot be sent again from here: make a new one where it came from (invite again, ask for it again), and the old one stops working.
outbox-again-notice = It told somebody what had happened. It is not sent twice: what happened is in the audit.

settings-lead = What the configuration file and the environment say. It is changed there, and read when the server starts.
settings-test = Test messages
settings-test-to = A test mail goes to { $email }.
settings-test-send = Send test to me
settings-test-waits = It waits to be sent. Open this page again in a moment.
settings-sms-off = Text messages are off: no gateway is configured.
settings-sms-number = Mobile number for a test text message
settings-sms-note = Use your own. It counts for the budget of the day.
settings-sms-send = Send a test text message
settings-sms-malformed = Enter a mobile number, such as 06 12345678.
settings-sms-refused = No text messages go to this number. Use a mobile number of a country in sms.allowed_countries.
settings-sms-budget = The text messages of today are used up (sms.daily_budget). Try again tomorrow.
settings-column-key = Key
settings-column-value = Value
settings-column-from = From
settings-empty = Nothing
settings-set = File or environment
settings-default = Default
