setup-title = Create the first administrator
setup-text = This person registers apps and organisations. You can add others later.
setup-organisation = Name of your organisation
setup-name = Your name
setup-button = Continue
setup-organisation-empty = Enter the name of your organisation
setup-name-empty = Enter your name
setup-email-malformed = Enter an email address, such as anna@kantoor.nl
setup-email-taken = There is an account with this email address already

setup-closed-title = This link no longer works
setup-closed-text = A link works until somebody has signed in with it, and not for long. Ask for a new one with <code>countersign setup-link</code> on the server.

setup-resume-title = Go on with the set-up
setup-resume-text = The account { $email } was made with this link. Nobody has signed in to it yet.
setup-resume-anew = You choose anew how to sign in. What was chosen before does not count.
