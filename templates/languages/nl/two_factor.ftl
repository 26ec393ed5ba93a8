step-other = Andere manier gebruiken
step-busy = Bezig met controleren…
step-remember = 30 dagen niet meer vragen op dit apparaat, vanaf dit IP-adres
step-every-time = { $organisation } vraagt elke keer om een code.
step-for-app = <strong>{ $app }</strong> vraagt om sterker inloggen.
step-wrong = Deze code klopt niet. Kijk naar de nieuwste code en probeer het opnieuw.
step-shape = De code bestaat uit 6 cijfers
step-reused = Deze code heb je al gebruikt. Wacht op de volgende.
step-drift = De klok van je telefoon wijkt ongeveer { $minutes ->
    [one] 1 minuut
   *[other] { $minutes } minuten
} af. Zet datum en tijd op automatisch en probeer het opnieuw.
step-too-many = Te veel pogingen. Probeer het { $when } opnieuw, of gebruik een andere manier.

totp-title = Vul de code uit je authenticator-app in
totp-find = Zoek <strong>{ $idp } ({ $email })</strong> in de app.
totp-code = Code van 6 cijfers
totp-hint = De code verandert elke 30 seconden. Plakken met een spatie mag.

recovery-title = Vul een herstelcode in
recovery-find = Die staat op de lijst die je bewaarde toen je tweefactorauthenticatie instelde. Elke code werkt één keer.
recovery-code = Herstelcode
recovery-hint = Hoofdletters en streepjes maken niet uit.
recovery-wrong = Dit is geen herstelcode van jou, of hij is al gebruikt.

choose-title = Hoe wil je bevestigen dat jij het bent?
way-passkey = Passkey
way-security-key = Beveiligingssleutel
way-totp = Authenticator-app: typ een code van 6 cijfers
way-sms = Sms met een code
way-email = E-mail met een code
way-recovery-code = Herstelcode
way-not-enough = Niet sterk genoeg voor { $app }
way-not-allowed = Je organisatie staat dit niet meer toe
way-none = Ik heb geen van deze
way-none-text = Vraag het de helpdesk. Niemand kan dit voor je uitzetten zonder te controleren dat jij het bent.

factor-passkey = Passkey
factor-security-key = Beveiligingssleutel
factor-totp = Authenticator-app
factor-sms = Sms
factor-email = E-mail
factor-recovery-code = Herstelcodes

enrol-title = { $organisation } vraagt je om tweefactorauthenticatie in te stellen
enrol-title-plain = Stel tweefactorauthenticatie in
enrol-title-again = Stel opnieuw in wat je kwijt bent
enrol-title-account = Voeg een manier toe om te bevestigen dat jij het bent
enrol-until-app = Zolang je dit niet hebt gedaan, kun je <strong>{ $app }</strong> niet gebruiken. Het duurt ongeveer twee minuten.
enrol-until = Zolang je dit niet hebt gedaan, kun je niet verder. Het duurt ongeveer twee minuten.
enrol-announced = { $organisation } vraagt dit { $when }. Tot dan kun je het overslaan.
enrol-announced-plain = Het is nodig { $when }. Tot dan kun je het overslaan.
enrol-again = Je hebt ingelogd met een herstelcode. Ben je je telefoon of sleutel kwijt? Stel nu een nieuwe in.
enrol-passkey = Aanbevolen: vingerafdruk, gezicht of pincode; geen codes typen.
enrol-security-key = Een sleutel die je in je computer steekt of tegen je telefoon houdt.
enrol-totp = Een app op je telefoon laat een code zien.
enrol-sms = Je krijgt een code op je telefoon.
enrol-email = Je krijgt een code in je mailbox.
strength-basic-note = Zwakker dan een app of een passkey.
not-now = Niet nu

enrol-totp-title = Koppel een authenticator-app
enrol-totp-text = Scan deze code met je authenticator-app.
enrol-totp-picture = QR-code voor je authenticator-app
enrol-totp-open = Open in je authenticator-app
enrol-totp-by-hand = Lukt scannen niet? Vul deze sleutel zelf in
enrol-totp-account = Account
enrol-totp-key = Sleutel
enrol-totp-kind = Soort
enrol-totp-kind-text = op tijd gebaseerd, 6 cijfers
enrol-totp-code = Code uit de app
enrol-totp-button = Aanzetten

codes-title = Bewaar je herstelcodes
codes-text = Elke code werkt één keer. Je hebt er een nodig als je je telefoon en je passkeys kwijt bent.
codes-once = We laten deze codes alleen nu zien. Bewaar ze waar je ze zonder je telefoon kunt vinden, op papier bijvoorbeeld.
codes-stored = Ik heb deze codes bewaard
codes-make = Herstelcodes maken
codes-replace = { $count ->
    [one] Je hebt nog 1 code. Die werkt niet meer als je nieuwe maakt.
   *[other] Je hebt nog { $count } codes. Die werken niet meer als je nieuwe maakt.
}
copy = Kopiëren
copied = Gekopieerd
print = Afdrukken

remove-title = { $what } verwijderen?
remove-text = Je kunt er dan niet meer mee bevestigen dat jij het bent. Overal elders word je uitgelogd.
remove-last = Dit is je laatste. Daarna is je wachtwoord alleen genoeg om in te loggen. Overal elders word je uitgelogd.
remove-forbidden = { $organisation } verplicht tweefactorauthenticatie. Voeg eerst een andere manier toe, dan kun je deze verwijderen.
remove-forbidden-operator = Je rol verplicht tweefactorauthenticatie. Voeg eerst een andere manier toe, dan kun je deze verwijderen.
remove-button = Verwijderen
back = Terug

mail-added = Er is een manier van inloggen aan je account toegevoegd
mail-added-body = Aan je account toegevoegd voor tweefactorauthenticatie: { $what }.
mail-added-advice = Was jij dit niet? Typ zelf { $host } in je browser, ga naar Beveiliging en inloggegevens, verwijder het en log overal uit, of bel de helpdesk.
mail-removed = Er is een manier van inloggen van je account verwijderd
mail-removed-body = Van je account verwijderd: { $what }. Je account is nu misschien minder goed beveiligd.
mail-removed-advice = Was jij dit niet? Bel nu de helpdesk, of typ zelf { $host } in je browser en kijk bij Beveiliging en inloggegevens.
mail-code-used = Er is een herstelcode gebruikt
mail-code-used-body = Iemand heeft ingelogd met een van je herstelcodes. { $left ->
    [0] Het was de laatste. Maak nieuwe codes.
    [one] Je hebt nog 1 code.
   *[other] Je hebt nog { $left } codes.
}
mail-code-used-advice = Was jij dit niet? Bel nu de helpdesk, of typ zelf { $host } in je browser, stel een nieuw wachtwoord in en maak nieuwe codes.
