console = Instantiebeheer
console-health = Status
console-apps = Apps
console-organisations = Organisaties
console-people = Personen
console-roles = Rollen
console-keys = Sleutels
console-audit = Logboek
console-outbox = Verzonden e-mail
console-settings = Instellingen
console-account = Je eigen account
console-may-change = Je bent beheerder van deze installatie.
console-may-look = Je bent auditor: je ziet alles en wijzigt niets.
console-id = Kenmerk

instance-role-none = Geen
instance-role-helpdesk = Helpdesk
instance-role-auditor = Auditor
instance-role-administrator = Beheerder van de installatie
instance-may-none = Gebruikt alleen het eigen account.
instance-may-helpdesk = Helpt mensen die er niet meer in komen, samen met een tweede persoon.
instance-may-auditor = Ziet alles in dit beheer en wijzigt niets.
instance-may-administrator = Beheert apps, organisaties, personen, sleutels en rollen.

people-search = Zoek op naam, e-mailadres, gebruikersnaam of kenmerk
people-none = Niemand gevonden.
people-column-name = Naam
people-column-email = E-mail
people-column-organisation = Organisatie
people-column-role = Rol hier
people-column-last-login = Laatste inlog
people-weak = Nog geen passkey of app

roles-lead = Wie iets mag voor de hele installatie.
roles-one = Er is één beheerder. Maak een tweede, dan kan iemand helpen als deze er niet meer in komt.
roles-may = Wat elke rol mag
roles-strong = Een rol werkt alleen na inloggen met een passkey, een beveiligingssleutel of een authenticator-app.
roles-give = Zoek de persoon die een rol krijgt

person-username = Gebruikersnaam
person-strong = Passkey, beveiligingssleutel of app
person-activity = Wat er gebeurde
person-role = Rol wijzigen
person-disable = Uitschakelen
person-enable = Inschakelen
person-off-account = Dit account is uitgeschakeld: niemand komt er nog mee binnen.
person-off-membership = De beheerders van de organisatie hebben deze persoon uitgeschakeld.
person-off-organisation = Deze organisatie is uitgeschakeld: niemand van de organisatie komt binnen.
person-role-title = Wat mag { $name } voor de installatie?
person-role-text = Dit geldt meteen. Deze persoon wordt overal uitgelogd en krijgt bericht per e-mail.
person-weak = Deze persoon heeft nog geen passkey, beveiligingssleutel of authenticator-app. Dat moet dan bij de volgende keer inloggen, en wie het wachtwoord kent kan daarmee voor zijn. Beter: laat het nu eerst instellen en geef daarna de rol.
person-disable-title = { $name } uitschakelen?
person-disable-text = Deze persoon wordt overal uitgelogd en kan met niets meer inloggen, totdat je het account weer inschakelt. Er wordt niets verwijderd. We sturen bericht per e-mail.
person-enable-title = { $name } inschakelen?
person-enable-text = Inloggen kan weer zoals voorheen. We sturen bericht per e-mail.
person-last = Dit is de enige beheerder van de installatie die iets kan doen. Maak eerst iemand anders beheerder.
person-done-role = De rol van { $name } is gewijzigd.
person-done-disable = { $name } is uitgeschakeld.
person-done-enable = { $name } is ingeschakeld.

organisations-add = Organisatie toevoegen
organisations-count = { $count ->
    [0] Er is nog geen organisatie.
    [one] 1 organisatie
   *[other] { $count } organisaties
}
organisations-column-name = Naam
organisations-column-people = Personen
organisations-column-passkey = Passkey
organisations-column-second = Tweefactor
organisations-column-rules = Regels
organisations-column-last-login = Laatste inlog
organisations-adoption = { $count } van { $of }
organisations-no-rules = Geen
organisations-rule-second-factor = Tweefactor voor iedereen
organisations-rule-remembering = Elke keer een code
organisations-rule-confirm = Nieuwe IP-adressen wachten op de gebruiker
organisations-rule-administrator = Nieuwe IP-adressen wachten op een beheerder
organisations-rule-kinds = Niet elke soort tweefactor
organisations-rule-sessions = Kortere sessies
organisation-people = Personen
organisation-administrators = Beheerders
organisation-nobody = Niemand
organisation-since = Bekend sinds
organisation-rules-own = De beheerders van de organisatie stellen deze in, in hun Beveiligingscentrum.
organisation-helpdesk = Toegang voor de helpdesk
organisation-helpdesk-until = De helpdesk mag de mensen van deze organisatie helpen tot { $when }.
organisation-helpdesk-none = { $organisation } heeft de helpdesk geen toegang gegeven. Vraag een beheerder om dat aan te zetten in het Beveiligingscentrum.
organisation-activity-open = Wat er hier gebeurde
organisation-done-add = { $name } is toegevoegd. De beheerder heeft een e-mail met een link om te beginnen.
organisation-done-disable = { $name } is uitgeschakeld.
organisation-done-enable = { $name } is ingeschakeld.
organisation-disable-title = { $name } uitschakelen?
organisation-disable-text = { $people ->
    [one] 1 persoon kan niet meer inloggen
   *[other] { $people } personen kunnen niet meer inloggen
}, met niets en bij geen enkele app, totdat je de organisatie weer inschakelt. Er wordt niets verwijderd.
organisation-disable-sessions = { $count ->
    [0] Er is op dit moment niemand ingelogd.
    [one] 1 sessie stopt meteen.
   *[other] { $count } sessies stoppen meteen.
}
organisation-disable-own = Dit is je eigen organisatie: jij wordt ook uitgelogd.
organisation-enable-title = { $name } inschakelen?
organisation-enable-text = { $people ->
    [one] 1 persoon kan weer inloggen.
   *[other] { $people } personen kunnen weer inloggen.
}
organisation-last = Zonder deze organisatie kan niemand de installatie nog beheren. Maak eerst iemand van een andere organisatie beheerder.
organisation-new-text = De eerste beheerder krijgt een e-mail met een link en nodigt de anderen uit.
organisation-new-name = Naam van de organisatie
organisation-new-administrator = Volledige naam van de beheerder
organisation-new-email = E-mailadres van de beheerder
organisation-organisation-wrong = Vul de naam van de organisatie in, hoogstens 200 tekens.
organisation-organisation-taken = Er is al een organisatie met deze naam.
organisation-name-wrong = Vul de volledige naam in, hoogstens 200 tekens.
organisation-email-wrong = Vul een e-mailadres in zoals naam@kantoor.nl.
organisation-email-taken = Er is al een account met dit adres. Gebruik een ander adres.

mail-instance-operator = De beheerder van de server
mail-instance-role = Wat je voor de installatie mag is gewijzigd
mail-instance-role-body = { $by } heeft je rol gewijzigd. Die is nu: { $role }. Je bent overal uitgelogd.
mail-instance-disable = Je account is uitgeschakeld
mail-instance-disable-body = { $by } heeft je account uitgeschakeld. Je kunt niet meer inloggen.
mail-instance-enable = Je account is ingeschakeld
mail-instance-enable-body = { $by } heeft je account weer ingeschakeld. Je kunt inloggen zoals voorheen.
mail-instance-advice = Klopt dit niet? Bel nu de helpdesk.
activity-instance-role = Heeft een andere rol voor de installatie gekregen.
activity-organisation-off = De organisatie is uitgeschakeld.
activity-organisation-on = De organisatie is weer ingeschakeld.
activity-organisation-added = De organisatie is toegevoegd.
