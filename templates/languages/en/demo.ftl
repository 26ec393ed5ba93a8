demo-footer = A sample for the demo of Countersign. Nothing here is real.
demo-portal-title = The office, in one place
demo-portal-text = Your files, hours and declarations. Sign in to see what is waiting for you.
demo-portal-sign-in = Sign in with { $issuer }
demo-portal-denied = You chose not to go on. You can try again at any time.
demo-portal-failed = You are not signed in. Try again.
demo-portal-people = Who you can sign in as
demo-home-title = Signed in as { $name }
demo-home-claims = What the portal knows about you
demo-home-verified = These claims stand in the ID token of { $issuer }. The portal verified its signature, issuer, audience, nonce and expiry.
demo-home-claim = Claim
demo-home-value = Value
demo-mailbox-title = Demo mailbox
demo-mailbox-text = In the demo no message leaves this computer. You can read them here instead.
demo-mailbox-messages = { $count ->
    [0] No messages yet
    [one] One message
   *[other] { $count } messages
}
demo-message-back = All messages
demo-message-sms = Text message
demo-message-from = From
demo-message-to = To
demo-message-at = Sent
demo-message-html = With layout
