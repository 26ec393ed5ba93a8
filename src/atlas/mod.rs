//! Floor 2: about where an address is, by a file on this machine. Nobody is asked over the network.

mod names;

use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::SystemTime;

use ipnet::IpNet;
use maxminddb::Reader;

use self::names::Record;
use crate::config::Config;
use crate::domain::network::Network;
use crate::domain::{Language, Place};

/// Tells about where an address is. Cheap to clone.
#[derive(Clone)]
pub struct Atlas(Arc<Inner>);

struct Inner {
    source: Source,
    /// Our own proxies, which tell nothing about the people behind them.
    proxies: Vec<IpNet>,
}

enum Source {
    Nothing,
    File(Kept),
    Samples,
}

/// A file that was read, and is read again when it was replaced.
struct Kept {
    path: PathBuf,
    /// What the file looked like when it was read, or tried, last.
    mark: Mutex<Option<Mark>>,
    reader: RwLock<Arc<Reader<Vec<u8>>>>,
}

/// What tells a file from the one that was there before: when it was written, and its size.
type Mark = (SystemTime, u64);

impl Atlas {
    /// The atlas of this configuration; empty when it names no file.
    ///
    /// # Errors
    ///
    /// One sentence, when the file cannot be used.
    pub fn open(config: &Config) -> Result<Self, String> {
        let source = match &config.places.file {
            None => Source::Nothing,
            Some(path) => {
                let mark = mark_of(path).ok();
                let reader = read(path).map_err(|cause| format!("places.file cannot be used: {cause}."))?;
                Source::File(Kept { path: path.clone(), mark: Mutex::new(mark), reader: RwLock::new(Arc::new(reader)) })
            }
        };
        let proxies = config.server.trusted_proxies.iter().chain(&config.mtls.proxies).copied().collect();
        Ok(Self(Arc::new(Inner { source, proxies })))
    }

    /// An atlas that knows no place.
    #[must_use]
    pub fn empty() -> Self {
        Self(Arc::new(Inner { source: Source::Nothing, proxies: Vec::new() }))
    }

    /// An atlas that knows the addresses of the samples, to show what pages look like.
    #[must_use]
    pub fn of_samples() -> Self {
        Self(Arc::new(Inner { source: Source::Samples, proxies: Vec::new() }))
    }

    /// About where the address or network `text` is. Only one that is exact and of the internet is anywhere.
    #[must_use]
    pub fn place(&self, text: &str, language: Language) -> Option<Place> {
        let network = text.parse().ok().or_else(|| text.parse().ok().map(Network::of))?;
        let address = network.address();
        if !network.is_public() || self.0.proxies.iter().any(|proxy| proxy.contains(&address)) {
            return None;
        }
        match &self.0.source {
            Source::Nothing => None,
            Source::File(kept) => kept.place(address, language),
            Source::Samples => Some(sample(address, language)),
        }
    }

    /// Reads the file again if it was replaced, and says whether it was. It blocks while it reads. A file that cannot be
    /// used leaves the places of the one before, and is told once.
    ///
    /// # Errors
    ///
    /// One sentence, when the new file cannot be used.
    pub fn look_again(&self) -> Result<bool, String> {
        match &self.0.source {
            Source::File(kept) => {
                kept.look_again().map_err(|cause| format!("places.file was replaced, but cannot be used: {cause}."))
            }
            Source::Nothing | Source::Samples => Ok(false),
        }
    }
}

impl Kept {
    fn place(&self, address: IpAddr, language: Language) -> Option<Place> {
        let reader = Arc::clone(&self.reader.read().unwrap_or_else(PoisonError::into_inner));
        // A record of another shape tells no place.
        let record: Record = reader.lookup(address).ok()?.decode().ok()??;
        record.place(language)
    }

    fn look_again(&self) -> Result<bool, String> {
        let mut known = self.mark.lock().unwrap_or_else(PoisonError::into_inner);
        // Between the old file and the new one there may be none for a moment.
        let Ok(mark) = mark_of(&self.path) else { return Ok(false) };
        if known.replace(mark) == Some(mark) {
            return Ok(false);
        }
        let reader = Arc::new(read(&self.path)?);
        *self.reader.write().unwrap_or_else(PoisonError::into_inner) = reader;
        Ok(true)
    }
}

fn mark_of(path: &Path) -> std::io::Result<Mark> {
    let found = fs::metadata(path)?;
    Ok((found.modified()?, found.len()))
}

fn read(path: &Path) -> Result<Reader<Vec<u8>>, String> {
    let bytes = fs::read(path).map_err(|cause| format!("{} cannot be read ({cause})", path.display()))?;
    let reader = Reader::from_source(bytes).map_err(|_| format!("{} is no sound MMDB file", path.display()))?;
    let kind = &reader.metadata().database_type;
    if kind.contains("City") || kind.contains("Country") {
        Ok(reader)
    } else {
        Err(format!("{} holds {kind:?}, and not towns (City) or countries (Country)", path.display()))
    }
}

fn sample(address: IpAddr, language: Language) -> Place {
    let country = match language {
        Language::English => "Netherlands",
        Language::Dutch => "Nederland",
    };
    match address {
        IpAddr::V4(_) => Place::Town("Utrecht".to_owned(), Some(country.to_owned())),
        IpAddr::V6(_) => Place::Country(country.to_owned()),
    }
}
