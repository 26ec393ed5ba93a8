cases-title = Herstel
cases-text = Mensen die kwijt zijn waarmee ze inloggen. Eén persoon controleert en vraagt, een tweede controleert opnieuw en tekent.
cases-new = Iemand weer binnen helpen
cases-none = Er wacht niemand.
cases-open = Open
cases-over = Afgerond in de laatste 30 dagen
case-title = Herstel voor { $name }
case-asked = Gevraagd door de persoon zelf
case-waiting = Wacht op een tweede persoon
case-approved = Goedgekeurd
case-link-sent = Link verstuurd
case-used = Klaar
case-rejected = Afgewezen
case-stopped = Gestopt door de eigenaar
case-expired = Verlopen
case-opened = Geopend
case-lost = Wat is er kwijt?
case-second-factor = Tweede factor: authenticator-app, beveiligingssleutel, codes
case-passkeys = Passkeys
case-reason = Wat er is gebeurd
case-reason-hint = Minstens 20 tekens. De tweede persoon leest dit.
case-checks = Hoe heb je gecontroleerd wie dit is?
check-called = Teruggebeld op het nummer dat we hebben
check-document = Een identiteitsbewijs gezien
check-colleague = Gevraagd bij iemand die de persoon kent
case-evidence = Wat bleek daaruit?
case-told = De eigenaar van het account krijgt meteen een e-mail en kan het stoppen.
case-ask = Vraag tweede akkoord
case-requested-by = Gecontroleerd en gevraagd door
case-decided-by = Beslist door
case-own-check = Eigen controle
case-own-check-question = Wat heb je zelf gecontroleerd?
case-effective = Link wordt verstuurd
case-expires = Wacht tot
case-effect = Wat er gebeurt
case-removed = Verwijderd
case-kept = Blijft
case-sessions = { $count ->
    [0] Er eindigt geen sessie. Het wachtwoord blijft.
    [one] 1 sessie eindigt. Het wachtwoord blijft.
   *[other] { $count } sessies eindigen. Het wachtwoord blijft.
}
case-approve = Herstel goedkeuren
case-reject = Afwijzen
case-conflict-own = Dit is je eigen account. Twee anderen moeten je helpen.
case-conflict-manager = Deze persoon beheert jouw account. Iemand van de helpdesk moet het doen.
case-conflict-requester = Jij hebt dit gevraagd. Een tweede persoon moet tekenen.
case-wrong-user = We kennen niemand met deze naam die je mag helpen. Misschien moet de organisatie de helpdesk eerst toegang geven.
case-wrong-open = Er is al een open verzoek voor deze persoon
case-wrong-own = Dit is je eigen account. Twee anderen moeten je helpen.
case-wrong-manager = Deze persoon beheert jouw account. Iemand van de helpdesk moet het doen.
case-wrong-reason = Zeg wat er is gebeurd, in minstens 20 tekens
case-wrong-removes = Kies wat er kwijt is
case-wrong-checks = Vink minstens één controle aan en zeg wat eruit bleek
case-wrong-own-check = Zeg wat je zelf hebt gecontroleerd

strong-text = Gebruik je passkey om door te gaan. Je gaat iemand weer binnen helpen.
strong-off = Passkeys werken niet op dit adres. Vraag het de beheerder van de server.

help-reason = Wat is er gebeurd?
help-reason-hint = Bijvoorbeeld: mijn telefoon is kapot. Typ geen wachtwoord.
help-sent-title = De helpdesk is gevraagd
help-sent-text = Als we dit adres kennen, belt een medewerker van de helpdesk het nummer dat we hebben. Twee mensen moeten akkoord geven.

stop-title = Dit herstel stoppen?
stop-text = Iemand heeft de helpdesk gevraagd om je weer binnen te helpen. Was jij dat niet? Stop het dan.
stop-button = Stop het
stop-done-title = Gestopt
stop-done-text = Hier komt niets van. Heb jij het niet gevraagd? Vertel het dan de helpdesk.
stop-late = Er valt niets meer te stoppen. Heb jij het niet gevraagd? Bel dan nu de helpdesk.

again-title = Stel een nieuwe factor in
again-account = voor <strong>{ $account }</strong>
again-text = Je wordt overal uitgelogd. Daarna log je in met je wachtwoord en stel je een nieuwe factor in.
again-closed = Een link werkt één keer, 60 minuten lang. Kun je nog steeds niet inloggen? Vraag het de helpdesk opnieuw.
removes-second-factor = Hiermee verdwijnt je tweede factor.
removes-passkeys = Hiermee verdwijnen je passkeys.
removes-both = Hiermee verdwijnen je tweede factor en je passkeys.

mail-recovery-asked = Iemand vraagt herstel van je account aan
mail-recovery-asked-body = De helpdesk is gevraagd om je weer binnen te helpen. Twee mensen controleren dit.
mail-recovery-approved = Je herstel is goedgekeurd
mail-recovery-approved-body = Twee mensen hebben het goedgekeurd. Vanaf { $when } krijg je een link om een nieuwe factor in te stellen.
mail-recovery-done = Je account is hersteld
mail-recovery-done-body = De link is gebruikt en je bent overal uitgelogd. Log in en stel een nieuwe factor in.
mail-recovery-stop = Heb jij dit niet gevraagd? Stop het:
mail-recovery-stop-button = Stop het
mail-recovery-advice = Was jij het wel? Dan hoef je nu niets te doen.
mail-again = Stel een nieuwe factor in
mail-again-body = Je herstel is goedgekeurd door twee mensen. Open deze link ({ $minutes } minuten geldig, één keer):
mail-again-button = Nieuwe factor instellen
mail-again-then = Je sessies eindigen dan. Je wachtwoord blijft nodig.
