//! The two files in the key folder.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::{MacKey, Vault};
use crate::domain::{Random, Secret};

const VAULT: &str = "vault.key";
const COOKIE: &str = "cookie.key";

/// What the two key files hold.
#[derive(Debug)]
pub struct KeyFiles {
    /// Seals secrets at rest.
    pub vault: Vault,
    /// Authenticates what leaves and comes back.
    pub mac: MacKey,
}

/// A key file cannot be used; each is one sentence that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// It is not there, and must be.
    #[error(
        "The key file {file} is missing, and the database already holds what was sealed with it. Put it back from your backup (keys.directory)."
    )]
    Missing {
        /// The file.
        file: PathBuf,
    },
    /// It cannot be read or made.
    #[error("The key file {file} cannot be used: {cause}. Check keys.directory and its permissions.")]
    Unusable {
        /// The file.
        file: PathBuf,
        /// What the operating system says.
        cause: io::Error,
    },
    /// Others may read it.
    #[error("Others may read the key file {file}. Run: chmod 600 {file}")]
    TooOpen {
        /// The file.
        file: PathBuf,
    },
    /// It holds something else.
    #[error("The key file {file} does not hold a key of 32 bytes in base64url. Put it back from your backup.")]
    Malformed {
        /// The file.
        file: PathBuf,
    },
}

impl KeyFiles {
    /// Reads both files. Those that are missing are made, as long as `may_create`: nothing was sealed yet.
    ///
    /// # Errors
    ///
    /// When a file is missing, unreadable, readable by others, or holds no key.
    pub fn open(folder: &Path, may_create: bool, random: &dyn Random) -> Result<Self, KeyFileError> {
        let vault = read_or_create(&folder.join(VAULT), may_create, random)?;
        let cookie = read_or_create(&folder.join(COOKIE), may_create, random)?;
        Ok(Self { vault: Vault::new(vault.expose()), mac: MacKey::new(cookie) })
    }
}

fn read_or_create(file: &Path, may_create: bool, random: &dyn Random) -> Result<Secret<[u8; 32]>, KeyFileError> {
    match fs::read_to_string(file) {
        Ok(text) => {
            let mode = fs::metadata(file).map_err(|cause| unusable(file, cause))?.permissions().mode();
            if mode & 0o077 != 0 {
                return Err(KeyFileError::TooOpen { file: file.to_owned() });
            }
            let text = Secret::new(text);
            let bytes = Secret::new(URL_SAFE_NO_PAD.decode(text.expose().trim()).unwrap_or_default());
            let key = <[u8; 32]>::try_from(bytes.expose().as_slice());
            key.map(Secret::new).map_err(|_| KeyFileError::Malformed { file: file.to_owned() })
        }
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
            if may_create {
                create(file, random).map_err(|cause| unusable(file, cause))
            } else {
                Err(KeyFileError::Missing { file: file.to_owned() })
            }
        }
        Err(cause) => Err(unusable(file, cause)),
    }
}

fn create(file: &Path, random: &dyn Random) -> io::Result<Secret<[u8; 32]>> {
    if let Some(folder) = file.parent() {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let key = Secret::new(random.array::<32>());
    let text = Secret::new(format!("{}\n", URL_SAFE_NO_PAD.encode(key.expose())));
    // Written under another name first: a crash never leaves half a key behind.
    let draft = file.with_extension("key.new");
    let mut open = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    open.write_all(text.expose().as_bytes())?;
    open.sync_all()?;
    fs::rename(&draft, file)?;
    Ok(key)
}

fn unusable(file: &Path, cause: io::Error) -> KeyFileError {
    KeyFileError::Unusable { file: file.to_owned(), cause }
}

#[cfg(test)]
mod tests {
    use super::super::tests_support::Counting;
    use super::*;

    #[test]
    fn keys_are_made_once_and_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("keys");
        let random = Counting::default();
        let made = KeyFiles::open(&folder, true, &random).unwrap();
        let read = KeyFiles::open(&folder, false, &random).unwrap();
        assert_eq!(made.mac.tag("test", &["x"]), read.mac.tag("test", &["x"]));
        assert_eq!(fs::metadata(folder.join(VAULT)).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
    }

    #[test]
    fn a_missing_key_is_not_replaced_once_something_was_sealed() {
        let folder = tempfile::tempdir().unwrap();
        let error = KeyFiles::open(folder.path(), false, &Counting::default()).unwrap_err();
        assert!(matches!(error, KeyFileError::Missing { .. }), "{error}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_key_that_others_may_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        KeyFiles::open(folder.path(), true, &Counting::default()).unwrap();
        fs::set_permissions(folder.path().join(VAULT), fs::Permissions::from_mode(0o640)).unwrap();
        let error = KeyFiles::open(folder.path(), false, &Counting::default()).unwrap_err();
        assert!(error.to_string().contains("chmod 600"), "{error}");
    }

    #[test]
    fn a_file_that_holds_something_else_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        KeyFiles::open(folder.path(), true, &Counting::default()).unwrap();
        fs::write(folder.path().join(COOKIE), "hello\n").unwrap();
        let error = KeyFiles::open(folder.path(), true, &Counting::default()).unwrap_err();
        assert!(matches!(error, KeyFileError::Malformed { .. }), "{error}");
    }
}
