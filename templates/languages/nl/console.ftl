console = Instantiebeheer
console-health = Status
console-apps = Apps
console-organisations = Organisaties
console-people = Personen
console-roles = Rollen
console-keys = Sleutels
console-audit = Logboek
console-outbox = Verzonden e-mail
console-webhooks = Webhooks
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
person-weak = Deze persoon heeft nog geen passkey, beveiligingssleutel of authenticator-app. Wie het wachtwoord kent kan daarmee voor zijn. Laat het eerst instellen en geef daarna de rol.
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
organisation-administrator-count = { $count ->
    [one] 1. Wie het is, zie je zolang de organisatie de helpdesk toegang geeft.
   *[other] { $count }. Wie het zijn, zie je zolang de organisatie de helpdesk toegang geeft.
}
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
activity-audit-exported = Heeft het logboek geëxporteerd.
activity-keys-rotated = De ondertekensleutels zijn vervangen.
activity-key-revoked = Een ondertekensleutel is ingetrokken.
activity-keys-changed = De ondertekensleutels zijn volgens plan gewisseld.

keys-lead = Hiermee worden tokens ondertekend. Een sleutel ondertekent { $days } dagen; de opvolger staat al eerder klaar.
keys-next = De volgende neemt het over: { $when }.
keys-rotate = Nu vervangen
keys-timeline = Tijdlijn
keys-timeline-label = De levens van { $count } sleutels, van publicatie tot niets meer telt wat ze ondertekenden. De tabel hieronder vertelt hetzelfde.
keys-state-next = Gepubliceerd
keys-state-current = Ondertekent
keys-state-retired = Uit dienst
keys-state-removed = Weg
keys-now = Nu
keys-order = Een regel per sleutel, in de volgorde van de tabel.
keys-column-key = Sleutel
keys-column-state = Stand
keys-column-from = Vanaf
keys-column-until = Tot
keys-column-apps = Gebruikt door
keys-column-act = Doen
keys-published = Gepubliceerd { $when }
keys-signs = Ondertekent vanaf { $when }
keys-stops = Ondertekent tot { $when }
keys-gone = Weg { $when }
keys-open = Nog geen einde
keys-more-apps = en nog { $count }
keys-revoke = Intrekken
keys-revoke-this = De sleutel { $kid } intrekken
keys-done-rotate = De sleutels zijn vervangen, op elke server.
keys-done-revoke = De sleutel is ingetrokken, op elke server.
keys-rotate-title = De ondertekensleutels nu vervangen?
keys-rotate-text = { $apps ->
    [one] Elke sleutel wordt meteen vervangen, voor 1 app.
   *[other] Elke sleutel wordt meteen vervangen, voor alle { $apps } apps.
}
keys-rotate-known = De opvolgers zijn gepubliceerd sinds { $when }. Apps die de sleutels daarna ophaalden merken niets. Apps die sleutels langer bewaren weigeren misschien inlogpogingen, tot ze de sleutels opnieuw ophalen.
keys-rotate-unknown = Voor minstens één soort sleutel is er nog geen opvolger. Apps halen de sleutels op als ze een nieuwe tegenkomen; apps die dat niet doen weigeren misschien inlogpogingen, tot ze het wel doen.
keys-rotate-old = { $hours ->
    [one] Wat de oude sleutels ondertekenden telt nog 1 uur.
   *[other] Wat de oude sleutels ondertekenden telt nog { $hours } uur.
}
keys-revoke-title = Deze ondertekensleutel intrekken?
keys-revoke-text = Doe dit als de sleutel misschien is gelekt. Niets wat ermee is ondertekend telt nog, op elke server, vanaf nu: toegangstokens worden geweigerd en mensen loggen opnieuw in bij hun apps.
keys-revoke-current = { $apps ->
    [one] Deze sleutel ondertekent voor 1 app. Een andere sleutel neemt het meteen over.
   *[other] Deze sleutel ondertekent voor { $apps } apps. Een andere sleutel neemt het meteen over.
}
keys-revoke-limits = Apps die tokens zelf controleren blijven ze accepteren tot ze de sleutels opnieuw ophalen. Waarschuw wie die apps beheert.

audit-search = Zoek op naam, e-mail, IP-adres, referentie, app of organisatie
audit-from = Van
audit-to = Tot en met
audit-kinds = Wat
audit-kind-all = Alles
audit-kind-sign-ins = In- en uitloggen
audit-kind-security = Beveiliging
audit-kind-apps = Apps
audit-kind-instance = De installatie
audit-results = Hoe het afliep
audit-result-all = Hoe het ook afliep
audit-result-done = Zoals bedoeld
audit-result-failed = Niet zoals bedoeld
audit-follow = Live volgen
audit-following = Nieuwe gebeurtenissen verschijnen vanzelf.
audit-paused = Er is iets nieuws. Het wacht zolang je in de lijst leest.
audit-over = Het volgen is gestopt. Open de pagina opnieuw.
audit-csv = CSV exporteren
audit-json = JSON-regels exporteren
audit-export-text = Een export bevat alles wat is gevonden, niet alleen deze pagina. Dat je hem hebt gemaakt, staat in het logboek.
audit-full-title = Te veel exports tegelijk
audit-full = Er lopen al twee exports van je, of deze server heeft zijn handen vol. Wacht tot er een klaar is en exporteer opnieuw.
audit-none = Er is niets gevonden.
audit-none-here = Er is niets gevonden bij de nieuwste gebeurtenissen. Zoek verder terug met “Ouder”.
audit-searched = Je zocht op “{ $search }”.
audit-clear = Filters wissen

begin-title = Om te beginnen
begin-done = Klaar
begin-open = Te doen
begin-passkey = Maak je eigen passkey
begin-mail = Stuur jezelf een testmail
begin-people = Voeg een organisatie toe en laat haar mensen binnen
begin-app = Voeg de eerste app toe
health-column-what = Wat
health-column-state = Stand
health-column-says = Sinds wanneer, en wat te doen
health-database = Database
health-keys = Ondertekensleutels
health-mail = E-mail
health-sms = Sms
health-queue = Wachtrij
health-backup = Back-ups
health-clock = Klok
health-certificate = Certificaat
health-state-good = Goed
health-state-off = Niet in gebruik
health-state-warning = Kijk hiernaar
health-state-bad = Kapot
health-says-database-good = Wijzigingen worden opgeslagen.
health-says-database-bad = Wijzigingen worden niet opgeslagen. Kijk naar de schijf en in het logbestand van de server.
health-says-keys-good = De volgende wisseling is { $when }.
health-says-keys-bad = De ondertekensleutels zijn niet te gebruiken: niemand kan bij een app inloggen. Kijk in het logbestand van de server.
health-says-messages-off = Er is niets ingesteld.
health-says-messages-none = De laatste dagen is er niets verstuurd.
health-says-messages-sent = Laatst verstuurd { $when }.
health-says-messages-failed = De laatste mislukte { $when }.
health-says-queue-waits = { $count ->
    [one] 1 bericht wacht, sinds { $when }.
   *[other] { $count } berichten wachten, het eerste sinds { $when }.
}
health-says-backup-good = Laatst gemaakt { $when }, met { $count ->
    [one] 1 rij
   *[other] { $count } rijen
}.
health-says-backup-none = Er is er nog geen gemaakt met “countersign backup”. Back-ups die je anders maakt, zie je hier niet.
health-says-backup-old = Laatst gemaakt { $when }. Voer “countersign backup” elke dag uit en bewaar het bestand op een andere machine.
health-says-backup-failed = De laatste mislukte { $when }. Voer “countersign backup” opnieuw uit en lees wat het zegt.
health-says-clock-good = Hij loopt gelijk met wat eerder is vastgelegd.
health-says-clock-bad = Er is iets vastgelegd { $when }, en dat is voor deze server in de toekomst. Zet de klok goed.
health-says-certificate-off = Deze server doet zelf geen TLS: dat doet de proxy ervoor.
health-says-certificate-bad = Het bestand is niet meer te lezen.
health-says-certificate-ends = { $count ->
    [0] Verloopt of verliep { $when }.
    [one] Nog 1 dag, tot { $when }.
   *[other] Nog { $count } dagen, tot { $when }.
}
health-says-unknown = Dit was niet na te gaan.
health-test = Test versturen
health-today = Inlogs vandaag
health-usual = { $usual } op een gewone dag
health-failed = Mislukt vandaag
health-failed-see = Bekijk welke
health-cases = Verzoeken die op iemand wachten

outbox-off = E-mail staat uit: er is geen mailserver ingesteld. E-mails wachten tot ze te oud zijn.
outbox-state-all = Alle
outbox-state-failed = Mislukt
outbox-state-deferred = Uitgesteld
outbox-state-queued = In de wachtrij
outbox-state-sent = Verstuurd
outbox-none = Hier is niets.
outbox-column-what = Wat
outbox-column-to = Aan
outbox-column-state = Stand
outbox-column-when = Wanneer
outbox-column-answer = Antwoord
outbox-channel = Gaat per
outbox-channel-mail = E-mail
outbox-channel-sms = Sms
outbox-erased = Gewist
outbox-message = Bericht: { $what }
outbox-back = Alle berichten
outbox-language = Taal
outbox-created = Klaargezet
outbox-attempts = Pogingen
outbox-next = Volgende poging
outbox-expires = Versturen heeft zin tot
outbox-ended = Afgelopen
outbox-answer = Antwoord:
outbox-retry = Nu proberen
outbox-retry-text = Het wacht op de volgende poging. Daar hoef je niet op te wachten.
outbox-resend = Opnieuw versturen
outbox-resend-text = Het is geweigerd. Is verholpen wat er mis was, dan gaat het nog een keer naar dezelfde ontvanger.
outbox-invite = Nieuwe uitnodiging versturen
outbox-invite-text = Een e-mail met een nieuwe link gaat naar het adres dat het account nu heeft. De oude link werkt dan niet meer.
outbox-done-retry = Het wordt meteen geprobeerd. Open deze pagina zo opnieuw.
outbox-done-resend = Het wordt meteen opnieuw verstuurd. Open deze pagina zo opnieuw.
outbox-done-invite = Er is een nieuwe uitnodiging onderweg. Het is het nieuwste bericht in de lijst.
outbox-done-refused = Vandaag mag er geen sms meer weg: het budget van de dag is op, of naar dit nummer gaat niets.
outbox-html = Toon het zoals het mailprogramma (nieuw tabblad)
outbox-again-late = Het is geweigerd en inmiddels niets meer waard: het gaat niet opnieuw weg.
outbox-preview = Voorbeeld
outbox-masked = Codes en links zijn onleesbaar gemaakt: die zijn alleen voor de ontvanger.
outbox-wiped = Ontvanger en inhoud zijn gewist toen het bericht wegging of werd opgegeven. Dit is alles wat er nog is.
outbox-again-code = Een code kun je hier niet opnieuw versturen: een nieuwe vraag je aan op de pagina waar iemand inlogt, en die werkt alleen daar.
outbox-again-link = Een link kun je hier niet opnieuw versturen: maak een nieuwe waar hij vandaan kwam (opnieuw uitnodigen, opnieuw aanvragen). De oude werkt dan niet meer.
outbox-again-notice = Dit vertelde iemand wat er was gebeurd. Het gaat geen tweede keer weg: wat er gebeurde staat in het logboek.

settings-lead = Wat het configuratiebestand en de omgeving zeggen. Je wijzigt het daar; de server leest het bij het starten.
settings-test = Testberichten
settings-test-to = Een testmail gaat naar { $email }.
settings-test-send = Stuur een test naar mij
settings-test-waits = De mail wacht op verzending. Open deze pagina zo opnieuw.
settings-sms-off = Sms staat uit: er is geen gateway ingesteld.
settings-sms-number = Mobiel nummer voor een test-sms
settings-sms-note = Gebruik dat van jezelf. Het telt mee voor het budget van de dag.
settings-sms-send = Stuur een test-sms
settings-sms-malformed = Vul een mobiel nummer in, zoals 06 12345678.
settings-sms-refused = Naar dit nummer gaan geen sms’en. Gebruik een mobiel nummer uit een land in sms.allowed_countries.
settings-sms-budget = De sms’en van vandaag zijn op (sms.daily_budget). Probeer het morgen opnieuw.
settings-column-key = Sleutel
settings-column-value = Waarde
settings-column-from = Vanuit
settings-empty = Niets
settings-set = Bestand of omgeving
settings-default = Standaard
