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

invitation-closed-title = Deze uitnodiging werkt niet meer
invitation-closed-ask = Een uitnodiging werkt één keer, 7 dagen lang. Vraag { $inviter } om je opnieuw uit te nodigen.
invitation-closed-text = Een uitnodiging werkt één keer, 7 dagen lang. Vraag degene die je uitnodigde om het opnieuw te doen.

mail-invitation = Je uitnodiging voor { $idp }
mail-invitation-body = { $inviter } heeft je uitgenodigd voor { $organisation }. Open deze link om te kiezen hoe je gaat inloggen:
mail-invitation-body-operator = Je bent uitgenodigd voor { $organisation }. Open deze link om te kiezen hoe je gaat inloggen:
mail-invitation-button = Naar de uitnodiging
mail-invitation-once = De link werkt één keer, 7 dagen lang.
mail-invitation-advice = Ken je { $organisation } niet? Dan hoef je niets te doen.
