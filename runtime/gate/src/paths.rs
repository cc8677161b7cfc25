//! Where the catalog, the data and the cache lie: the folders of the XDG Base Directory Specification, each overridable by one variable.
//!
//! | what | variable | default |
//! |---|---|---|
//! | the catalog, a file | what the front names, then `PUSHGATE_CONFIG` | `$XDG_CONFIG_HOME/pushgate/catalog.toml`, that is `~/.config/…` |
//! | data: components, keys | `PUSHGATE_DATA_DIR` | `$XDG_DATA_HOME/pushgate`, that is `~/.local/share/…` |
//! | cache: compiled components | `PUSHGATE_CACHE_DIR` | `$XDG_CACHE_HOME/pushgate`, that is `~/.cache/…` |
//!
//! An empty variable counts as unset. A relative `XDG_*` value is ignored, as the specification demands. A relative `PUSHGATE_*_DIR` is an error:
//! it would make the folder depend on where the command was typed. The catalog may be named relatively, since it is one file that somebody
//! pointed at. Nothing is ever looked for in the working directory.
//!
//! A folder that can't be found is an error only for the command that needs it: a check of a registry that is not registered needs none and works without `HOME`.

pub mod known;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The places where pushgate keeps its files. Nothing is created or opened here.
#[derive(Debug, Clone)]
pub struct Paths {
    catalog: Result<PathBuf, PathsError>,
    /// The folder of the catalog if nobody names another.
    own: Option<PathBuf>,
    data: Result<PathBuf, PathsError>,
    cache: Result<PathBuf, PathsError>,
}

/// A folder that the environment does not give.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PathsError {
    /// Neither the variable itself, nor the XDG variable, nor `HOME` gives an absolute path.
    #[error("no folder for the {what}: neither {variable}, {xdg} nor HOME is set to an absolute path")]
    NoFolder {
        /// Which folder: `catalog`, `data` or `cache`.
        what: &'static str,
        /// The variable that overrides it.
        variable: &'static str,
        /// The variable of the XDG specification.
        xdg: &'static str,
    },
    /// A `PUSHGATE_*_DIR` variable holds a relative path.
    #[error("{variable} is `{}`, which is not an absolute path", path.display())]
    Relative {
        /// The variable.
        variable: &'static str,
        /// Its value.
        path: PathBuf,
    },
}

impl Paths {
    /// Works the paths out. `lookup` answers for one environment variable; `named_catalog` is the one that the user names.
    pub fn from_environment(lookup: impl Fn(&str) -> Option<OsString>, named_catalog: Option<PathBuf>) -> Self {
        let set = |variable: &str| lookup(variable).filter(|value| !value.is_empty()).map(PathBuf::from);
        let base = |xdg: &str, below_home: &str| {
            let absolute = |path: &PathBuf| path.is_absolute();
            set(xdg).filter(absolute).or_else(|| set("HOME").filter(absolute).map(|home| home.join(below_home)))
        };
        let folder = |what, variable, xdg, below_home| match set(variable) {
            Some(path) if path.is_absolute() => Ok(path),
            Some(path) => Err(PathsError::Relative { variable, path }),
            None => base(xdg, below_home).map(|base| base.join("pushgate")).ok_or(PathsError::NoFolder { what, variable, xdg }),
        };
        let own = base("XDG_CONFIG_HOME", ".config").map(|base| base.join("pushgate"));
        let catalog = match named_catalog.filter(|path| !path.as_os_str().is_empty()).or_else(|| set("PUSHGATE_CONFIG")) {
            Some(path) => Ok(path),
            None => own.as_ref().map(|folder| folder.join("catalog.toml")).ok_or(PathsError::NoFolder {
                what: "catalog",
                variable: "PUSHGATE_CONFIG",
                xdg: "XDG_CONFIG_HOME",
            }),
        };
        Self {
            catalog,
            own,
            data: folder("data", "PUSHGATE_DATA_DIR", "XDG_DATA_HOME", ".local/share"),
            cache: folder("cache", "PUSHGATE_CACHE_DIR", "XDG_CACHE_HOME", ".cache"),
        }
    }

    /// The catalog file. It need not exist.
    ///
    /// # Errors
    /// The environment does not say where it is.
    pub fn catalog(&self) -> Result<&Path, PathsError> {
        self.catalog.as_deref().map_err(Clone::clone)
    }

    /// Whether the catalog is the user's own: it lies in the user's configuration folder, where a repository cannot put one. The one place that
    /// decides it.
    pub fn is_catalog_own(&self) -> bool {
        let (Ok(catalog), Some(own)) = (&self.catalog, &self.own) else { return false };
        let folder = match catalog.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let real = |path: &Path| path.canonicalize().ok();
        folder == own || real(folder).is_some_and(|folder| Some(folder) == real(own))
    }

    /// The data folder: what can't be had again, such as registered components. It need not exist.
    ///
    /// # Errors
    /// The environment does not say where it is, or says it relatively.
    pub fn data(&self) -> Result<&Path, PathsError> {
        self.data.as_deref().map_err(Clone::clone)
    }

    /// The cache folder: what can be deleted at any time. It need not exist.
    ///
    /// # Errors
    /// The environment does not say where it is, or says it relatively.
    pub fn cache(&self) -> Result<&Path, PathsError> {
        self.cache.as_deref().map_err(Clone::clone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::ffi::OsStringExt as _;

    fn paths(variables: &[(&str, &str)], flag: Option<&str>) -> Paths {
        let lookup = |wanted: &str| variables.iter().find(|(variable, _)| *variable == wanted).map(|(_, value)| OsString::from(*value));
        Paths::from_environment(lookup, flag.map(PathBuf::from))
    }

    #[test]
    fn home_gives_the_defaults() {
        let paths = paths(&[("HOME", "/home/ada")], None);
        assert_eq!(paths.catalog().unwrap(), Path::new("/home/ada/.config/pushgate/catalog.toml"));
        assert_eq!(paths.data().unwrap(), Path::new("/home/ada/.local/share/pushgate"));
        assert_eq!(paths.cache().unwrap(), Path::new("/home/ada/.cache/pushgate"));
    }

    #[test]
    fn xdg_folders_come_before_home_unless_relative_or_empty() {
        let variables = [("HOME", "/home/ada"), ("XDG_CONFIG_HOME", "/xdg/config"), ("XDG_DATA_HOME", "relative"), ("XDG_CACHE_HOME", "")];
        let paths = paths(&variables, None);
        assert_eq!(paths.catalog().unwrap(), Path::new("/xdg/config/pushgate/catalog.toml"));
        assert_eq!(paths.data().unwrap(), Path::new("/home/ada/.local/share/pushgate"));
        assert_eq!(paths.cache().unwrap(), Path::new("/home/ada/.cache/pushgate"));
    }

    #[test]
    fn own_variables_come_first_and_the_flag_before_them() {
        let variables = [
            ("HOME", "/home/ada"),
            ("PUSHGATE_CONFIG", "/etc/gate.toml"),
            ("PUSHGATE_DATA_DIR", "/data"),
            ("PUSHGATE_CACHE_DIR", "/cache"),
        ];
        assert_eq!(paths(&variables, Some("here.toml")).catalog().unwrap(), Path::new("here.toml"));
        let paths = paths(&variables, None);
        assert_eq!(paths.catalog().unwrap(), Path::new("/etc/gate.toml"));
        assert_eq!(paths.data().unwrap(), Path::new("/data"));
        assert_eq!(paths.cache().unwrap(), Path::new("/cache"));
    }

    #[test]
    fn without_home_only_what_is_needed_fails() {
        let paths = paths(&[("HOME", "not/absolute")], Some("/etc/gate.toml"));
        assert_eq!(paths.catalog().unwrap(), Path::new("/etc/gate.toml"));
        let error = paths.data().unwrap_err();
        assert_eq!(
            error.to_string(),
            "no folder for the data: neither PUSHGATE_DATA_DIR, XDG_DATA_HOME nor HOME is set to an absolute path"
        );
        assert!(matches!(error, PathsError::NoFolder { variable: "PUSHGATE_DATA_DIR", .. }));
        let error = super::tests::paths(&[], None).catalog().unwrap_err();
        assert!(error.to_string().contains("PUSHGATE_CONFIG"), "{error}");
    }

    #[test]
    fn a_relative_override_is_an_error_that_names_it() {
        let paths = paths(&[("HOME", "/home/ada"), ("PUSHGATE_CACHE_DIR", "./cache")], None);
        let error = paths.cache().unwrap_err();
        assert_eq!(error.to_string(), "PUSHGATE_CACHE_DIR is `./cache`, which is not an absolute path");
        assert!(paths.data().is_ok());
    }

    #[test]
    fn a_home_that_is_not_utf8_works() {
        let home = OsString::from_vec(b"/home/\xff".to_vec());
        let paths = Paths::from_environment(|variable| (variable == "HOME").then(|| home.clone()), None);
        assert!(paths.data().unwrap().starts_with(Path::new(&home)));
    }
}
