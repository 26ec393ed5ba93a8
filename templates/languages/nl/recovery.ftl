recover-link = Ik kan niet inloggen
recover-title = Wat is het probleem?
recover-missing = Kies wat het probleem is
recover-password = Ik ben mijn wachtwoord vergeten
recover-second-factor = Ik ben mijn telefoon of authenticator-app kwijt
recover-passkey = Ik ben mijn passkey of beveiligingssleutel kwijt
recover-messages = Ik krijg geen e-mail of sms
recover-network = Mijn IP-adres is geblokkeerd
recover-back = Terug naar inloggen
recover-other = Er is iets anders aan de hand

advice-second-factor = Log in met je wachtwoord. Kies bij de vraag om een code voor “Andere manier gebruiken” en dan “Herstelcode”. Die staat op de lijst die je hebt bewaard toen je tweefactorauthenticatie instelde.
advice-passkey = Log in met een andere passkey, of met je wachtwoord. Kies bij de tweede stap voor “Andere manier gebruiken” en dan “Herstelcode”.
advice-messages = Kijk ook bij je ongewenste e-mail; de afzender is { $from }. Een sms kan een minuut duren en heeft bereik nodig. Je kunt bij de vraag om een code ook “Andere manier gebruiken” kiezen.
advice-network = Gebruik een ander netwerk, of vraag een beheerder van je organisatie om dit toe te staan. Die ziet het bij IP-adressen.
advice-helpdesk = Helpt dit allemaal niet?
advice-helpdesk-text = Een medewerker van de helpdesk belt je op het nummer dat we hebben. Twee mensen moeten akkoord geven. Dat kost tijd, en houdt vreemden buiten.
advice-helpdesk-button = Vraag de helpdesk

forgotten-text = Je krijgt een e-mail waarmee je een nieuw wachtwoord kunt kiezen.
forgotten-too-many = Dit is te vaak gevraagd. Probeer het { $when } opnieuw.
forgotten-unavailable = De e-mail kon nu niet worden verstuurd. Probeer het later opnieuw of vraag de helpdesk.

reset-waiting-text = Als we dit adres kennen, krijg je binnen enkele minuten een e-mail.
reset-waiting-hint = Hij staat in de e-mail en werkt 10 minuten. Je mag ook de link in de e-mail openen.
reset-waiting-other-name = Is het het adres waarmee je inlogt?
reset-waiting-again = Nog een keer vragen

reset-link-text = Je gaat een nieuw wachtwoord kiezen voor <strong>{ $account }</strong>.
reset-link-warning = Ga alleen door als je dit zelf hebt gevraagd. Heb je een tweede factor, dan wordt die nu gevraagd.
new-password-title = Stel een nieuw wachtwoord in
new-password-text = voor <strong>{ $email }</strong>
new-password-demanded = Je beheerder vraagt je een ander wachtwoord te kiezen. Dat kost een minuut, daarna ga je verder.
password-same = Dit is je huidige wachtwoord. Kies een ander.
new-password-done = Je wachtwoord is gewijzigd. Log ermee in.

reset-closed-title = Deze link werkt niet meer
reset-closed-text = Een link werkt één keer, 30 minuten lang, en alleen de nieuwste. Vraag een nieuwe aan.
reset-closed-again = Nieuwe aanvragen

mail-reset = Stel een nieuw wachtwoord in voor { $idp }
mail-reset-asked = Jij (of iemand anders) vroeg om een nieuw wachtwoord. Typ deze code in de pagina die openstaat ({ $minutes } minuten geldig):
mail-reset-or = Of open deze link ({ $minutes } minuten geldig, één keer):
mail-reset-button = Nieuw wachtwoord instellen
mail-reset-until = Je oude wachtwoord blijft werken tot je een nieuw hebt ingesteld.
mail-reset-step = Je tweede factor blijft nodig.
mail-reset-none = Jij (of iemand anders) vroeg om een nieuw wachtwoord. Je account heeft geen wachtwoord: je logt in met een passkey.
mail-reset-advice = Was jij dit niet? Dan hoef je niets te doen.
