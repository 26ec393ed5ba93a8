//! `countersign import`: people from another program.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::IsTerminal as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use tokio::sync::mpsc;

use super::{Common, Failure, Outcome, output, refuse};
use crate::domain::Email;
use crate::features::import::{BATCH, Fate, Field, FileFault, Format, Problem, Row, Settings, read_rows, take_in};

/// How many rows wait between reading and taking in.
const WAITING: usize = 2 * BATCH;
/// The pause after every batch, so that the server beside it has its turn on a SQLite file.
const PAUSE: Duration = Duration::from_millis(20);

/// Take people in from a CSV or JSON file of another program
///
/// Columns or members: email, name (or `given_name` and `family_name`), username, language, organisation, role, groups,
/// `password_hash` (argon2, bcrypt, PBKDF2, scrypt), `totp_secret`, networks, disabled, `email_verified`. An address that has
/// an account is skipped, so an import that was interrupted is run again.
#[derive(Debug, Args)]
pub(super) struct Import {
    /// The file: .csv or .tsv with a heading, .json with an array of objects, .jsonl with an object a line
    file: PathBuf,
    /// How the file is written, where its name does not tell
    #[arg(long, value_enum)]
    format: Option<FormatArgument>,
    /// The organisation of rows that name none, by name or identifier
    #[arg(long, value_name = "NAME")]
    organisation: Option<String>,
    /// Make organisations that are not there
    #[arg(long)]
    create_organisations: bool,
    /// Change these fields of accounts that exist, separated by commas: name, `given_name`, `family_name`, language, groups,
    /// networks, disabled
    #[arg(long, value_name = "FIELDS", value_delimiter = ',')]
    update: Vec<Field>,
    /// Leave out this column; may be given several times
    #[arg(long, value_name = "COLUMN")]
    ignore: Vec<String>,
    /// Mail an invitation to those who come without a password
    #[arg(long)]
    invite: bool,
    /// Only tell what would become of every row, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Where the rows that were refused are listed; FILE.refused.csv without it
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    #[command(flatten)]
    common: Common,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum FormatArgument {
    Csv,
    Json,
    Jsonl,
}

/// What became of all rows.
#[derive(Debug, Default, Serialize)]
struct Counts {
    rows: u64,
    imported: u64,
    updated: u64,
    skipped: u64,
    refused: u64,
    organisations: usize,
}

impl Import {
    pub(super) async fn run(self) -> Outcome {
        let format = match self.format {
            Some(FormatArgument::Csv) => Format::Csv,
            Some(FormatArgument::Json) => Format::Json,
            Some(FormatArgument::Jsonl) => Format::JsonLines,
            None => Format::of(&self.file).ok_or_else(|| {
                Failure(format!("{} ends with none of .csv, .json and .jsonl. Give --format.", self.file.display()))
            })?,
        };
        if let Some(field) = self.update.iter().find(|field| !field.is_updatable()) {
            return refuse(format!(
                "An import never changes {field} of an account that exists: it is what people sign in with, or what they may do."
            ));
        }
        let file = File::open(&self.file)
            .map_err(|cause| Failure(format!("{} cannot be read: {cause}.", self.file.display())))?;
        let size = file.metadata()?.len();
        let installation = self.common.open().await?;
        let state = &installation.state;
        let settings = Settings {
            run: format!("imp_{}", state.random.secret().expose().chars().take(12).collect::<String>()),
            organisation: self.organisation.clone(),
            create_organisations: self.create_organisations,
            update: self.update.iter().copied().collect::<BTreeSet<_>>(),
            invite: self.invite,
        };
        let mut report = Report::new(self.report.clone().unwrap_or_else(|| named(&self.file)));
        let bar = self.bar(size);
        let (rows, mut reading) = start(file, format, self.ignore.clone());
        let mut counts = Counts::default();
        let mut batch = Vec::with_capacity(BATCH);
        let mut rows = rows;
        while rows.recv_many(&mut batch, BATCH).await > 0 {
            // A batch is as full as can be, so that the same file is cut the same way every time.
            while batch.len() < BATCH {
                let room = BATCH - batch.len();
                if rows.recv_many(&mut batch, room).await == 0 {
                    break;
                }
            }
            let taken = take_in(state, &settings, &batch, self.dry_run).await?;
            counts.organisations += taken.organisations;
            for (line, email, fate) in taken.fates {
                counts.rows += 1;
                match fate {
                    Fate::Imported => counts.imported += 1,
                    Fate::Updated => counts.updated += 1,
                    Fate::Skipped => counts.skipped += 1,
                    Fate::Refused(problems) => {
                        counts.refused += 1;
                        report.add(line, email.as_ref().map(Email::as_str), &problems)?;
                    }
                }
            }
            bar.set_position(batch.last().map_or(size, Row::bytes));
            batch.clear();
            if !self.dry_run {
                tokio::time::sleep(PAUSE).await;
            }
        }
        bar.finish_and_clear();
        let ended = (&mut reading).await?;
        self.tell(&counts, &report, ended)
    }

    fn bar(&self, size: u64) -> ProgressBar {
        if self.common.json || !std::io::stderr().is_terminal() {
            return ProgressBar::hidden();
        }
        let style = ProgressStyle::with_template("{bar:40} {percent}%  {elapsed} so far, {eta} to go");
        ProgressBar::new(size).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
    }

    fn tell(&self, counts: &Counts, report: &Report, ended: Result<(), FileFault>) -> Outcome {
        let Counts { rows, imported, updated, skipped, refused, organisations } = counts;
        let (would, made) = if self.dry_run { ("Nothing was changed. Of ", " would be") } else { ("Of ", "") };
        let mut text = format!(
            "{would}{rows} rows{made} imported {imported}, updated {updated}, skipped {skipped} (they are here already), refused {refused}."
        );
        if *organisations > 0 {
            let _ = write!(text, " New organisations: {organisations}.");
        }
        output::print(self.common.json, counts, &text)?;
        let listed = report.open.as_ref().map(|_| report.path.display());
        match (ended, listed) {
            (Err(fault), _) => refuse(format!("{fault} The rows before were dealt with; run the import again.")),
            (Ok(()), Some(path)) => refuse(format!("{refused} rows were refused; {path} says which and why.")),
            (Ok(()), None) => Ok(()),
        }
    }
}

/// Reads the file on a thread of its own, no further ahead than there is room for.
fn start(
    file: File,
    format: Format,
    ignored: Vec<String>,
) -> (mpsc::Receiver<Row>, tokio::task::JoinHandle<Result<(), FileFault>>) {
    let (send, rows) = mpsc::channel(WAITING);
    let reading =
        tokio::task::spawn_blocking(move || read_rows(file, format, &ignored, |row| send.blocking_send(row).is_ok()));
    (rows, reading)
}

fn named(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".refused.csv");
    PathBuf::from(name)
}

/// The list of what was refused. It is made with the first row that was, and readable by its owner only.
struct Report {
    path: PathBuf,
    open: Option<csv::Writer<File>>,
}

impl Report {
    fn new(path: PathBuf) -> Self {
        Self { path, open: None }
    }

    fn add(&mut self, line: u64, email: Option<&str>, problems: &[Problem]) -> Outcome {
        if self.open.is_none() {
            // The list of the run before goes; what somebody else put there is never written into.
            if std::fs::symlink_metadata(&self.path).is_ok_and(|found| !found.is_dir()) {
                std::fs::remove_file(&self.path)?;
            }
            let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&self.path);
            let file = file.map_err(|cause| Failure(format!("{} cannot be written: {cause}.", self.path.display())))?;
            let mut list = csv::Writer::from_writer(file);
            list.write_record(["line", "email", "field", "reason"])?;
            self.open = Some(list);
        }
        let Some(list) = &mut self.open else { return Ok(()) };
        for problem in problems {
            let field = problem.field.map(|field| field.to_string());
            let (field, what) = (field.as_deref().unwrap_or_default(), problem.what.as_str());
            list.write_record([&line.to_string(), &harmless(email.unwrap_or_default()), field, what])?;
        }
        list.flush()?;
        Ok(())
    }
}

/// A cell that no spreadsheet takes for a formula.
fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@']) { format!("'{text}") } else { text.to_owned() }
}
