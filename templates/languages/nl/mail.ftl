mail-hello = Hallo { $name },
mail-hello-nobody = Hallo,
mail-account = Account
mail-app = App
mail-time = Tijd
mail-browser = Browser
mail-browser-on = { $browser } op { $system }
mail-written = { $date }, { $time } ({ $zone ->
    [dutch] Nederlandse tijd
   *[other] { $zone }
})
mail-closing = We vragen nooit om je wachtwoord of een code, niet aan de telefoon en niet per e-mail. Twijfel je? Typ zelf { $host } in je browser.

mail-test = Testbericht van { $idp }
mail-test-body = Dit bericht laat zien dat e-mail van { $host } aankomt.
mail-test-advice = Je hoeft niets te doen.
mail-test-sms = Dit bericht laat zien dat sms-berichten van { $host } aankomen.

mail-guessed = Misschien kent iemand je wachtwoord
mail-guessed-body = Iemand heeft je wachtwoord gebruikt, maar kwam niet door de tweede stap. Diegene is niet binnengekomen.
mail-guessed-yours = Was jij dit? Dan hoef je niets te doen.
mail-guessed-advice = Was jij dit niet? Typ zelf { $host } in je browser, ga naar Beveiliging en inloggegevens en stel een nieuw wachtwoord in.
