//! `countersign app registration-token`.

use std::time::Duration;

use clap::Args;
use serde_json::json;

use crate::cli::{Common, Outcome, output, refuse};
use crate::config::Registration;
use crate::features::audit::{Chain, Event, record};
use crate::features::oidc::add_initial_access_token;
use crate::web::urls;

#[derive(Debug, Args)]
pub(in crate::cli) struct RegistrationToken {
    /// How many apps may register with it
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    uses: u32,
    /// Days after which it ends
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=366))]
    days: u32,
    #[command(flatten)]
    common: Common,
}

impl RegistrationToken {
    pub(super) async fn run(self) -> Outcome {
        let installation = self.common.open().await?;
        let state = &installation.state;
        if state.config.oidc.registration == Registration::Off {
            return refuse("Apps cannot register themselves: set oidc.registration to token first.");
        }
        let expires_at = installation.now.after(Duration::from_secs(u64::from(self.days) * 86_400));
        let times = (installation.now, state.random.as_ref());
        let mut writer = state.db.writing().await?;
        let (id, secret) = add_initial_access_token(&mut writer, self.uses, expires_at, times).await?;
        let event = Event::new(Chain::Instance, "app.registration_token", "done")
            .with("token", id.to_string())
            .with("uses", self.uses.to_string())
            .with("by", "command line");
        record(&mut writer, installation.ink(), event).await?;
        writer.commit().await?;
        let endpoint = state.absolute(urls::REGISTER);
        let value = json!({ "token": secret.expose(), "endpoint": endpoint, "expires_at": expires_at });
        let text = format!(
            "endpoint  {endpoint}\ntoken     {}\nStore the token now: only a fingerprint of it is kept.",
            secret.expose()
        );
        output::print(self.common.json, &value, &text)
    }
}
