overview-menu = Overzicht
overview-title = Je account
overview-you = Je gegevens
overview-profile = Gegevens wijzigen
overview-signed-in = Waar je bent ingelogd
overview-since = Hier, sinds { $when }.
overview-elsewhere = { $count ->
    [0] Je bent nergens anders ingelogd.
    [one] Je bent ook op één andere plek ingelogd.
   *[other] Je bent ook op { $count } andere plekken ingelogd.
}
overview-sessions = Bekijk je sessies
overview-organisations = { $count ->
    [one] Je organisatie
   *[other] Je organisaties
}

sessions-menu = Sessies
sessions-title = Sessies
sessions-text = Deze browsers zijn ingelogd op je account. Ken je er een niet? Log die uit en wijzig je wachtwoord.
sessions-alone = Je bent alleen hier ingelogd.
sessions-here = Dit apparaat
sessions-started = Ingelogd
sessions-last-used = Laatst actief
sessions-end-others = Overal elders uitloggen
sessions-ended = { $count ->
    [0] Er was niets meer om uit te loggen.
    [one] Op één plek uitgelogd.
   *[other] Op { $count } plekken uitgelogd.
}
browser-on = { $browser } op { $system }
browser-unknown = Onbekende browser

protection = Jouw beveiliging
protection-passkeys = Passkeys
protection-passkeys-count = { $count ->
    [0] Nog geen
    [one] 1, voeg een tweede toe
   *[other] { $count }
}
protection-second = Tweefactorauthenticatie
protection-codes = Herstelcodes
protection-codes-left = { $count ->
    [0] Geen
   *[other] Nog { $count }
}
protection-show = Beveiliging bekijken
last-events = Laatste activiteit
last-events-all = Alle activiteit bekijken

sessions-way = Hoe
sessions-apps = Apps
signed-in-by-passkey = een passkey
signed-in-by-security-key = wachtwoord en beveiligingssleutel
signed-in-by-totp = wachtwoord en authenticator-app
signed-in-by-sms = wachtwoord en sms
signed-in-by-email = wachtwoord en een code per e-mail
signed-in-by-recovery-code = wachtwoord en een herstelcode
signed-in-by-second-step = wachtwoord en een tweede stap
signed-in-by-password = wachtwoord

apps-menu = Gekoppelde apps
apps-title = Gekoppelde apps
apps-text = Bij deze apps heb je ingelogd met dit account.
apps-none = Geen app heeft toegang tot je account. Een app komt hier te staan zodra je erbij hebt ingelogd.
apps-receives = Krijgt
apps-other = Toegang tot { $scope }
apps-first-used = Eerst gebruikt
apps-last-used = Laatst gebruikt
apps-remove = Toegang intrekken
apps-remove-title = Toegang van { $app } intrekken?
apps-remove-text = { $app } wordt uitgelogd en moet opnieuw toestemming vragen. Wat de app al heeft gekregen, kan hij nog hebben.
apps-removed = { $app } heeft geen toegang meer.

activity-menu = Activiteit
activity-title = Activiteit
activity-what = Wat
activity-what-all = Alles
activity-what-sign-ins = In- en uitloggen
activity-what-security = Beveiliging
activity-what-apps = Apps
activity-period = Periode
activity-period-7 = Laatste 7 dagen
activity-period-14 = Laatste 14 dagen
activity-period-30 = Laatste 30 dagen
activity-period-90 = Laatste 90 dagen
activity-show = Tonen
activity-none = In deze periode is niets gebeurd.
activity-older = Ouder
activity-newest = Nieuwste
activity-csv = Downloaden als CSV
activity-reference = Referentie { $reference }
not-you = Was jij dit niet?
chart = Inlogpogingen per dag
chart-label = { $done } keer ingelogd, { $failed ->
    [0] niets mislukt
   *[other] { $failed } keer mislukt
}
chart-table = Als tabel
chart-day = Dag
chart-passkey = Passkey
chart-second = Wachtwoord en tweede stap
chart-password = Alleen wachtwoord
chart-failed = Mislukt

activity-an-app = een app
activity-signed-in = Ingelogd met { $way }.
activity-signed-in-app = Ingelogd bij { $app } met { $way }.
activity-wrong-password = Iemand vulde een verkeerd wachtwoord in.
activity-password-right = Het juiste wachtwoord is ingevuld. Er werd om een tweede stap gevraagd.
activity-step = Een stap van het inloggen is gelukt.
activity-refused = Een inlogpoging is niet gelukt.
activity-signed-out = Uitgelogd.
activity-session-ended = Een ander apparaat is uitgelogd.
activity-invitation = De uitnodiging is aangenomen.
activity-app-opened = Doorgegaan naar { $app }.
activity-app-denied = { $app } kreeg geen toegang.
activity-app-allowed = { $app } kreeg toegang.
activity-app-removed = De toegang van { $app } is ingetrokken.
activity-app-stopped = De toegang van { $app } is gestopt, omdat een sleutel twee keer werd gebruikt.
activity-wrong-password-change = Bij het wijzigen van het wachtwoord is een verkeerd huidig wachtwoord ingevuld.
activity-password-removed = Het wachtwoord is verwijderd.
activity-password-forgotten = Iemand vroeg per e-mail om een nieuw wachtwoord.
activity-password-code-wrong = Er is een verkeerde code voor een nieuw wachtwoord ingevuld.
activity-password-mail-read = De e-mail voor een nieuw wachtwoord is gebruikt.
activity-password-changed = Het wachtwoord is gewijzigd.
activity-factor-added = { $what } is toegevoegd.
activity-factor-removed = { $what } is verwijderd.
activity-factor-renamed = { $what } kreeg een andere naam.
activity-factor-default = { $what } wordt voortaan eerst gevraagd.
activity-codes = Er zijn nieuwe herstelcodes gemaakt.
activity-devices = Apparaten waarop 30 dagen niets werd gevraagd, zijn vergeten.
activity-email-asked = Er is een ander e-mailadres gevraagd.
activity-email-cancelled = Het nieuwe e-mailadres gaat niet door.
activity-email-changed = Het e-mailadres is gewijzigd.
activity-email-undone = Het oude e-mailadres is hersteld.
activity-account-erased = Alle gegevens over het account zijn gewist.
activity-data-exported = Alle gegevens over het account zijn gedownload.
activity-profile = Naam of taal is gewijzigd.
activity-account-added = Het account is toegevoegd.
activity-account-disabled = Het account is uit- of aangezet.
activity-account-unlocked = Het account is ontgrendeld door de beheerder van de server.
activity-recovery = De helpdesk werkte aan herstel van de toegang.
activity-recovery-stopped = Het herstel is gestopt.
activity-recovery-used = Wat kwijt was is verwijderd, nadat twee mensen akkoord gaven.
activity-other = Er is iets anders gebeurd ({ $kind }).
activity-a-way = Een manier om in te loggen

not-you-title = Was jij dit niet?
not-you-text = Doe deze stappen na elkaar. Het kost een paar minuten.
not-you-sessions = 1. Log overal elders uit
not-you-sessions-text = Wie op een ander apparaat met jouw account is ingelogd, heeft meteen geen toegang meer.
not-you-password = 2. Stel een nieuw wachtwoord in
not-you-password-text = Kies er een dat je nergens anders gebruikt. Apparaten waarop 30 dagen niets werd gevraagd, worden weer gevraagd.
not-you-no-password = Je hebt geen wachtwoord, dus niemand kan het weten.
not-you-factors = 3. Bekijk je passkeys en tweede factoren
not-you-factors-text = Verwijder wat je niet kent.
not-you-helpdesk = 4. Meld het bij de helpdesk
not-you-helpdesk-text = Zij kunnen kijken of er meer is gebeurd, ook bij je collega's.

profile-menu = Profiel
profile-title = Profiel
profile-name-wrong = Vul je naam in, met hoogstens 200 tekens
profile-username = Gebruikersnaam
profile-language = Taal van pagina's en e-mails
profile-save = Opslaan
profile-email-text = Hier gaat mail heen, en je kunt ermee inloggen.
profile-email-change = E-mailadres wijzigen
profile-email-pending = We hebben een e-mail gestuurd naar <strong>{ $email }</strong>. Open de link daarin, uiterlijk { $until }, in een browser waarin je bent ingelogd.
profile-email-cancel = Niet wijzigen
profile-data = Je gegevens
profile-data-text = Alles wat we over je bewaren, in één JSON-bestand. Wachtwoorden en andere geheimen staan er niet in.
profile-data-download = Mijn gegevens downloaden
profile-done-confirmed = Bedankt, je bent het. Je kunt je gegevens nu downloaden.
profile-done-saved = Je profiel is opgeslagen.
profile-done-asked = Kijk in de mailbox van je nieuwe adres.
profile-done-cancelled = Je e-mailadres blijft zoals het is.
profile-done-changed = Je e-mailadres is gewijzigd.
email-title = Wijzig je e-mailadres
email-text = Je hebt nu <strong>{ $email }</strong>. We sturen een link naar het nieuwe adres, en bericht naar het oude zodra het gewijzigd is.
email-new = Nieuw e-mailadres
email-send = Link versturen
email-not-an-email = Vul een e-mailadres in, zoals anna@kantoor.nl
email-same = Dit is al je e-mailadres
email-confirm-title = Dit e-mailadres gebruiken?
email-confirm-text = Mail gaat voortaan naar <strong>{ $email }</strong>, en je logt ermee in.
email-confirm-button = Dit adres gebruiken
email-undo-title = Je e-mailadres herstellen?
email-undo-text = Mail gaat weer naar <strong>{ $email }</strong>. Iedereen die met het account is ingelogd, wordt uitgelogd.
email-undo-button = Mijn adres herstellen
email-undone-title = Je e-mailadres is hersteld
email-undone-text = <strong>{ $email }</strong> geldt weer, en iedereen is uitgelogd. Log nu in en stel een nieuw wachtwoord in. Kom je er niet in? Bel dan de helpdesk.
email-sign-in-title = Log eerst in
email-sign-in-text = Log in met het account waarvan je het e-mailadres wijzigt. Open daarna de link in de e-mail opnieuw.
email-closed-title = Deze link werkt niet meer
email-closed-text = Hij is al gebruikt, verlopen, of hoort bij een ander account.
email-to-profile = Naar je profiel

mail-email-confirm = Bevestig je nieuwe e-mailadres
mail-email-confirm-body = Jij (of iemand anders) wil dit adres gebruiken voor een account. Open de link in een browser waarin je bent ingelogd. Hij werkt 24 uur en één keer.
mail-email-confirm-button = Bekijk de wijziging
mail-email-confirm-advice = Was jij dit niet? Dan hoef je niets te doen: zonder deze link verandert er niets.
mail-email-taken = Dit e-mailadres is in gebruik
mail-email-taken-body = Iemand wilde dit adres gebruiken voor een ander account. Dat kan niet, want er is al een account met dit adres. Er is niets gewijzigd.
mail-email-taken-advice = Was jij dit? Log dan in met dit adres, of kies een ander. Anders hoef je niets te doen.
mail-email-changed = Je e-mailadres is gewijzigd
mail-email-changed-body = Je account heeft nu het adres { $email }. Er gaat geen mail meer naar dit adres.
mail-email-changed-undo = Was jij dit niet? Je kunt dit adres 7 dagen lang herstellen:
mail-email-changed-button = Bekijk de wijziging
mail-email-changed-advice = Kom je er niet meer in? Bel dan de helpdesk.
profile-organisations = Organisaties
profile-home = beheert je account
profile-done-left = Je hebt de organisatie verlaten.
leave-title = { $organisation } verlaten?
leave-text = Je hoort dan niet meer bij { $organisation }, en apps die je daarvoor gebruikt stoppen. Je account blijft. Om terug te komen moet iemand daar je opnieuw uitnodigen.
leave-button = Verlaten
