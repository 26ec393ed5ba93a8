overview-menu = Overzicht
overview-title = Je account
overview-you = Je gegevens
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
