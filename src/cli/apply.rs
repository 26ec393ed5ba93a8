//! `countersign apply` and `countersign export`: a described state.

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};

use super::{Common, Failure, Outcome, output, refuse};
use crate::domain::ids::OrganisationId;
use crate::features::clients::Clients;
use crate::features::declarations::FieldFault;
use crate::features::provisioning::{
    Act, Description, Plan, carry_out, describe, find_sectors, plan, read_current, read_description, resolve_names,
};

/// Bring apps, organisations and their rules to a described state.
#[derive(Debug, Args)]
pub(super) struct Apply {
    /// The description, TOML or JSON; `countersign export` writes one
    file: PathBuf,
    /// Show the plan, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    /// Remove what is not described, of this kind
    #[arg(long, value_enum, value_name = "KIND")]
    prune: Vec<Kind>,
    #[command(flatten)]
    common: Common,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// Apps, with all that they were granted
    Apps,
}

/// Describe apps, organisations and their rules, without secrets.
#[derive(Debug, Args)]
pub(super) struct Export {
    #[command(flatten)]
    common: Common,
}

impl Export {
    pub(super) async fn run(self) -> Outcome {
        let installation = self.common.open().await?;
        let current = read_current(installation.state.db.reading()).await?;
        let mut names: Vec<&str> = current.organisations.iter().map(|one| one.name.as_str()).collect();
        names.sort_unstable();
        if let Some((twice, _)) = names.iter().zip(names.iter().skip(1)).find(|(one, next)| one == next) {
            return refuse(format!("Two organisations are called {twice}. Rename one first."));
        }
        let described = without_nothing(describe(&current));
        if self.common.json {
            return output::print(true, &described, "");
        }
        let text = toml::to_string_pretty(&described).map_err(|fault| Failure(format!("This is no TOML: {fault}.")))?;
        output::print(false, &described, text.trim_end())
    }
}

/// TOML knows no null: what is not there is not named.
fn without_nothing(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let kept = members.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(kept.map(|(name, value)| (name, without_nothing(value))).collect::<Map<_, _>>())
        }
        Value::Array(items) => items.into_iter().map(without_nothing).collect(),
        plain => plain,
    }
}

impl Apply {
    pub(super) async fn run(self) -> Outcome {
        let mut text = self.read()?;
        let installation = self.common.open().await?;
        let (state, now) = (&installation.state, installation.now);
        let current = read_current(state.db.reading()).await?;
        let new = || OrganisationId::new(now, state.random.as_ref());
        let begun = resolve_names(&mut text, &current.organisations, new).map_err(faulty)?;
        let mut description = Description { begun, ..read_description(&text).map_err(faulty)? };
        find_sectors(state, &mut description, &current, now).await.map_err(faulty)?;
        let prune = self.prune.contains(&Kind::Apps);
        let wanted = plan(&description, &current, prune, now).map_err(faulty)?;
        if !self.common.json {
            output::print(false, &(), &told(&wanted))?;
        }
        if self.dry_run || !wanted.changes() {
            return self.show(&wanted, &json!({}), false);
        }
        self.ask()?;
        let mut writer = state.db.writing().await?;
        let again = |current: &_| plan(&description, current, prune, now).ok();
        let secrets = match carry_out(state, &mut writer, &wanted, again, now).await? {
            Ok(secrets) => secrets,
            Err(sentence) => return refuse(sentence),
        };
        writer.commit().await?;
        Clients::forget(state);
        let secrets: Map<String, Value> =
            secrets.iter().map(|(id, secret)| (id.clone(), json!(secret.expose()))).collect();
        self.show(&wanted, &Value::Object(secrets), true)
    }

    fn read(&self) -> Result<Value, Failure> {
        let name = self.file.display();
        let text =
            std::fs::read_to_string(&self.file).map_err(|cause| Failure(format!("{name} cannot be read: {cause}.")))?;
        if self.file.extension().is_some_and(|end| end == "json") {
            return serde_json::from_str(&text).map_err(|fault| Failure(format!("{name} is no JSON: {fault}.")));
        }
        toml::from_str(&text).map_err(|fault: toml::de::Error| {
            let line = fault.span().map_or(1, |span| text[..span.start].lines().count().max(1));
            Failure(format!("{name} is no TOML: line {line}: {}.", fault.message()))
        })
    }

    fn ask(&self) -> Outcome {
        if self.yes {
            return Ok(());
        }
        if self.common.json || !std::io::stdin().is_terminal() {
            return refuse("Nothing was changed. Say --yes to apply the plan, or --dry-run to see it.");
        }
        print!("Apply this? Type yes: ");
        std::io::stdout().flush()?;
        let mut answer = String::new();
        std::io::stdin().read_line(&mut answer)?;
        if answer.trim() == "yes" { Ok(()) } else { refuse("Nothing was changed.") }
    }

    fn show(&self, plan: &Plan, secrets: &Value, applied: bool) -> Outcome {
        if self.common.json {
            return output::print(true, &json!({ "plan": plan.shown(), "applied": applied, "secrets": secrets }), "");
        }
        if !applied {
            return Ok(());
        }
        let mut text = "Done.".to_owned();
        for (id, secret) in secrets.as_object().into_iter().flatten() {
            text.push_str("\nclient_secret of ");
            text.push_str(id);
            text.push_str(": ");
            text.push_str(secret.as_str().unwrap_or_default());
        }
        if secrets.as_object().is_some_and(|secrets| !secrets.is_empty()) {
            text.push_str("\nStore the secrets now: only fingerprints of them are kept.");
        }
        output::print(false, &(), &text)
    }
}

fn faulty(faults: Vec<FieldFault>) -> Failure {
    let line = |fault: FieldFault| match fault.path.as_str() {
        "" => fault.says,
        path => format!("{path}: {}", fault.says),
    };
    Failure(faults.into_iter().map(line).collect::<Vec<_>>().join("\n"))
}

/// The plan, for people.
fn told(plan: &Plan) -> String {
    let mut lines = Vec::new();
    for shown in plan.shown() {
        let sign = match shown.act {
            Act::Add => '+',
            Act::Change => '~',
            Act::Keep => '=',
            Act::Remove => '-',
        };
        lines.push(format!("{sign} {} {}", shown.kind, shown.name));
        lines.extend(shown.fields.iter().map(|(path, before, after)| format!("    {path}: {before} -> {after}")));
    }
    let count = |act: Act| plan.shown().iter().filter(|shown| shown.act == act).count();
    let (add, change) = (count(Act::Add), count(Act::Change));
    let (remove, keep) = (count(Act::Remove), count(Act::Keep));
    lines.push(format!("{add} to add, {change} to change, {remove} to remove, {keep} stay as they are."));
    lines.join("\n")
}
