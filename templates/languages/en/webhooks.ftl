# Webhooks: the mails about them, and their pages in the console.
mail-webhook-off = A webhook was switched off
mail-webhook-off-failing = For three days the webhook at { $host } took nothing that it was told, so it was switched off. What happened meanwhile is in the audit.
mail-webhook-off-gone = The webhook at { $host } answered that it is gone for good, so it was switched off.
mail-webhook-off-advice = Is it still wanted? When it works again, run: countersign webhook enable { $webhook }

webhooks-lead = Others that are told what happens here, signed: a log collector, a chat, an app of your own. They learn identifiers and facts, and no names or addresses.
webhooks-add = Add a webhook
webhooks-none = Nobody is told yet.
webhooks-removed = The webhook is removed.
webhooks-back = All webhooks
webhooks-column-url = Address
webhooks-column-kinds = Is told
webhooks-column-state = State
webhooks-all-kinds = Everything
webhooks-only = Only of { $organisation }
webhooks-state-on = On
webhooks-state-failing = Failing
webhooks-state-off = Off
webhooks-since = since { $when }
webhook-title = Webhook
webhook-secret = What its messages are signed with
webhook-secret-text = Give this to the receiver now: it is shown once. With it the receiver checks that a message comes from here (Standard Webhooks).
webhook-created = Told since
webhook-test = Send a test event
webhook-pause = Pause
webhook-enable = Switch on
webhook-remove = Remove
webhook-done-test = A test event is on its way, to this webhook alone. Open this page again in a moment.
webhook-done-pause = The webhook is paused. What happens meanwhile is not told later; the audit has it.
webhook-done-enable = The webhook is on. It is told what happens from now on.
webhook-remove-title = Remove this webhook?
webhook-remove-text = It is told nothing more, and what it was still to be told is dropped. To have it again you add it anew, with another secret.
webhook-deliveries = Last deliveries
webhook-deliveries-none = It was told nothing yet.
webhook-column-event = Event
webhook-column-at = Happened
webhook-column-result = Result
webhook-result-delivered = Delivered
webhook-result-waiting = Tried next
webhook-result-failed = Given up
webhook-attempts = { $count ->
    [0] Not tried yet.
    [one] After 1 attempt.
   *[other] After { $count } attempts.
}
webhook-new-text = Everything that happens is told with a POST to this address, tried again for three days while nobody takes it.
webhook-kinds = Only events that begin so
webhook-kinds-note = One on each line, such as sign_in or factor.add. Leave it empty for all.
webhook-organisation = Only events of
webhook-organisation-all = All organisations and the installation
webhook-url-wrong = Enter an address like https://siem.example.nl/in.
webhook-url-forbidden = This address may not be called. Use an https address of the internet, or list its network in outbound.allowed_networks.
webhook-kinds-wrong = Write kinds in small letters with underscores and dots, such as sign_in or factor.add.
webhook-organisation-wrong = Choose an organisation from the list.
activity-webhook-tested = A test event was sent to a webhook.
activity-webhook-changed = A webhook was added, switched or removed.
