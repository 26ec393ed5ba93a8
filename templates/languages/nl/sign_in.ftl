sign-in-title = Inloggen
sign-in-again-title = Opnieuw inloggen
sign-in-app = om door te gaan naar <strong>{ $app }</strong>
sign-in-name = E-mailadres of gebruikersnaam
sign-in-button = Inloggen
sign-in-busy = Bezig met inloggen…
sign-in-or = of

sign-in-wrong = E-mailadres, gebruikersnaam of wachtwoord klopt niet
sign-in-no-name = Vul je e-mailadres of gebruikersnaam in
sign-in-no-password = Vul je wachtwoord in
sign-in-no-password-passkey = Vul je wachtwoord in, of log in met een passkey
sign-in-too-many = Te veel pogingen. Probeer het { $when } opnieuw.
sign-in-too-many-passkey = Te veel pogingen. Probeer het { $when } opnieuw, of log nu in met een passkey.

expired-title = Deze pagina stond te lang open
expired-text = Log opnieuw in om door te gaan.
expired-app = Log opnieuw in om door te gaan naar { $app }.

no-access-title = Je kunt niet verder met dit account
no-access-text = Dit account is nu niet te gebruiken. Vraag het je beheerder.
no-access-account = Dit account staat uit. Vraag een beheerder van <strong>{ $organisation }</strong>.
no-access-organisation = <strong>{ $organisation }</strong> staat uit. Vraag de helpdesk wat je kunt doen.
no-access-membership = Je toegang bij <strong>{ $organisation }</strong> staat uit. Vraag een beheerder van { $organisation }.
no-access-app = <strong>{ $app }</strong> staat uit. Er is niets mis met je account.

confirm-title = Bevestig dat jij het bent
confirm-text = Hierna komt iets dat je account beschermt.
confirm-wrong = Dit wachtwoord klopt niet
