setup-title = Maak de eerste beheerder
setup-text = Deze persoon registreert apps en organisaties. Anderen kun je later toevoegen.
setup-organisation = Naam van je organisatie
setup-name = Je naam
setup-button = Doorgaan
setup-organisation-empty = Vul de naam van je organisatie in
setup-name-empty = Vul je naam in
setup-email-malformed = Vul een e-mailadres in, zoals anna@kantoor.nl
setup-email-taken = Er is al een account met dit e-mailadres

setup-closed-title = Deze link werkt niet meer
setup-closed-text = Een link werkt tot er iemand mee is ingelogd, en niet lang. Vraag een nieuwe aan met <code>countersign setup-link</code> op de server.

setup-resume-title = Ga verder met de installatie
setup-resume-text = Het account { $email } is met deze link gemaakt. Er is nog niet mee ingelogd.
setup-resume-anew = Je kiest opnieuw hoe je inlogt. Wat eerder is gekozen, telt niet meer.
