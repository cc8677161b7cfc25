//! Whose certificates are believed besides those that a registry names: the system's authorities, or those of `SSL_CERT_FILE` and `SSL_CERT_DIR`.
//!
//! rustls-native-certs reads these variables itself, without a limit, and waits for a FIFO. So the files that they name are read here.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use pushgate_files::{FileProblem, Links};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

/// The most bytes that a file may have: 4 MiB. Whole system bundles have a quarter of a mebibyte.
pub(crate) const MAX_FILE: u64 = 4 * 1024 * 1024;
/// The most entries of a folder that are looked at. Debian's has 430.
const MAX_ENTRIES: usize = 10_000;
/// The most bytes that the files of all folders may have together: 16 MiB.
const MAX_FOLDERS: u64 = 16 * 1024 * 1024;

/// Certificate authorities of the system, or of the environment. Cheap to clone; read once, when they are first needed.
#[derive(Clone, Debug, Default)]
pub struct Authorities(Arc<Named>);

#[derive(Debug, Default)]
struct Named {
    file: Option<PathBuf>,
    folders: Vec<PathBuf>,
    loaded: OnceLock<Loaded>,
}

/// What was read.
#[derive(Debug, Default)]
pub(crate) struct Loaded {
    pub(crate) certificates: Vec<CertificateDer<'static>>,
    /// What went wrong first. It matters where nothing else is trusted.
    pub(crate) problem: Option<String>,
}

impl Authorities {
    /// The environment as `variable` tells it. An empty variable counts as unset. Nothing is read yet.
    pub fn from_environment(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let folders = set("SSL_CERT_DIR").map(|folders| std::env::split_paths(&folders).collect::<Vec<_>>()).unwrap_or_default();
        let folders = folders.into_iter().filter(|folder| !folder.as_os_str().is_empty()).collect();
        Self(Arc::new(Named { file: set("SSL_CERT_FILE").map(PathBuf::from), folders, loaded: OnceLock::new() }))
    }

    /// The certificates. This blocks, for a pipe for up to a minute.
    pub(crate) fn load(&self) -> &Loaded {
        self.0.loaded.get_or_init(|| {
            let mut loaded = Loaded::default();
            if self.0.file.is_none() && self.0.folders.is_empty() {
                let native = rustls_native_certs::load_native_certs();
                loaded.certificates = native.certs;
                loaded.problem = native.errors.first().map(ToString::to_string);
            }
            if let Some(path) = &self.0.file {
                loaded.take("SSL_CERT_FILE", path, pushgate_files::read_or_pipe(path, MAX_FILE));
            }
            let mut left = MAX_FOLDERS;
            let mut seen = HashSet::new();
            for folder in &self.0.folders {
                loaded.take_folder(folder, &mut left, &mut seen);
            }
            loaded
        })
    }
}

impl Loaded {
    fn take(&mut self, variable: &str, path: &Path, read: Result<Vec<u8>, FileProblem>) {
        let found = read.map_err(|problem| problem.to_string()).and_then(|pem| {
            // Old systems hold sections that are none. The others still count.
            let found: Vec<_> = CertificateDer::pem_slice_iter(&pem).filter_map(Result::ok).collect();
            if found.is_empty() { Err("holds no certificate".to_owned()) } else { Ok(found) }
        });
        match found {
            Ok(found) => self.certificates.extend(found),
            Err(problem) => self.fail(variable, path, &problem),
        }
    }

    /// A folder holds links to the same files, by which OpenSSL finds them, and other things than certificates.
    fn take_folder(&mut self, folder: &Path, left: &mut u64, seen: &mut HashSet<(u64, u64)>) {
        const VARIABLE: &str = "SSL_CERT_DIR";
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => return self.fail(VARIABLE, folder, &format!("cannot be read: {error}")),
        };
        for (count, entry) in entries.enumerate() {
            if count == MAX_ENTRIES {
                return self.fail(VARIABLE, folder, &format!("has more than {MAX_ENTRIES} entries"));
            }
            let Ok(path) = entry.map(|entry| entry.path()) else { continue };
            let opened = match pushgate_files::open(&path, Links::Followed) {
                Ok(opened) => opened,
                Err(FileProblem::NotRegular(_)) => continue,
                Err(problem) if problem.is_missing() => continue,
                Err(problem) => {
                    self.fail(VARIABLE, &path, &problem.to_string());
                    continue;
                }
            };
            if !seen.insert((opened.metadata.dev(), opened.metadata.ino())) {
                continue;
            }
            let read = opened.read(MAX_FILE.min(*left));
            *left = left.saturating_sub(read.as_ref().map_or(0, |pem| pem.len() as u64));
            self.take(VARIABLE, &path, read);
        }
    }

    fn fail(&mut self, variable: &str, path: &Path, problem: &str) {
        self.problem.get_or_insert_with(|| format!("{variable} `{}` {problem}", path.display()));
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::os::unix::fs::symlink;

    use super::*;

    fn certificate() -> String {
        rcgen::generate_simple_self_signed(["registry.test".to_owned()]).unwrap().cert.pem()
    }

    fn load(file: Option<&Path>, folders: &[&Path]) -> (usize, Option<String>) {
        let folders = std::env::join_paths(folders).unwrap();
        let authorities = Authorities::from_environment(|name| match name {
            "SSL_CERT_FILE" => file.map(Into::into),
            "SSL_CERT_DIR" => Some(folders.clone()),
            _ => None,
        });
        let loaded = authorities.load();
        (loaded.certificates.len(), loaded.problem.clone())
    }

    #[test]
    fn files_are_bounded_and_never_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("ca.pem"), certificate() + &certificate()).unwrap();
        fs::write(at("none.pem"), "none").unwrap();
        File::create(at("sparse.pem")).unwrap().set_len(1 << 40).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(at("fifo.pem")).status().unwrap().success());
        assert_eq!(load(Some(&at("ca.pem")), &[]), (2, None));
        for (path, problem) in [
            (at("none.pem"), "holds no certificate"),
            (at("sparse.pem"), "exceeds the limit of 4 MiB"),
            (at("fifo.pem"), "is a FIFO that did not end within 5 seconds"),
            ("/dev/zero".into(), "is a device, not a regular file"),
            (folder.path().to_owned(), "is a folder, not a regular file"),
            (at("missing.pem"), "cannot be read: No such file or directory (os error 2)"),
        ] {
            assert_eq!(load(Some(&path), &[]), (0, Some(format!("SSL_CERT_FILE `{}` {problem}", path.display()))));
        }
    }

    #[test]
    fn of_a_folder_only_the_files_count_each_once() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("ca.pem"), certificate()).unwrap();
        symlink("ca.pem", at("0a1b2c3d.0")).unwrap();
        symlink("/dev/zero", at("endless.pem")).unwrap();
        symlink("missing", at("dangling.pem")).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(at("fifo.pem")).status().unwrap().success());
        let other = tempfile::tempdir().unwrap();
        fs::write(other.path().join("ca.pem"), certificate()).unwrap();
        assert_eq!(load(None, &[folder.path()]), (1, None));
        assert_eq!(load(Some(&at("ca.pem")), &[folder.path(), other.path()]), (3, None));
        File::create(at("sparse.pem")).unwrap().set_len(1 << 40).unwrap();
        let (count, problem) = load(None, &[folder.path()]);
        assert_eq!((count, problem), (1, Some(format!("SSL_CERT_DIR `{}` exceeds the limit of 4 MiB", at("sparse.pem").display()))));
    }
}
