consent-title = Doorgaan naar { $app }?
consent-gets = <strong>{ $app }</strong> ({ $host }) krijgt:
consent-openid = Dat je bent ingelogd
consent-profile = Je naam
consent-email = Je e-mailadres
consent-organisation = Je organisatie en rol
consent-offline-access = Toegang die doorloopt als je weg bent
consent-other = Toegang tot: <strong>{ $scope }</strong>
signed-in-as = Je bent ingelogd als <strong>{ $account }</strong>

returning-title = Terug naar { $app }…
returning-text = Je bent ingelogd. Gebeurt er niets? Kies Doorgaan.
form-post-text = Gebeurt er niets? Kies Doorgaan.

sign-out-title = Uitloggen bij { $product }?
sign-out-text = Je kunt altijd weer inloggen.
sign-out-app = <strong>{ $app }</strong> vraagt om je ook hier uit te loggen.
stay-signed-in = Ingelogd blijven
signed-out-title = Je bent uitgelogd
signed-out-text = Sluit op een gedeelde computer ook je browser.
