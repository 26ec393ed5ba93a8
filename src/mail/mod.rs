//! Floor 2: mail. lettre is named on this floor only.

use std::time::Duration;

use lettre::{AsyncSmtpTransport, Tokio1Executor};

use crate::config;

/// Tries the mail server without sending anything. Says what it found, or what is wrong and what to do.
///
/// # Errors
///
/// One sentence.
pub async fn check(settings: &config::Mail) -> Result<String, String> {
    if settings.smtp_url.expose().is_empty() {
        return Ok("Mail is off (mail.smtp_url is empty).".to_owned());
    }
    let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(settings.smtp_url.expose())
        .map_err(|cause| format!("mail.smtp_url cannot be used: {cause}."))?;
    let transport: AsyncSmtpTransport<Tokio1Executor> =
        builder.timeout(Some(Duration::from_secs(settings.timeout_seconds.into()))).build();
    match transport.test_connection().await {
        Ok(true) => Ok("The mail server answers.".to_owned()),
        Ok(false) => Err("The mail server hung up. Check mail.smtp_url.".to_owned()),
        Err(cause) => Err(format!("The mail server cannot be reached: {cause}. Check mail.smtp_url.")),
    }
}
