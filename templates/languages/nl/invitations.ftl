invitation-title = { $inviter } heeft je uitgenodigd voor { $organisation }
invitation-title-operator = Je bent uitgenodigd voor { $organisation }
invitation-text = Kies hoe je gaat inloggen als <strong>{ $email }</strong>.
invitation-passkey = Passkey maken
invitation-passkey-note = Met een passkey log je in met je vingerafdruk, gezicht of pincode. Je hoeft geen wachtwoord te onthouden.
invitation-or-password = Of kies een wachtwoord
invitation-password-hint = Gebruik minstens { $least } tekens. Een paar woorden achter elkaar werkt goed.
invitation-button = Dit wachtwoord kiezen
invitation-busy = Bezig met opslaan…
invitation-password-empty = Kies een wachtwoord
invitation-password-too-short = Gebruik minstens { $least } tekens. Een paar woorden achter elkaar werkt goed.
invitation-password-too-long = Dit wachtwoord is langer dan we kunnen bewaren. Gebruik minder woorden.
invitation-password-guessable = Dit wachtwoord is makkelijk te raden. Kies een ander.

join-for = voor <strong>{ $email }</strong>
join-text = Je hebt al een account. Als je accepteert, hoor je ook bij { $organisation }, als { $role }.
join-rules = De beveiligingsregels van { $organisation } gelden dan ook voor jou. Je eigen organisatie blijft je account beheren.
join-sign-in = Log in om te accepteren
join-other = Je bent ingelogd als <strong>{ $account }</strong>. Log in met het uitgenodigde account.
join-accept = Uitnodiging accepteren
join-decline = Afwijzen
join-go-on = Bekijk je organisaties
join-done-member-title = Je hoort bij { $organisation }
join-done-member = Vanaf nu kun je { $organisation } kiezen in apps die voor één organisatie tegelijk werken.
join-done-declined-title = Uitnodiging afgewezen
join-done-declined = Je hoort niet bij { $organisation }. Was dat een vergissing? Vraag { $inviter } om je opnieuw uit te nodigen.
mail-invitation-body-account = { $inviter } heeft je uitgenodigd voor { $organisation }. Je hebt al een account: open deze link en log in om te accepteren of af te wijzen.

invitation-closed-title = Deze uitnodiging werkt niet meer
invitation-closed-ask = Een uitnodiging werkt één keer, 7 dagen lang. Vraag { $inviter } om je opnieuw uit te nodigen.
invitation-closed-text = Een uitnodiging werkt één keer, 7 dagen lang. Vraag degene die je uitnodigde om het opnieuw te doen.

mail-invitation = Je uitnodiging voor { $idp }
mail-invitation-body = { $inviter } heeft je uitgenodigd voor { $organisation }. Open deze link om te kiezen hoe je gaat inloggen:
mail-invitation-body-operator = Je bent uitgenodigd voor { $organisation }. Open deze link om te kiezen hoe je gaat inloggen:
mail-invitation-button = Naar de uitnodiging
mail-invitation-once = De link werkt één keer, 7 dagen lang.
mail-invitation-advice = Ken je { $organisation } niet? Dan hoef je niets te doen.
