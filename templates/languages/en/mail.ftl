mail-hello = Hello { $name },
mail-hello-nobody = Hello,
mail-account = Account
mail-app = App
mail-time = Time
mail-browser = Browser
mail-browser-on = { $browser } on { $system }
mail-written = { $date }, { $time } ({ $zone ->
    [dutch] Dutch time
   *[other] { $zone }
})
mail-closing = We never ask for your password or a code by phone or email. To be sure, type { $host } in your browser yourself.

mail-test = Test message from { $idp }
mail-test-body = This message shows that mail from { $host } arrives.
mail-test-advice = You need not do anything.
mail-test-sms = This message shows that text messages from { $host } arrive.

mail-guessed = Someone may know your password
mail-guessed-body = Someone used your password, but could not get past the second step. They did not get in.
mail-guessed-yours = Was this you? Then you need not do anything.
mail-guessed-advice = Not you? Type { $host } in your browser yourself, go to Security and login details, and set a new password.
