//! The two files in the key folder.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use super::{MacKey, Vault};
use crate::domain::{Random, Secret};

const VAULT: &str = "vault.key";
const COOKIE: &str = "cookie.key";
/// As much of a file as is read; a key is much shorter.
const LONGEST: usize = 128;

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
    /// One that exists is kept, and nodes that start at the same moment agree on one content. Nothing is made as long as
    /// an existing file cannot be used.
    ///
    /// # Errors
    ///
    /// When a file is missing, unreadable, readable by others, or holds no key.
    pub fn open(folder: &Path, may_create: bool, random: &dyn Random) -> Result<Self, KeyFileError> {
        let (vault, cookie) = (folder.join(VAULT), folder.join(COOKIE));
        // Both are looked at before either is made, so that a refusal leaves the folder as it was.
        let found = (read(&vault)?, read(&cookie)?);
        let complete = |file: &Path, found: Option<Secret<[u8; 32]>>| match found {
            Some(key) => Ok(key),
            None if may_create => create(folder, file, random),
            None => Err(KeyFileError::Missing { file: file.to_owned() }),
        };
        let (vault, cookie) = (complete(&vault, found.0)?, complete(&cookie, found.1)?);
        Ok(Self { vault: Vault::new(vault.expose()), mac: MacKey::new(cookie) })
    }
}

/// The key in `file`, or `None` when there is no such file.
fn read(file: &Path) -> Result<Option<Secret<[u8; 32]>>, KeyFileError> {
    let open = match File::open(file) {
        Ok(open) => open,
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
            return match fs::symlink_metadata(file) {
                Err(_) => Ok(None),
                // A dangling link is a file that should be there, for instance on a volume that is not mounted.
                Ok(found) if found.is_symlink() => Err(unusable(file, cause)),
                // Another node made it between the two looks; it is never taken away again.
                Ok(_) => read(file),
            };
        }
        Err(cause) => return Err(unusable(file, cause)),
    };
    // The open file is asked, not the path, so that what is judged is what is read.
    if open.metadata().map_err(|cause| unusable(file, cause))?.permissions().mode() & 0o077 != 0 {
        return Err(KeyFileError::TooOpen { file: file.to_owned() });
    }
    let mut text = Zeroizing::new(Vec::with_capacity(LONGEST));
    open.take(LONGEST as u64).read_to_end(&mut text).map_err(|cause| unusable(file, cause))?;
    let bytes = Secret::new(URL_SAFE_NO_PAD.decode(text.trim_ascii()).unwrap_or_default());
    let key = <[u8; 32]>::try_from(bytes.expose().as_slice());
    key.map(|key| Some(Secret::new(key))).map_err(|_| KeyFileError::Malformed { file: file.to_owned() })
}

/// Makes `file` with a new key, or reads the one that another node made in the meantime.
fn create(folder: &Path, file: &Path, random: &dyn Random) -> Result<Secret<[u8; 32]>, KeyFileError> {
    publish(folder, file, random).map_err(|cause| unusable(file, cause))?;
    read(file)?.ok_or_else(|| unusable(file, io::ErrorKind::NotFound.into()))
}

fn publish(folder: &Path, file: &Path, random: &dyn Random) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    // Written under another name first: a crash never leaves half a key behind.
    let draft = file.with_extension(format!("key.{}", URL_SAFE_NO_PAD.encode(random.array::<9>())));
    // A link, unlike a rename, never replaces a file: of nodes that start at once, all use the first one's key.
    let linked = write(&draft, random).and_then(|()| fs::hard_link(&draft, file));
    let linked = linked.or_else(|cause| if cause.kind() == io::ErrorKind::AlreadyExists { Ok(()) } else { Err(cause) });
    linked.and(fs::remove_file(&draft))?;
    File::open(folder)?.sync_all()
}

/// Writes a new key to a file that must not exist yet, down to the disk.
fn write(file: &Path, random: &dyn Random) -> io::Result<()> {
    let key = Zeroizing::new(random.array::<32>());
    let mut text = Zeroizing::new(URL_SAFE_NO_PAD.encode(*key));
    text.push('\n');
    let mut open = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
    open.write_all(text.as_bytes())?;
    open.sync_all()
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

    #[test]
    fn a_file_that_cannot_be_used_keeps_the_other_from_being_made() {
        let folder = tempfile::tempdir().unwrap();
        let cookie = folder.path().join(COOKIE);
        fs::write(&cookie, "hello\n").unwrap();
        fs::set_permissions(&cookie, fs::Permissions::from_mode(0o600)).unwrap();
        KeyFiles::open(folder.path(), true, &Counting::default()).unwrap_err();
        assert!(!folder.path().join(VAULT).exists());
    }

    #[test]
    fn a_link_that_leads_nowhere_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/nowhere/vault.key", folder.path().join(VAULT)).unwrap();
        let error = KeyFiles::open(folder.path(), true, &Counting::default()).unwrap_err();
        assert!(matches!(error, KeyFileError::Unusable { .. }), "{error}");
        assert!(fs::symlink_metadata(folder.path().join(VAULT)).unwrap().is_symlink());
    }

    #[test]
    fn nodes_that_start_at_the_same_moment_use_one_key() {
        struct Node(u8, Counting);
        impl Random for Node {
            fn fill(&self, bytes: &mut [u8]) {
                self.1.fill(bytes);
                bytes[0] = self.0;
            }
        }
        for _ in 0..20 {
            let home = tempfile::tempdir().unwrap();
            let folder = home.path().join("keys");
            let tags: Vec<String> = std::thread::scope(|scope| {
                let start = |node| {
                    let files = KeyFiles::open(&folder, true, &Node(node, Counting::default())).unwrap();
                    format!("{:?} {}", files.vault, files.mac.tag("test", &[]))
                };
                let nodes: Vec<_> = (0..8).map(|node| scope.spawn(move || start(node))).collect();
                nodes.into_iter().map(|node| node.join().unwrap()).collect()
            });
            assert!(tags.iter().all(|tag| *tag == tags[0]), "{tags:?}");
            assert_eq!(fs::read_dir(&folder).unwrap().count(), 2, "no draft is left behind");
        }
    }
}
