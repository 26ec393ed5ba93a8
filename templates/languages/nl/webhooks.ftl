# Mails over webhooks.
mail-webhook-off = Een webhook is uitgezet
mail-webhook-off-failing = De webhook op { $host } heeft drie dagen lang niets aangenomen van wat hem werd verteld en is daarom uitgezet. Wat intussen gebeurde staat in de audit.
mail-webhook-off-gone = De webhook op { $host } heeft geantwoord dat hij voorgoed weg is en is daarom uitgezet.
mail-webhook-off-advice = Is hij nog nodig? Voer uit zodra hij weer werkt: countersign webhook enable { $webhook }
