demo-footer = Een voorbeeld bij de demo van Countersign. Niets hier is echt.
demo-portal-title = Je kantoor op één plek
demo-portal-text = Je dossiers, uren en declaraties. Log in om te zien wat er voor je klaarstaat.
demo-portal-sign-in = Inloggen met { $issuer }
demo-portal-denied = Je koos ervoor om niet door te gaan. Je kunt het altijd opnieuw proberen.
demo-portal-failed = Je bent niet ingelogd. Probeer het opnieuw.
demo-portal-people = Als wie je kunt inloggen
demo-home-title = Ingelogd als { $name }
demo-home-claims = Wat het portaal over je weet
demo-home-verified = Deze gegevens staan in het ID-token van { $issuer }. Het portaal heeft handtekening, uitgever, ontvanger, nonce en geldigheid gecontroleerd.
demo-home-claim = Gegeven
demo-home-value = Waarde
demo-mailbox-title = Demopostvak
demo-mailbox-text = In de demo verlaat geen bericht deze computer. Je leest ze hier.
demo-mailbox-messages = { $count ->
    [0] Nog geen berichten
    [one] Eén bericht
   *[other] { $count } berichten
}
demo-message-back = Alle berichten
demo-message-sms = Sms
demo-message-from = Van
demo-message-to = Aan
demo-message-at = Verstuurd
demo-message-html = Met opmaak
