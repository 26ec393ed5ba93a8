overview-title = Je account
overview-name = Naam
overview-email = E-mailadres
overview-organisation = Organisatie
overview-signed-in = Hier ingelogd sinds
overview-sessions-none = Je bent alleen hier ingelogd.
overview-sessions = { $count ->
    [one] Je bent op één andere plek ingelogd.
   *[other] Je bent op { $count } andere plekken ingelogd.
}
overview-sessions-link = Bekijk je sessies
sessions-title = Sessies
sessions-intro = In deze browsers ben je ingelogd.
sessions-here = Dit apparaat
sessions-browser = { $browser } op { $system }
sessions-unknown = Onbekende browser
sessions-started = Ingelogd
sessions-last-used = Laatst gebruikt
sessions-network = IP-adres
sessions-end = Uitloggen
sessions-end-label = Uitloggen: { $what }
sessions-end-others = Overal anders uitloggen
sessions-only = Je bent alleen hier ingelogd.
sessions-ended = { $count ->
    [0] Er was niets meer om uit te loggen.
    [one] Op één plek uitgelogd.
   *[other] Op { $count } plekken uitgelogd.
}
