overview-title = Your account
overview-name = Name
overview-email = Email address
overview-organisation = Organisation
overview-signed-in = Signed in here since
overview-sessions-none = You are only signed in here.
overview-sessions = { $count ->
    [one] You are signed in in one other place.
   *[other] You are signed in in { $count } other places.
}
overview-sessions-link = See your sessions
sessions-title = Sessions
sessions-intro = These are the browsers in which you are signed in.
sessions-here = This device
sessions-browser = { $browser } on { $system }
sessions-unknown = Unknown browser
sessions-started = Signed in
sessions-last-used = Last used
sessions-network = IP address
sessions-end = Sign out
sessions-end-label = Sign out { $what }
sessions-end-others = Sign out everywhere else
sessions-only = You are only signed in here.
sessions-ended = { $count ->
    [0] Nothing was left to sign out.
    [one] Signed out in one place.
   *[other] Signed out in { $count } places.
}
