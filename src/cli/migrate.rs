//! `countersign migrate`.

use serde_json::json;

use super::{Common, Outcome, output};
use crate::storage::Database;
use crate::web::log;

pub(super) async fn run(common: &Common) -> Outcome {
    let config = common.load()?;
    log::install(&config.log);
    let steps = Database::connect(&config.database).await?.migrate().await?;
    let text = match steps {
        0 => "The database was up to date.".to_owned(),
        1 => "The database was brought up to date in one step.".to_owned(),
        steps => format!("The database was brought up to date in {steps} steps."),
    };
    output::print(common.json, &json!({ "steps": steps }), &text)
}
