consent-title = Doorgaan naar { $app }?
consent-gets = <strong>{ $app }</strong> ({ $host }) krijgt:
consent-openid = Dat je bent ingelogd
consent-profile = Je naam
consent-email = Je e-mailadres
consent-organisation = Je organisatie en rol
consent-offline-access = Toegang die doorloopt als je weg bent
consent-other = Toegang tot: <strong>{ $scope }</strong>
consent-policy = Privacyverklaring van { $app }
consent-terms = Voorwaarden van { $app }
signed-in-as = Je bent ingelogd als <strong>{ $account }</strong>

device-title = Inloggen op een apparaat
device-sign-in = Log eerst hier in. Typ daarna de code die je apparaat toont.
device-text = Typ de code die je apparaat toont. Doe dit alleen als je er zelf mee begonnen bent, op een apparaat dat je voor je hebt.
device-code = Code
device-hint = Acht letters
device-empty = Typ de code die je apparaat toont.
device-unknown = Die code klopt niet of is verlopen. Kijk nog eens op je apparaat.
device-too-many = Te veel pogingen. Probeer het { $when } opnieuw.
device-approve-title = Een apparaat laten inloggen bij { $app }?
device-approve-from = Een apparaat vroeg hierom vanaf IP-adres <strong>{ $address }</strong>, { $when }.
device-approve-warning = Heeft iemand je de code gestuurd, of ben je hier niet zelf mee begonnen? Kies dan Nee: wie het apparaat heeft, komt anders in je account.
device-approve-gets = <strong>{ $app }</strong> op dat apparaat krijgt:
device-approve-button = Ja, inloggen
device-refuse-button = Nee
device-done-title = Je apparaat is ingelogd
device-done-text = Je kunt op je apparaat verder met <strong>{ $app }</strong>. Deze pagina mag dicht.
device-done-apps = Bekijk je apps
device-denied-title = Het apparaat is geweigerd
device-denied-text = <strong>{ $app }</strong> op dat apparaat heeft niets gekregen.
device-denied-account = Naar je account

returning-title = Terug naar { $app }…
returning-text = Je bent ingelogd. Gebeurt er niets? Kies Doorgaan.
form-post-text = Gebeurt er niets? Kies Doorgaan.

sign-out-title = Uitloggen bij { $product }?
sign-out-text = Je kunt altijd weer inloggen.
sign-out-app = <strong>{ $app }</strong> vraagt om je ook hier uit te loggen.
stay-signed-in = Ingelogd blijven
signed-out-title = Je bent uitgelogd
signed-out-text = Sluit op een gedeelde computer ook je browser.
signing-out-frame = Uitloggen bij een app
leaving-text = Je gaat zo terug naar { $app }.

accounts-title = Kies een account
accounts-for = <strong>{ $app }</strong> vraagt met welk account je verder wilt.
accounts-in = Ingelogd
accounts-out = Uitgelogd
accounts-remove = Verwijder uit deze lijst
accounts-remove-one = Verwijder { $name } uit deze lijst
choose-organisation = Welke organisatie?
choose-organisation-text = <strong>{ $app }</strong> werkt voor één organisatie tegelijk.
choose-organisation-last = vorige keer
choose-organisation-find = Filter op naam
choose-organisation-count = { $count ->
    [0] Geen organisatie heet zo.
    [one] 1 organisatie
   *[other] { $count } organisaties
}
not-admitted-title = Je hebt geen toegang tot { $app }
not-admitted-text = <strong>{ $app }</strong> is niet voor mensen van jouw organisatie. Je bent ingelogd als <strong>{ $account }</strong>.
not-admitted-back = Terug naar { $app }
