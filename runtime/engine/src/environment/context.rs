//! Docker's contexts: named Engines, kept below the folder of Docker's configuration.
//!
//! A context called NAME lies in `contexts/meta/ID/meta.json`, its certificates in `contexts/tls/ID/docker`, with ID being the SHA-256 of
//! the name in hexadecimal. What is read is bounded and must be JSON with unique keys; what is wrong with it is an error that names the
//! file, since going on would mean another Engine than the one that was chosen.

use std::path::{Path, PathBuf};

use pushgate_files::{Links, own};
use pushgate_json::parse_object;
use pushgate_oci::Digest;
use serde_json::{Map, Value};

use super::address::{Address, presentable};
use super::candidate::Candidate;
use crate::error::EngineError;
use crate::text::bounded;

/// The most bytes that the configuration, and a context, may have: 1 MiB.
const MAX_FILE: u64 = 1024 * 1024;

/// The folder of Docker's configuration.
pub(super) struct DockerFolder(PathBuf);

impl DockerFolder {
    /// `DOCKER_CONFIG`, else `.docker` in the home folder. A relative one is refused: nothing is looked for in the working directory.
    pub(super) fn locate(docker_config: Option<&Path>, home: Option<&Path>) -> Result<Option<Self>, EngineError> {
        let named = docker_config.filter(|path| !path.as_os_str().is_empty());
        if let Some(path) = named
            && !path.is_absolute()
        {
            return Err(EngineError::Config {
                path: path.display().to_string(),
                problem: "DOCKER_CONFIG is not an absolute path".to_owned(),
            });
        }
        let folder = named.map(Path::to_owned).or_else(|| home.filter(|home| home.is_absolute()).map(|home| home.join(".docker")));
        Ok(folder.map(Self))
    }

    pub(super) fn config_file(&self) -> PathBuf {
        self.0.join("config.json")
    }

    /// The `currentContext` of the configuration, if there is one.
    pub(super) fn current_context(&self) -> Result<Option<String>, EngineError> {
        let path = self.config_file();
        let failed = |problem: String| EngineError::Config { path: path.display().to_string(), problem };
        let Some(members) = read(&path).map_err(failed)? else { return Ok(None) };
        match member(&members, "currentContext") {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(name)) => Ok(Some(name.clone()).filter(|name| !name.is_empty())),
            Some(_) => Err(failed("`currentContext` is not a string".to_owned())),
        }
    }

    /// The Engine that a context names.
    pub(super) fn context(&self, name: &str, origin: &str) -> Result<Candidate, EngineError> {
        let failed = |problem: &str| unusable(name, origin, problem);
        let id = Digest::sha256(name.as_bytes());
        let id = id.as_str().strip_prefix("sha256:").unwrap_or_default();
        let contexts = self.0.join("contexts");
        let path = contexts.join("meta").join(id).join("meta.json");
        let in_file = |problem: &str| failed(&format!("{}: {problem}", path.display()));

        let members = read(&path)
            .map_err(|problem| in_file(&problem))?
            .ok_or_else(|| failed(&format!("there is no such context; it would be in {}", path.display())))?;
        if member(&members, "Name").and_then(Value::as_str) != Some(name) {
            return Err(in_file("it is the description of another context"));
        }
        let endpoint = member(&members, "Endpoints").and_then(|endpoints| endpoints.get("docker"));
        let endpoint = endpoint.and_then(Value::as_object).ok_or_else(|| in_file("it names no Docker Engine"))?;
        match member(endpoint, "SkipTLSVerify") {
            None | Some(Value::Null | Value::Bool(false)) => {}
            Some(Value::Bool(true)) => {
                return Err(in_file("it has SkipTLSVerify on, and pushgate always verifies the Engine's certificate"));
            }
            Some(_) => return Err(in_file("`SkipTLSVerify` is not a boolean")),
        }
        let host = member(endpoint, "Host").and_then(Value::as_str).filter(|host| !host.is_empty());
        let host = host.ok_or_else(|| in_file("it does not say where the Docker Engine is"))?;

        // As in Docker, it is the certificates that turn TLS on.
        let certificates = contexts.join("tls").join(id).join("docker");
        let has_certificates = ["ca.pem", "cert.pem", "key.pem"].iter().any(|file| certificates.join(file).exists());
        let origin = format!("context {}, {origin}", bounded(name, 64));
        let address = Address::parse(host, has_certificates, || Ok(certificates)).map_err(|problem| EngineError::HostRefused {
            origin: origin.clone(),
            value: presentable(host),
            problem,
        })?;
        Ok(Candidate { address, origin })
    }
}

/// The error for a context of which no use can be made.
pub(super) fn unusable(name: &str, origin: &str, problem: &str) -> EngineError {
    EngineError::Context { name: bounded(name, 64), origin: origin.to_owned(), problem: bounded(problem, 1024) }
}

/// A member of an object. As for Docker, the case of a key does not count.
fn member<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// Reads a JSON object; none if there is no such file. Of what it holds, nothing gets into an error: the configuration has passwords in it.
fn read(path: &Path) -> Result<Option<Map<String, Value>>, String> {
    let Some(file) = own::read(path, MAX_FILE, Links::Followed).map_err(|error| Failure(error).to_string())? else {
        return Ok(None);
    };
    parse_object(&file.bytes, MAX_FILE).map(Some).map_err(|_| "it is not a JSON object with unique keys".to_owned())
}

/// Why a file cannot be read, with the cause and without the path, which the error has already.
struct Failure(own::FileError);

impl std::fmt::Display for Failure {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.0 {
            own::FileError::System { source, .. } => write!(formatter, "it cannot be read: {source}"),
            own::FileError::Unusable { problem, .. } => write!(formatter, "it {problem}"),
            _ => formatter.write_str("it cannot be read"),
        }
    }
}
