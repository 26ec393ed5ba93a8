//! `countersign check`: tries everything, changes nothing.

use serde::Serialize;

use super::{Common, Outcome, output, refuse};
use crate::app::World;
use crate::features::signing::holds_sealed_rows;
use crate::keys::KeyFiles;
use crate::mail;
use crate::storage::Database;
use crate::web::{Templates, tls};

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

pub(super) async fn run(common: &Common) -> Outcome {
    let config = common.load()?;
    let mut findings = vec![Finding::of("configuration", Ok("Every key is known and sound.".to_owned()))];
    let pages = Templates::new(&config.branding).map(|_| "All pages load.".to_owned());
    findings.push(Finding::of("pages", pages.map_err(|fault| fault.to_string())));
    if let (Some(certificate), Some(key)) = (&config.server.tls.certificate_file, &config.server.tls.private_key_file) {
        let tls = tls::acceptor(certificate, key).map(|_| "Certificate and key fit.".to_owned());
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
            Ok(steps) => Err(format!("It is {steps} steps behind. Run `countersign migrate`.")),
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
    let faults = findings.iter().filter(|finding| !finding.fine).count();
    output::print_list(common.json, &findings, &["", "what", "says"], |finding| {
        vec![if finding.fine { "ok" } else { "!!" }.to_owned(), finding.what.to_owned(), finding.says.clone()]
    })?;
    if faults > 0 { refuse(format!("{faults} of {} checks failed.", findings.len())) } else { Ok(()) }
}
