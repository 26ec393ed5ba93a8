//! `countersign check`: tries everything, changes nothing; on request it sends a test message.

use clap::Args;
use serde::Serialize;

use super::{Common, Outcome, output, refuse};
use crate::app::World;
use crate::atlas::Atlas;
use crate::config::Config;
use crate::domain::{Email, PhoneNumber};
use crate::features::outbox::{Letter, Recipient, TestMessage, send_now};
use crate::features::signing::holds_sealed_rows;
use crate::keys::KeyFiles;
use crate::mail::{self, Answer, Senders};
use crate::storage::Database;
use crate::web::{Templates, tls};

/// Try configuration, keys, pages, database and mail server without changing anything.
#[derive(Debug, Args)]
pub(super) struct Check {
    #[command(flatten)]
    common: Common,
    /// Send a test mail to this address, and tell what the mail server says
    #[arg(long, value_name = "ADDRESS")]
    send_test_mail: Option<Email>,
    /// Send a test message to this number (+31612345678), and tell what the SMS gateway says
    #[arg(long, value_name = "NUMBER", value_parser = |text: &str| PhoneNumber::typed(text, None))]
    send_test_sms: Option<PhoneNumber>,
}

#[derive(Serialize)]
struct Finding {
    what: &'static str,
    fine: bool,
    says: String,
}

impl Finding {
    fn of(what: &'static str, result: Result<String, String>) -> Self {
        let fine = result.is_ok();
        Self { what, fine, says: result.unwrap_or_else(|fault| fault) }
    }
}

impl Check {
    pub(super) async fn run(self) -> Outcome {
        let config = self.common.load()?;
        let mut findings = look(&config).await;
        if let Some(address) = self.send_test_mail {
            let sent = send_test(&config, address.as_str().to_owned(), Recipient::Mail(address)).await;
            findings.push(Finding::of("test mail", sent));
        }
        if let Some(number) = self.send_test_sms {
            let sent = match number.is_allowed(&config.sms.allowed_countries) {
                Ok(()) => send_test(&config, number.as_str().to_owned(), Recipient::Sms(number)).await,
                Err(refusal) => Err(format!("It was not sent: {refusal} (sms.allowed_countries).")),
            };
            findings.push(Finding::of("test message", sent));
        }
        let faults = findings.iter().filter(|finding| !finding.fine).count();
        output::print_list(self.common.json, &findings, &["", "what", "says"], |finding| {
            vec![if finding.fine { "ok" } else { "!!" }.to_owned(), finding.what.to_owned(), finding.says.clone()]
        })?;
        if faults > 0 { refuse(format!("{faults} of {} checks failed.", findings.len())) } else { Ok(()) }
    }
}

/// Sends a test message past the outbox, so that the answer can be told at once.
async fn send_test(config: &Config, account: String, to: Recipient) -> Result<String, String> {
    let senders = Senders::new(&config.mail, &config.sms)?;
    let templates = Templates::new(&config.branding, &Atlas::empty()).map_err(|fault| fault.to_string())?;
    let world = World::real();
    let now = world.clock.now();
    let message = TestMessage::to(&account, now);
    let language = config.branding.default_language;
    let letter = Letter { to, language, account: None, expires_at: now, message: &message };
    match send_now(&senders, (&templates, config), letter, (now, world.random.as_ref())).await {
        Ok(Answer::Taken(said)) => Ok(said),
        Ok(Answer::Later(said) | Answer::Never(said)) => Err(said),
        Err(fault) => Err(fault.to_string()),
    }
}

/// Takes the missing steps and takes them back. To be behind is no good state, also where it can be mended.
async fn upgradable(db: &Database) -> Result<String, String> {
    let upgrade = db.try_upgrade().await.map_err(|fault| fault.to_string())?;
    let (count, names) = (upgrade.steps.len(), upgrade.steps.join(", "));
    let copy = match upgrade.copy {
        Some(copy) => format!(" The file is copied to {} before.", copy.display()),
        None => " Make a backup before.".to_owned(),
    };
    Err(format!(
        "It is {count} steps behind ({names}). All were tried and taken back: it can be upgraded. Run `countersign migrate`.{copy}"
    ))
}

async fn look(config: &Config) -> Vec<Finding> {
    let mut findings = vec![Finding::of("configuration", Ok("Every key is known and sound.".to_owned()))];
    let pages = Templates::new(&config.branding, &Atlas::empty()).map(|_| "All pages load.".to_owned());
    findings.push(Finding::of("pages", pages.map_err(|fault| fault.to_string())));
    if config.places.file.is_some() {
        findings.push(Finding::of("places", Atlas::open(config).map(|_| "Towns or countries are known.".to_owned())));
    }
    if let (Some(certificate), Some(key)) = (&config.server.tls.certificate_file, &config.server.tls.private_key_file) {
        let tls =
            tls::acceptor((certificate, key), tls::Asking::Nothing).map(|_| "Certificate and key fit.".to_owned());
        findings.push(Finding::of("tls", tls.map_err(|fault| fault.to_string())));
    }
    let mut sealed = false;
    let database = match Database::connect(&config.database).await {
        Ok(db) => match db.pending_migrations().await {
            Ok(0) => {
                sealed = holds_sealed_rows(db.reading()).await.unwrap_or(true);
                db.probe()
                    .await
                    .map(|()| "It answers, is up to date and takes writes.".to_owned())
                    .map_err(|e| e.to_string())
            }
            Ok(_) => upgradable(&db).await,
            Err(fault) => Err(fault.to_string()),
        },
        Err(fault) => Err(fault.to_string()),
    };
    findings.push(Finding::of("database", database));
    let random = World::real().random;
    let keys = if config.keys.directory.join("vault.key").exists() || sealed {
        KeyFiles::open(&config.keys.directory, false, random.as_ref()).map(|_| "Both key files are there.".to_owned())
    } else {
        Ok("No key files yet; `countersign serve` makes them.".to_owned())
    };
    findings.push(Finding::of("keys", keys.map_err(|fault| fault.to_string())));
    findings.push(Finding::of("mail", mail::check(&config.mail).await));
    findings
}
