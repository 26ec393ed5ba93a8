# Webhooks: de mails erover, en hun paginaʼs in de console.
mail-webhook-off = Een webhook is uitgezet
mail-webhook-off-failing = De webhook op { $host } heeft drie dagen lang niets aangenomen van wat hem werd verteld en is daarom uitgezet. Wat intussen gebeurde staat in de audit.
mail-webhook-off-gone = De webhook op { $host } heeft geantwoord dat hij voorgoed weg is en is daarom uitgezet.
mail-webhook-off-advice = Is hij nog nodig? Voer uit zodra hij weer werkt: countersign webhook enable { $webhook }

webhooks-lead = Anderen die ondertekend te horen krijgen wat hier gebeurt: een logverzamelaar, een chat, een eigen app. Ze krijgen kenmerken en feiten, en geen namen of adressen.
webhooks-add = Webhook toevoegen
webhooks-none = Nog niemand krijgt iets te horen.
webhooks-removed = De webhook is verwijderd.
webhooks-back = Alle webhooks
webhooks-column-url = Adres
webhooks-column-kinds = Krijgt te horen
webhooks-column-state = Stand
webhooks-all-kinds = Alles
webhooks-only = Alleen van { $organisation }
webhooks-state-on = Aan
webhooks-state-failing = Mislukt
webhooks-state-off = Uit
webhooks-since = sinds { $when }
webhook-title = Webhook
webhook-secret = Waarmee de berichten worden ondertekend
webhook-secret-text = Geef dit nu aan de ontvanger: je ziet het één keer. De ontvanger controleert ermee dat een bericht hiervandaan komt (Standard Webhooks).
webhook-created = Krijgt te horen sinds
webhook-test = Testgebeurtenis versturen
webhook-pause = Pauzeren
webhook-enable = Aanzetten
webhook-remove = Verwijderen
webhook-done-test = Er is een testgebeurtenis onderweg, alleen naar deze webhook. Open deze pagina zo opnieuw.
webhook-done-pause = De webhook is gepauzeerd. Wat intussen gebeurt, volgt later niet meer; het staat in het logboek.
webhook-done-enable = De webhook staat aan. Hij krijgt te horen wat er vanaf nu gebeurt.
webhook-remove-title = Deze webhook verwijderen?
webhook-remove-text = Hij krijgt niets meer te horen, en wat nog wachtte vervalt. Wil je hem terug, dan voeg je hem opnieuw toe, met een ander geheim.
webhook-deliveries = Laatste bezorgingen
webhook-deliveries-none = Hij heeft nog niets te horen gekregen.
webhook-column-event = Gebeurtenis
webhook-column-at = Gebeurde
webhook-column-result = Resultaat
webhook-result-delivered = Bezorgd
webhook-result-waiting = Volgende poging
webhook-result-failed = Opgegeven
webhook-attempts = { $count ->
    [0] Nog niet geprobeerd.
    [one] Na 1 poging.
   *[other] Na { $count } pogingen.
}
webhook-new-text = Alles wat gebeurt gaat met een POST naar dit adres. Zolang niemand het aanneemt, proberen we het drie dagen lang opnieuw.
webhook-kinds = Alleen gebeurtenissen die zo beginnen
webhook-kinds-note = Eén per regel, zoals sign_in of factor.add. Laat het leeg voor alles.
webhook-organisation = Alleen gebeurtenissen van
webhook-organisation-all = Alle organisaties en de installatie
webhook-url-wrong = Vul een adres in, zoals https://siem.voorbeeld.nl/in.
webhook-url-forbidden = Dit adres mag niet worden aangeroepen. Gebruik een https-adres op internet, of zet het netwerk in outbound.allowed_networks.
webhook-kinds-wrong = Schrijf soorten met kleine letters, liggende streepjes en punten, zoals sign_in of factor.add.
webhook-organisation-wrong = Kies een organisatie uit de lijst.
activity-webhook-tested = Er is een testgebeurtenis naar een webhook gestuurd.
activity-webhook-changed = Een webhook is toegevoegd, aan- of uitgezet of verwijderd.
