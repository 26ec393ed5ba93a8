//! Floor 6: the command line, a file a command.
//!
//! Exit codes: 0 done, 1 refused or failed, 2 wrong usage. Data goes to standard output, as text or with `--json` as
//! JSON; everything else to standard error.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line talks on its standard streams")]

mod api_key;
mod app;
mod apply;
mod audit;
mod backup;
mod check;
pub mod demo;
mod explain;
#[cfg(test)]
mod gallery;
mod import;
mod input;
mod key;
mod migrate;
mod org;
mod output;
mod recover;
mod serve;
mod setup_link;
mod user;
mod webhook;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::app::{World, build_state};
use crate::config::Config;
use crate::domain::Timestamp;
use crate::features::audit::Ink;
use crate::web::{AppState, log};

/// What a command ends with: nothing, or a sentence for whoever typed it.
type Outcome = Result<(), Failure>;

/// Why a command did not do what it was asked: one sentence.
#[derive(Debug)]
struct Failure(String);

impl<E: std::fmt::Display> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

/// Refuses with a sentence.
fn refuse<T>(sentence: impl Into<String>) -> Result<T, Failure> {
    Err(Failure(sentence.into()))
}

/// Countersign, a self-hosted OpenID Connect provider for accountancy offices.
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run everything on this machine, with sample people and a sample portal
    Demo(demo::Demo),
    /// Run the provider
    Serve(Common),
    /// Bring the database up to date
    Migrate(Common),
    /// Try configuration, keys, pages, database and mail server without changing anything
    Check(check::Check),
    /// Make a one-time link for the first instance administrator
    SetupLink(Common),
    /// Tell what a sign-in of somebody would be asked, rule by rule
    Explain(explain::Explain),
    /// Organisations
    #[command(subcommand)]
    Org(org::Org),
    /// People
    #[command(subcommand)]
    User(user::User),
    /// Take people in from a CSV or JSON file of another program
    Import(import::Import),
    /// Write all rows of the database to a file, while the server works
    Backup(backup::Backup),
    /// Put a backup into an empty database, and end whatever in it was alive
    Restore(backup::Restore),
    /// Apps
    #[command(subcommand)]
    App(app::App),
    /// Bring apps, organisations and their rules to a described state; the plan is shown first
    Apply(apply::Apply),
    /// Describe apps, organisations and their rules, without secrets
    Export(apply::Export),
    /// Keys for the admin API
    #[command(subcommand)]
    ApiKey(api_key::Command),
    /// Signing keys
    #[command(subcommand)]
    Key(key::Key),
    /// The audit
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Who is told what happens
    #[command(subcommand)]
    Webhook(webhook::Webhook),
    /// Let somebody try again who was locked out by wrong attempts or by blocked addresses
    Unlock(recover::Unlock),
    /// Print a one-time link for an administrator whom nobody else can let in again
    RecoverAdmin(recover::RecoverAdmin),
}

/// What every command takes.
#[derive(Debug, Args)]
struct Common {
    /// The configuration file; `COUNTERSIGN__SECTION__KEY` variables win over it
    #[arg(long, value_name = "FILE", env = "COUNTERSIGN_CONFIG")]
    config: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Common {
    fn load(&self) -> Result<Config, Failure> {
        Config::load(self.config.as_deref(), std::env::vars()).map_err(Failure::from)
    }

    /// Opens the installation for a command that runs beside the server.
    async fn open(&self) -> Result<Installation, Failure> {
        let config = self.load()?;
        log::install(&config.log);
        let world = World::real();
        let state = build_state(config, world, false).await?;
        let now = state.now();
        Ok(Installation { state, now })
    }
}

/// An installation that a command works on.
struct Installation {
    state: AppState,
    now: Timestamp,
}

impl Installation {
    fn ink(&self) -> Ink<'_> {
        Ink::of(&self.state, self.now)
    }
}

/// Runs the command line.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    // Two TLS stacks would be one too many; this one is chosen once for the whole process.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // Each thread that hashes keeps the memory of its largest hash, so there are few that block.
    let blocking = std::thread::available_parallelism().map_or(1, usize::from) + 2;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().max_blocking_threads(blocking).build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(cause) => return fail(&format!("No threads could be started: {cause}.")),
    };
    match runtime.block_on(dispatch(cli.command)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure(sentence)) => fail(&sentence),
    }
}

async fn dispatch(command: Command) -> Outcome {
    match command {
        Command::Demo(demo) => Box::pin(demo.run()).await,
        Command::Serve(common) => serve::run(&common).await,
        Command::Migrate(common) => migrate::run(&common).await,
        Command::Check(check) => check.run().await,
        Command::SetupLink(common) => setup_link::run(&common).await,
        Command::Explain(explain) => explain.run().await,
        Command::Org(org) => org.run().await,
        Command::User(user) => user.run().await,
        Command::Import(import) => import.run().await,
        Command::Backup(backup) => backup.run().await,
        Command::Restore(restore) => restore.run().await,
        Command::App(app) => app.run().await,
        Command::Apply(apply) => apply.run().await,
        Command::Export(export) => export.run().await,
        Command::ApiKey(key) => key.run().await,
        Command::Key(key) => key.run().await,
        Command::Audit(audit) => audit.run().await,
        Command::Webhook(webhook) => webhook.run().await,
        Command::Unlock(unlock) => unlock.run().await,
        Command::RecoverAdmin(recover) => recover.run().await,
    }
}

fn fail(sentence: &str) -> ExitCode {
    eprintln!("{sentence}");
    ExitCode::from(1)
}
