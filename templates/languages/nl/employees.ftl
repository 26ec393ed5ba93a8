employees = Medewerkers
employees-alone = Jij bent hier nog de enige. Nodig een collega uit.
employees-invite = Uitnodigen
employees-search = Zoek op naam of e-mailadres
employees-find = Zoeken
employees-filters = Toon
employees-all = Iedereen
employees-no-second = Geen 2FA
employees-no-passkey = Geen passkey
employees-never = Nooit ingelogd
employees-off = Uitgeschakeld
employees-count = { $count ->
    [0] Niemand gevonden.
    [one] 1 persoon
   *[other] { $count } personen
}
employees-column-name = Naam
employees-column-role = Type
employees-column-last-login = Laatste inlog
employees-column-email = E-mail
employees-column-second = Tweefactor
employees-column-passkey = Passkey
employees-column-waits = Nieuw IP blokkeren
employees-yes = Ja
employees-no = Nee
employees-never-yet = Nog niet
employees-is-off = Uitgeschakeld
employees-first = Eerste pagina
employees-next = Volgende pagina

employee-back = Alle medewerkers
employee-profile = Profiel
employee-since = Account sinds
employee-invite = Opnieuw uitnodigen
employee-groups = Groepen wijzigen
employee-password = Om een nieuw wachtwoord vragen
employee-remove = Lidmaatschap beëindigen
employee-in-groups = Groepen
employee-no-groups = Geen
employee-tabs = Pagina's over { $name }
employee-password-due = Moet opnieuw worden gekozen
employee-remove-method = { $what } verwijderen
employee-method-title = Een methode van { $name } verwijderen?
employee-method-text = Hiermee kan niet meer worden ingelogd. De persoon wordt overal uitgelogd en logt in met wat er over is. Die krijgt hierover een e-mail.
employee-method-last = Dan blijft er niets over dat telt. Voor de laatste methode zijn twee mensen nodig: open een herstel.
employee-done-method = De methode van { $name } is verwijderd.
employee-groups-label = Groepen
employee-groups-hint = Eén per regel. Apps krijgen ze te zien in de claim "groups".
employee-groups-wrong = Een groep heeft hoogstens 100 tekens, en er zijn er hoogstens 100
employee-groups-title = Groepen van { $name }
employee-groups-text = Apps zien ze bij de volgende keer inloggen of verversen. De persoon krijgt hierover een e-mail.
employee-password-title = { $name } om een nieuw wachtwoord vragen?
employee-password-text = Waar de persoon met een wachtwoord is ingelogd, stopt het nu. Bij de volgende keer inloggen typt die het oude wachtwoord en kiest een ander. Passkeys blijven werken. De persoon krijgt hierover een e-mail.
employee-remove-title = Het lidmaatschap van { $name } beëindigen?
employee-remove-text = De persoon hoort niet meer bij je organisatie, en apps die daarvoor worden gebruikt stoppen. Het account blijft bij de eigen organisatie. De persoon krijgt hierover een e-mail.
employee-done-groups = De groepen van { $name } zijn gewijzigd.
employee-done-password = { $name } moet een nieuw wachtwoord kiezen.
employee-role = Type wijzigen
employee-sign-out = Overal uitloggen
employee-disable = Uitschakelen
employee-enable = Inschakelen
employee-no-factors = Er is niets ingesteld naast het wachtwoord.
employee-no-password = Er is geen wachtwoord.
employee-sessions = { $count ->
    [0] Op dit moment nergens ingelogd.
    [one] Op dit moment op één plek ingelogd.
   *[other] Op dit moment op { $count } plekken ingelogd.
}
employee-own = Naar mijn eigen beveiliging en inloggegevens
employee-reset = Kan deze persoon op geen enkele manier meer inloggen? Helpen gaat met twee mensen: bel de helpdesk.
employee-elsewhere = Hoe deze persoon inlogt, regelt iemand anders: deze persoon hoort bij een andere organisatie of helpt iedereen.
employee-may-employee = Werkt hier.
employee-may-accountant = Werkt hier voor klanten van het kantoor.
employee-may-administrator = Beheert de anderen en bepaalt de regels.
employee-last = Dit is de enige beheerder. Maak eerst iemand anders beheerder.

employee-invite-title = { $name } opnieuw uitnodigen?
employee-invite-text = We mailen een nieuwe link. Die werkt 7 dagen; de vorige werkt dan niet meer.
employee-role-title = Wat is { $name }?
employee-role-text = Het geldt meteen. We laten het per e-mail weten.
employee-sign-out-title = { $name } overal uitloggen?
employee-sign-out-text = In elke browser en elke app moet opnieuw worden ingelogd. Werk dat niet is opgeslagen, kan verloren gaan. We laten het per e-mail weten.
employee-disable-title = { $name } uitschakelen?
employee-disable-text = Deze persoon wordt uitgelogd en kan niet meer inloggen tot je weer inschakelt. Er wordt niets verwijderd. We laten het per e-mail weten.
employee-enable-title = { $name } inschakelen?
employee-enable-text = Deze persoon kan weer inloggen zoals voorheen. We laten het per e-mail weten.
employee-done-invite = { $name } is uitgenodigd. De link in de e-mail werkt 7 dagen.
employee-done-role = Het type van { $name } is gewijzigd.
employee-done-sign-out = { $name } is overal uitgelogd.
employee-done-disable = { $name } is uitgeschakeld.
employee-done-enable = { $name } is ingeschakeld.

invite-title = Nodig een collega uit
invite-text = Je collega krijgt een e-mail met een link en kiest daar hoe die inlogt bij { $organisation }.
invite-name-wrong = Vul de volledige naam in, hooguit 200 tekens.
invite-email-wrong = Vul een e-mailadres in, zoals naam@kantoor.nl.
invite-email-here = Iemand in je organisatie heeft dit adres al. Je vindt die persoon bij Medewerkers en kunt daar ook opnieuw uitnodigen.
invite-email-many = Je organisatie heeft vandaag al heel veel uitnodigingen verstuurd. Probeer het morgen opnieuw.
invite-email-often = Naar dit adres zijn vandaag al meerdere uitnodigingen gegaan. Probeer het morgen opnieuw, of bel om te vragen of ze zijn aangekomen.

invited-title = Uitgenodigd
invited-at = Uitgenodigd { $when }
invited-waits = Wacht op antwoord
invited-declined = Afgewezen
invited-expired = Verlopen
invited-withdraw = Intrekken
invited-label = { $act }: { $name }
invited-done-invited = De uitnodiging is gemaild. De link werkt 7 dagen. Of er al een account is met het adres, ziet alleen de eigenaar.
invited-done-withdrawn = De uitnodiging is ingetrokken.

mail-employee-role = Wat je bent bij { $organisation } is gewijzigd
mail-employee-role-body = { $by } heeft je type bij { $organisation } gewijzigd in { $role }.
mail-employee-groups = Je groepen bij { $organisation } zijn gewijzigd
mail-employee-groups-body = { $by } heeft gewijzigd welke groepen apps van je zien bij { $organisation }.
mail-employee-password = Kies een nieuw wachtwoord
mail-employee-password-body = { $by } van { $organisation } vraagt je een nieuw wachtwoord te kiezen. Bij de volgende keer inloggen typ je het oude en kies je daarna een ander.
mail-employee-remove = Je hoort niet meer bij { $organisation }
mail-employee-remove-body = { $by } heeft je lidmaatschap van { $organisation } beëindigd. Je account blijft zoals het is.
mail-employee-method = Een manier om in te loggen is verwijderd
mail-employee-method-body = { $by } van { $organisation } heeft dit van je account verwijderd: { $method }. Je bent overal uitgelogd. Log in met wat je nog hebt.
mail-employee-sign-out = Je bent overal uitgelogd
mail-employee-sign-out-body = { $by } van { $organisation } heeft je overal uitgelogd. Je kunt gewoon weer inloggen.
mail-employee-disable = Je account bij { $organisation } is uitgeschakeld
mail-employee-disable-body = { $by } heeft je uitgeschakeld bij { $organisation }. Je kunt daar niet meer inloggen.
mail-employee-enable = Je account bij { $organisation } is ingeschakeld
mail-employee-enable-body = { $by } heeft je weer ingeschakeld bij { $organisation }. Je kunt inloggen zoals voorheen.
mail-employee-advice = Klopt dit niet? Vraag het { $by }.
