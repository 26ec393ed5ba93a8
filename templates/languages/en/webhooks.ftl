# Mails about webhooks.
mail-webhook-off = A webhook was switched off
mail-webhook-off-failing = For three days the webhook at { $host } took nothing that it was told, so it was switched off. What happened meanwhile is in the audit.
mail-webhook-off-gone = The webhook at { $host } answered that it is gone for good, so it was switched off.
mail-webhook-off-advice = Is it still wanted? When it works again, run: countersign webhook enable { $webhook }
