//! `countersign demo`: the provider with sample people, and a sample portal to sign in to.

pub mod mailbox;
mod people;
mod portal;
mod relying_party;

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;
use tokio::net::TcpListener;

use mailbox::Mailbox;

use super::serve::until_asked_to_stop;
use super::{Outcome, output, refuse};
use crate::app::{Server, World, bind};
use crate::config::Config;
use crate::domain::Secret;
use crate::web::{log, urls};

/// The samples of all pages of the demo, for the test that renders every page.
#[cfg(test)]
pub(super) fn samples() -> Vec<crate::web::PageSample> {
    let mut all = portal::samples();
    all.extend(mailbox::samples());
    all
}

/// Run everything on this machine, with sample people and a sample portal.
#[derive(Debug, Args)]
pub(super) struct Demo {
    /// Where the provider listens; only this machine reaches it
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Where the sample portal listens
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8081")]
    portal_listen: SocketAddr,
    /// Where the page listens that shows the mails and text messages
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8082")]
    mailbox_listen: SocketAddr,
    /// A folder that keeps the state; without it everything is thrown away at the end
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// A proxy network whose X-Forwarded-For counts, to play several places on one machine
    #[arg(long, value_name = "CIDR")]
    trusted_proxy: Vec<ipnet::IpNet>,
    /// Print one line of JSON when ready
    #[arg(long)]
    json: bool,
}

impl Demo {
    pub(super) async fn run(self) -> Outcome {
        if ![self.listen, self.portal_listen, self.mailbox_listen].iter().all(|address| address.ip().is_loopback()) {
            return refuse("The demo has passwords that everybody knows. It listens on 127.0.0.1 only.");
        }
        let folder = match &self.state {
            Some(folder) => folder.clone(),
            None => std::env::temp_dir().join(format!("countersign-demo-{}", std::process::id())),
        };
        std::fs::create_dir_all(&folder)?;
        let outcome = self.serve(&folder).await;
        if self.state.is_none() {
            // What cannot be removed now lies where the operating system cleans up.
            let _ = std::fs::remove_dir_all(&folder);
        }
        outcome
    }

    async fn serve(&self, folder: &Path) -> Outcome {
        let listener = bind(self.listen, "--listen").await?;
        let portal_listener = bind(self.portal_listen, "--portal-listen").await?;
        let mailbox = Mailbox::open(self.mailbox_listen, World::real()).await?;
        let mut config = self.config(folder, &listener)?;
        mailbox.receive_from(&mut config);
        log::install(&config.log);
        let issuer = config.server.issuer();
        let portal = format!("http://localhost:{}", portal_listener.local_addr()?.port());
        let server = Server::start(config, World::real(), listener).await?;
        let secret = people::seed(&server.state, &portal).await?;
        let relying_party = relying_party::RelyingParty::new(&issuer, &portal, secret)?;
        let portal_task = tokio::spawn(portal::serve(portal_listener, relying_party, World::real()));
        self.tell(&issuer, [&portal, &mailbox.url()], server.metrics_address)?;
        until_asked_to_stop().await?;
        portal_task.abort();
        server.stop().await;
        Ok(())
    }

    fn config(&self, folder: &Path, listener: &TcpListener) -> Result<Config, super::Failure> {
        let mut config = Config::default();
        config.server.listen = self.listen;
        config.server.public_url = format!("http://localhost:{}", listener.local_addr()?.port()).parse()?;
        config.server.metrics_listen = Some(SocketAddr::from(([127, 0, 0, 1], 0)));
        config.server.drain_seconds = 0;
        config.server.shutdown_seconds = 2;
        config.server.trusted_proxies.clone_from(&self.trusted_proxy);
        config.server.client_ip_header = (!self.trusted_proxy.is_empty()).then(|| "x-forwarded-for".to_owned());
        config.database.url = Secret::new(format!("sqlite:{}", folder.join("countersign.sqlite").display()));
        config.keys.directory = folder.join("keys");
        // Everybody is on this machine, so here it is a place like another.
        config.sign_in.private_networks = vec!["127.0.0.0/8".parse()?, "::1/128".parse()?];
        // Nobody watches a demo for an hour.
        config.sign_in.recovery_wait_minutes = 1;
        config.sign_in.recovery_wait_minutes_administrators = 2;
        // Everybody came a moment ago.
        config.sign_in.recovery_signer_days = 0;
        config.branding.name = String::from("Countersign demo");
        config.branding.helpdesk_phone = Some("+31 20 123 45 67".to_owned());
        config.mail.from = String::from("Countersign demo <no-reply@localhost>");
        config.sms.allowed_countries = ["NL", "BE"].map(str::to_owned).to_vec();
        config.log.level = String::from("warn");
        Ok(config)
    }

    fn tell(&self, issuer: &str, [portal, mailbox]: [&str; 2], metrics: Option<SocketAddr>) -> Outcome {
        let metrics = metrics.map(|address| format!("http://{address}/metrics"));
        let people: Vec<_> = people::PEOPLE
            .iter()
            .map(|person| {
                json!({
                    "name": person.name,
                    "email": person.email,
                    "password": people::PASSWORD,
                    "role": person.what,
                    "has_app": person.has_app(),
                })
            })
            .collect();
        let console = format!("{issuer}{}", urls::ADMIN);
        let value = json!({
            "issuer": issuer, "portal": portal, "mailbox": mailbox, "console": console, "metrics": metrics, "people": people,
        });
        let mut text = format!(
            "The demo is ready, on this machine only.\n\n  portal    {portal}\n  mailbox   {mailbox}\n  provider  {issuer}\n  console   {console}\n\nSign in to the portal as:\n\n"
        );
        for person in people::PEOPLE {
            writeln!(text, "  {:<28}{:<20}{}", person.email, people::PASSWORD, person.what)?;
        }
        text.push_str(
            "\nThe instance administrator opens the console with the code of an authenticator app as well:\nthe portal shows the code of this moment.\n\nCtrl+C ends it.",
        );
        output::print(self.json, &value, &text)
    }
}
