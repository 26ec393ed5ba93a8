security-menu = Beveiliging en inloggegevens
security-title = Beveiliging en inloggegevens
on = Aan
off = Uit
passkeys = Passkeys
passkeys-none = Je hebt nog geen passkeys. Met een passkey log je in met je vingerafdruk, gezicht of pincode.
passkeys-one = <strong>Je hebt één passkey.</strong> Maak een tweede, bijvoorbeeld op je telefoon, dan kun je ook inloggen als je dit apparaat kwijt bent.
passkeys-create = Nieuwe passkey maken
synced = Gesynchroniseerd
not-synced = Alleen op dit apparaat
second = Tweefactorauthenticatie
second-text = Na je wachtwoord bevestig je op een tweede manier dat jij het bent.
second-required = { $organisation } verplicht dit.
second-required-operator = Je rol verplicht dit.
second-add = Manier toevoegen
strength-basic = Basis
strength-strong = Sterk
strength-strongest = Sterkst
default = Wordt eerst gevraagd
make-default = Eerst vragen
rename = Naam wijzigen
added = Toegevoegd { $when }.
added-with = Toegevoegd { $when } met { $browser }.
last-used = Laatst gebruikt { $when }.
never-used = Nog niet gebruikt.
recovery-left = { $count ->
    [0] Je hebt geen herstelcodes. Maak ze, dan kun je ook inloggen als je je telefoon kwijt bent.
    [one] Je hebt nog 1 code. Maak binnenkort nieuwe.
   *[other] Je hebt nog { $count } codes.
}
devices = Apparaten waarop 30 dagen niets wordt gevraagd
devices-none = Er zijn er geen. Je kunt het kiezen als je bevestigt dat jij het bent.
devices-never = { $organisation } vraagt elke keer om een code.
devices-never-operator = Met jouw rol wordt het elke keer gevraagd.
devices-until = Tot { $when }
devices-forget-all = Alles vergeten
forget = Vergeten
password-since = Gekozen { $when }.
password-none = Je hebt geen wachtwoord. Je logt in met een passkey.
password-change = Wachtwoord wijzigen
password-choose = Wachtwoord kiezen
password-change-title = Wijzig je wachtwoord
password-choose-title = Kies een wachtwoord
password-change-text = Overal elders word je uitgelogd, en apparaten waarop 30 dagen niets werd gevraagd, worden weer gevraagd.
password-current = Huidig wachtwoord
password-new = Nieuw wachtwoord
password-hint = Gebruik minstens { $least } tekens. Een paar woorden achter elkaar werkt goed.
password-save = Nieuw wachtwoord opslaan
password-busy = Bezig met opslaan…
password-too-many = Te veel pogingen. Probeer het { $when } opnieuw.
password-too-short = Gebruik minstens { $least } tekens. Een paar woorden achter elkaar werkt goed.
password-too-long = Dit wachtwoord is langer dan we kunnen bewaren. Gebruik minder woorden.
password-guessable = Dit wachtwoord is makkelijk te raden. Kies een ander.

mail-password = Je wachtwoord is gewijzigd
mail-password-body = Je wachtwoord is gewijzigd. Overal elders ben je uitgelogd.
mail-password-advice = Was jij dit niet? Bel nu de helpdesk.

password-remove = Wachtwoord verwijderen
password-remove-note = Alleen nog inloggen met passkeys.
password-remove-title = Je wachtwoord verwijderen?
password-remove-text = Je logt dan in met een van je { $passkeys } passkeys. Raak je een apparaat kwijt, dan helpt een herstelcode niet zonder wachtwoord: een andere passkey wel, en anders de helpdesk. Ook kun je per e-mail geen nieuw wachtwoord aanvragen.
password-remove-later = Je kunt altijd weer een wachtwoord kiezen. Overal elders word je uitgelogd.
done-password-changed = Je wachtwoord is gewijzigd. Overal elders ben je uitgelogd.
done-password-removed = Je wachtwoord is verwijderd. Overal elders ben je uitgelogd.
mail-password-removed = Je wachtwoord is verwijderd
mail-password-removed-body = Je wachtwoord is verwijderd. Overal elders ben je uitgelogd.
