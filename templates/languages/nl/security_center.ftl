security-center = Beveiligingscentrum
center-tile-passkey = Passkeys
center-tile-second = Tweefactorauthenticatie
center-tile-count = { $count } van { $people ->
    [one] 1 persoon
   *[other] { $people } personen
}
center-tile-sign-ins = Keer ingelogd in 14 dagen
center-tile-failed = { $count ->
    [0] Geen enkele mislukt
    [one] Daarnaast 1 mislukt
   *[other] Daarnaast { $count } mislukt
}
center-tile-activity = Bekijk ze
center-second = Tweefactorauthenticatie
center-second-text = Iedereen moet 2FA instellen. Tot die tijd zien ze alleen hun eigen beveiligingspagina.
center-second-since = Dit geldt sinds { $when }.
center-when = Vanaf wanneer
center-now = Vanaf nu
center-date = Vanaf deze dag; tot die tijd krijgt iedereen het bij het inloggen te horen
center-date-label = Dag
center-limit = Geldigheid van tweefactorauthenticatie beperken
center-limit-text = Er wordt bij elke keer inloggen een code gevraagd, ook op bekende IP-adressen.
center-networks = Nieuwe IP-adressen blokkeren
center-networks-text = Een nieuw IP-adres wacht tot de persoon het per e-mail bevestigt. Niet bij inloggen met een passkey.
center-administrator = Alleen een beheerder mag een nieuw IP-adres valideren
center-kinds = Manieren van tweefactorauthenticatie die meetellen
center-kinds-text = Passkeys tellen altijd mee, en herstelcodes ook, voor als er iets kwijt is. Wie alleen manieren heeft die niet meer meetellen, stelt bij de volgende keer inloggen een andere in.
center-sessions = Hoe lang mensen ingelogd blijven
center-sessions-text = Je kunt het korter maken, niet langer. De langste tijd geldt ook in de apps die mensen gebruiken.
center-idle = Zonder iets te doen
center-idle-option = { $count ->
    [60] 1 uur
    [120] 2 uur
    [240] 4 uur
    [480] 8 uur
   *[other] { $count } minuten
}
center-absolute = Hoogstens, wat ze ook doen
center-absolute-option = { $count ->
    [24] 1 dag
    [168] 1 week
   *[other] { $count } uur
}
center-as-installed = Zoals voor iedereen ingesteld
center-who = Voor wie geldt dit
center-nothing-yet = Wijzig hierboven iets om te zien voor wie dat geldt. Er gebeurt niets voordat je opslaat.
center-nobody = Niemand merkt er nu iets van.
center-tell = Laat het de mensen voor wie dit geldt per e-mail weten
center-tell-text = Iedereen in de tabel voor wie iets verandert, krijgt een e-mail waarin staat wat.
center-mail-failed = De laatste e-mail is { $when } mislukt. Zolang e-mail niet werkt, kan niemand een nieuw IP-adres bevestigen. Meld het aan wie deze installatie beheert.
center-mail-off = Deze installatie verstuurt geen e-mail, dus niemand kan een nieuw IP-adres bevestigen. Meld het aan wie haar beheert.
center-preview = Laat zien voor wie dit geldt
center-save = Opslaan
center-save-people = { $count ->
    [one] Opslaan en toepassen op 1 persoon
   *[other] Opslaan en toepassen op { $count } personen
}
center-with-this = Met deze wijziging
center-no-change = Geen verandering
center-people = { $count ->
    [one] 1 persoon
   *[other] { $count } personen
}
center-somebody = Iemand

center-sum-enrol = <strong>{ $count } van de { $people } personen</strong> moeten bij de volgende keer inloggen 2FA instellen.
center-sum-have = { $count } hebben het al.
center-sum-passkey = { $count ->
    [one] 1 heeft alleen een passkey: er verandert niets zolang die wordt gebruikt.
   *[other] { $count } hebben alleen een passkey: er verandert niets zolang die wordt gebruikt.
}
center-sum-at-once = { $count ->
    [one] 1 is nu ingelogd en krijgt de vraag meteen.
   *[other] { $count } zijn nu ingelogd en krijgen de vraag meteen.
}
center-sum-later = <strong>{ $count } van de { $people } personen</strong> moeten vóór { $when } 2FA hebben ingesteld. Tot die tijd horen ze het bij elke keer inloggen.
center-sum-no-more = { $count ->
    [one] <strong>1 persoon</strong> hoeft geen 2FA meer in te stellen.
   *[other] <strong>{ $count } personen</strong> hoeven geen 2FA meer in te stellen.
}
center-sum-other-kind = { $count ->
    [one] <strong>1 persoon</strong> kan een van de eigen manieren niet meer gebruiken.
   *[other] <strong>{ $count } personen</strong> kunnen een van de eigen manieren niet meer gebruiken.
}
center-sum-always = { $count ->
    [one] <strong>1 persoon</strong> slaat de code nu 30 dagen over. Dat stopt zodra je opslaat.
   *[other] <strong>{ $count } personen</strong> slaan de code nu 30 dagen over. Dat stopt zodra je opslaat.
}
center-sum-once = { $count ->
    [one] <strong>1 persoon</strong> slaat de code nu 30 dagen over en krijgt de vraag nog één keer.
   *[other] <strong>{ $count } personen</strong> slaan de code nu 30 dagen over en krijgen de vraag nog één keer.
}
center-sum-validating = { $count ->
    [one] Bij <strong>1 persoon</strong> staat automatisch valideren aan; dat gaat uit.
   *[other] Bij <strong>{ $count } personen</strong> staat automatisch valideren aan; dat gaat uit.
}
center-sum-administrator = { $count ->
    [one] <strong>1 persoon</strong> wacht bij een nieuw IP-adres op een beheerder.
   *[other] <strong>{ $count } personen</strong> wachten bij een nieuw IP-adres op een beheerder.
}
center-sum-milder = { $count ->
    [one] <strong>1 persoon</strong> wordt bij een nieuw IP-adres minder opgehouden.
   *[other] <strong>{ $count } personen</strong> worden bij een nieuw IP-adres minder opgehouden.
}
center-sum-asked = { $count ->
    [one] <strong>1 persoon</strong> is nu ingelogd en moet bevestigen wie het is.
   *[other] <strong>{ $count } personen</strong> zijn nu ingelogd en moeten bevestigen wie ze zijn.
}
center-sum-signed-out = { $count ->
    [one] <strong>1 persoon</strong> wordt ergens uitgelogd zodra je opslaat.
   *[other] <strong>{ $count } personen</strong> worden ergens uitgelogd zodra je opslaat.
}
center-sum-shorter = { $count ->
    [one] <strong>1 persoon</strong> blijft korter ingelogd.
   *[other] <strong>{ $count } personen</strong> blijven korter ingelogd.
}
center-replay = In de afgelopen 30 dagen had deze regel <strong>{ $count ->
    [one] 1 keer inloggen
   *[other] { $count } keer inloggen
}</strong> opgehouden, van { $people }, telkens met een e-mail.
center-replay-often = { $count ->
    [one] 1 van hen komt vaak ergens anders vandaan, zoals op een mobiel netwerk: raad een passkey aan.
   *[other] { $count } van hen komen vaak ergens anders vandaan, zoals op een mobiel netwerk: raad een passkey aan.
}
center-replay-none = In de afgelopen 30 dagen had deze regel niemand opgehouden.

center-effect-enrol-at-once = Moet meteen 2FA instellen
center-effect-enrol-next = Moet bij de volgende keer inloggen 2FA instellen
center-effect-enrol-before = Moet vóór { $when } 2FA instellen
center-effect-enrol-no-more = Hoeft geen 2FA meer in te stellen
center-effect-other-kind = Kan niet meer gebruiken: { $kinds }
center-effect-code-always = Kan de code niet meer overslaan
center-effect-code-once = Krijgt de vraag om een code nog één keer
center-effect-stops-validating = Automatisch valideren gaat uit
center-effect-waits-for-administrator = Een nieuw IP-adres wacht op een beheerder
center-effect-networks-milder = Wordt bij een nieuw IP-adres minder opgehouden
center-effect-asked-at-once = Moet meteen bevestigen wie het is
center-effect-signed-out = Wordt uitgelogd
center-effect-sessions-shorter = Blijft korter ingelogd

center-wrong-date = Kies een dag vanaf vandaag, hoogstens een jaar vooruit
center-wrong-limit = Kies een van de tijden uit de lijst
center-lockout-set-up-first = Je zou jezelf buitensluiten. Stel eerst je eigen tweefactorauthenticatie in, van een soort die blijft meetellen.
center-set-up-own = Mijn eigen instellen
center-lockout-own-session = Je zou hier middenin worden uitgelogd, of meer moeten bewijzen. Log opnieuw in met alles wat de nieuwe regel vraagt, en sla dan op.
center-lockout-only-administrator = Je bent de enige beheerder: niemand kan jou binnenlaten vanaf een nieuw IP-adres. Maak een passkey, of maak eerst iemand anders beheerder.
center-changed = { $by } heeft de regels gewijzigd, { $when }. Hieronder staat wat je had ingevuld: kijk voor wie dat geldt en sla opnieuw op.
center-changed-operator = De regels zijn gewijzigd door wie deze installatie beheert, { $when }. Hieronder staat wat je had ingevuld: kijk voor wie dat geldt en sla opnieuw op.
center-done-saved = Opgeslagen. De regels gelden vanaf nu, ook voor wie al is ingelogd.
center-done-undone = Ongedaan gemaakt. De regels van daarvoor gelden weer.
center-done-given = De helpdesk mag je mensen een maand lang helpen.
center-done-revoked = De helpdesk mag je mensen niet meer helpen.
center-undo = Ongedaan maken
center-undo-text = <strong>{ $by }</strong> heeft de regels gewijzigd, { $at }. Ongedaan maken kan 10 minuten lang.

center-helpdesk = Toegang voor de helpdesk
center-helpdesk-text = Zonder toegang kan de helpdesk niemand helpen die geen enkele manier van inloggen meer heeft. De toegang eindigt vanzelf na een maand.
center-helpdesk-until = De helpdesk mag mensen helpen die geen enkele manier van inloggen meer hebben. Dat eindigt { $when }.
center-helpdesk-give = Toegang geven voor een maand
center-helpdesk-longer = Toegang geven voor nog een maand vanaf nu
center-helpdesk-revoke = Toegang intrekken
center-helpdesk-history = Wie deed wat
center-helpdesk-given = { $by } heeft toegang gegeven.
center-helpdesk-revoked = { $by } heeft de toegang ingetrokken.
center-helpdesk-looked = { $by } van de helpdesk heeft gekeken.

mail-rules = De beveiligingsregels van { $organisation } zijn gewijzigd
mail-rules-changed = { $by } heeft de beveiligingsregels van { $organisation } gewijzigd. Ze gelden vanaf nu. In het Beveiligingscentrum zie je wat er geldt; 10 minuten lang kun je het daar ongedaan maken.
mail-rules-undone = { $by } heeft de laatste wijziging van de beveiligingsregels van { $organisation } ongedaan gemaakt.
mail-rules-advice = Je krijgt dit omdat je ook beheerder bent. Klopt dit niet? Vraag het { $by }.
mail-rules-operator = Wie deze installatie beheert, heeft de beveiligingsregels van { $organisation } gewijzigd. Ze gelden vanaf nu. In het Beveiligingscentrum zie je wat er geldt.
mail-rules-advice-operator = Je krijgt dit omdat je beheerder bent. Klopt dit niet? Vraag het aan wie deze installatie beheert.
mail-rules-you = Nieuwe beveiligingsregels bij { $organisation }
mail-rules-you-body = { $by } heeft de beveiligingsregels van { $organisation } gewijzigd. Voor jou betekent dit:
mail-rules-you-advice = Heb je hier een vraag over? Vraag het { $by }.
mail-rules-you-enrol-at-once = Je moet tweefactorauthenticatie instellen voordat je verder kunt.
mail-rules-you-enrol-next = De volgende keer dat je inlogt, stel je tweefactorauthenticatie in.
mail-rules-you-enrol-before = Stel vóór { $when } tweefactorauthenticatie in. Tot die tijd herinneren we je eraan als je inlogt.
mail-rules-you-enrol-no-more = Je hoeft tweefactorauthenticatie niet meer in te stellen.
mail-rules-you-other-kind = Dit kun je niet meer gebruiken als tweede stap: { $kinds }.
mail-rules-you-code-always = We vragen elke keer dat je inlogt om de code. Je kunt hem niet meer 30 dagen overslaan.
mail-rules-you-code-once = We vragen nog één keer om de code, ook waar je hem 30 dagen mocht overslaan.
mail-rules-you-stops-validating = Nieuwe IP-adressen worden niet meer automatisch toegevoegd. Je bevestigt ze per e-mail.
mail-rules-you-waits-for-administrator = Als je vanaf een nieuw IP-adres inlogt, wacht je tot een beheerder het valideert.
mail-rules-you-networks-milder = Je wordt minder opgehouden als je vanaf een nieuw IP-adres inlogt.
mail-rules-you-asked-at-once = Waar je bent ingelogd, moet je bevestigen dat jij het bent.
mail-rules-you-signed-out = Je bent op een of meer plekken uitgelogd.
mail-rules-you-sessions-shorter = Je blijft minder lang ingelogd.
