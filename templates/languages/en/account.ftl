overview-menu = Overview
overview-title = Your account
overview-you = Your details
overview-signed-in = Where you are signed in
overview-since = Here, since { $when }.
overview-elsewhere = { $count ->
    [0] You are not signed in anywhere else.
    [one] You are also signed in in one other place.
   *[other] You are also signed in in { $count } other places.
}
overview-sessions = Show sessions
overview-organisations = { $count ->
    [one] Your organisation
   *[other] Your organisations
}

sessions-menu = Sessions
sessions-title = Sessions
sessions-text = These browsers are signed in to your account. Do you not know one of them? Sign it out and change your password.
sessions-alone = You are only signed in here.
sessions-here = This device
sessions-started = Signed in
sessions-last-used = Last active
sessions-end-others = Sign out everywhere else
sessions-ended = { $count ->
    [0] Nothing was left to sign out.
    [one] Signed out in one place.
   *[other] Signed out in { $count } places.
}
browser-on = { $browser } on { $system }
browser-unknown = Unknown browser
