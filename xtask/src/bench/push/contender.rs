//! The contenders, and how each is told to push.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Map, Value};
use tempfile::TempDir;

use super::arguments::PushArguments;
use super::case::{Case, ImageName};
use super::docker::Docker;
use super::guard::log_in;
use super::images::{Image, Images, REFERENCE};
use super::line::Line;
use super::peers::{self, CRANE, Found, ORAS, REGCTL};
use super::scratch;
use super::usage::{self, Usage};
use super::verify::Exactness;
use crate::Outcome;
use crate::build::programs;

pub(super) const PUSHGATE: &str = "pushgate";
/// Another pushgate than the one that is measured.
pub(super) const EARLIER: &str = "earlier pushgate";
pub(super) const LIMIT: &str = "limit";
/// Where every push goes, within the registry.
pub(super) const REPOSITORY: &str = "bench/app";

/// What a contender is to push, and where.
pub(super) struct Push<'a> {
    pub(super) name: ImageName,
    pub(super) image: &'a Image,
    /// `ADDRESS:PORT`.
    pub(super) host: &'a str,
    pub(super) tag: &'a str,
    pub(super) loopback: bool,
    /// Over TLS with this authority, in PEM, and with the credentials of `bench`; in clear otherwise.
    pub(super) authority: Option<&'a Path>,
    pub(super) present: Present<'a>,
}

/// What the registry has already; only the limit knows.
pub(super) enum Present<'a> {
    Nothing,
    Base(&'a Image),
    Everything,
}

/// One contender.
pub(super) struct Contender {
    kind: Kind,
    program: PathBuf,
    home: TempDir,
}

enum Kind {
    Pushgate,
    Earlier,
    Crane,
    Oras,
    Regctl,
    Skopeo,
    Docker(Box<Docker>),
    Limit,
}

impl Contender {
    fn new(kind: Kind, program: PathBuf) -> Outcome<Self> {
        Ok(Self { kind, program, home: scratch::folder()? })
    }

    pub(super) const fn name(&self) -> &'static str {
        match self.kind {
            Kind::Pushgate => PUSHGATE,
            Kind::Earlier => EARLIER,
            Kind::Crane => CRANE.name,
            Kind::Oras => ORAS.name,
            Kind::Regctl => REGCTL.name,
            Kind::Skopeo => "skopeo",
            Kind::Docker(_) => "docker",
            Kind::Limit => LIMIT,
        }
    }

    pub(super) const fn exactness(&self) -> Exactness {
        if matches!(self.kind, Kind::Docker(_)) { Exactness::Config } else { Exactness::Manifest }
    }

    /// Whether the process that is started does the work, wherever that process is.
    pub(super) const fn works_anywhere(&self) -> bool {
        !matches!(self.kind, Kind::Docker(_))
    }

    /// Whether it can take part in a case: the limit neither speaks TLS nor asks for tokens.
    pub(super) const fn can(&self, case: Case) -> bool {
        !case.is_guarded() || !matches!(self.kind, Kind::Limit)
    }

    /// What comes before a push and is not part of it.
    pub(super) fn prepare(&self, push: &Push<'_>) -> Outcome {
        if push.authority.is_some() {
            log_in(self.home.path(), push.host)?;
        }
        match &self.kind {
            Kind::Docker(docker) => docker.tag(push.name, &destination(push)),
            _ => Ok(()),
        }
    }

    /// Pushes, and says what it took.
    pub(super) fn push(&self, push: &Push<'_>) -> Outcome<Usage> {
        let measured = match &self.kind {
            Kind::Docker(docker) => docker.measure(&self.command(push)),
            _ => usage::measure(&self.command(push)),
        };
        measured.map_err(|error| format!("{}: {error}", self.name()))
    }

    fn command(&self, push: &Push<'_>) -> Command {
        let mut command = Command::new(&self.program);
        // Neither credentials nor settings of whoever runs this.
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("HOME", self.home.path());
        let (layout, destination) = (push.image.folder.display(), destination(push));
        if let Some(authority) = push.authority {
            // Where programs written in Go look for authorities.
            command.env("SSL_CERT_FILE", authority);
        }
        let in_clear = push.authority.is_none();
        match &self.kind {
            Kind::Pushgate | Kind::Earlier => {
                command.args(["push", &destination, "--uri", push.host, "--from", &format!("oci:{layout}:{REFERENCE}")]);
                match push.authority {
                    Some(authority) => command.arg("--tls").arg("--ca-file").arg(authority),
                    None => command.args((!push.loopback).then_some("--plain-http")),
                };
            }
            Kind::Crane => {
                command.arg("push").args(in_clear.then_some("--insecure")).args([&layout.to_string(), &destination]);
            }
            Kind::Oras => {
                command.arg("cp").args(in_clear.then_some("--to-plain-http"));
                command.args(["--from-oci-layout", &format!("{layout}:{REFERENCE}"), &destination]);
            }
            Kind::Regctl => {
                let tls = if in_clear { ",tls=disabled" } else { "" };
                command.args(["--host", &format!("reg={}{tls}", push.host), "image", "copy"]);
                command.args([&format!("ocidir://{layout}:{REFERENCE}"), &destination]);
            }
            Kind::Skopeo => {
                command.args(["--insecure-policy", "copy"]).args(in_clear.then_some("--dest-tls-verify=false"));
                command.args([&format!("oci:{layout}:{REFERENCE}"), &format!("docker://{destination}")]);
            }
            Kind::Docker(docker) => {
                command.args(["--host", &docker.address(), "push", &destination]);
            }
            Kind::Limit => {
                command.args(["bench-part", "limit", push.host, REPOSITORY, push.tag, &layout.to_string()]);
                match push.present {
                    Present::Nothing => {}
                    Present::Base(base) => {
                        command.arg("--present").arg(&base.folder);
                    }
                    Present::Everything => {
                        command.arg("--ask-only");
                    }
                }
            }
        }
        command
    }
}

fn destination(push: &Push<'_>) -> String {
    format!("{}/{REPOSITORY}:{}", push.host, push.tag)
}

/// Everyone who takes part, and who cannot.
pub(super) struct Contenders {
    pub(super) list: Vec<Contender>,
    versions: Map<String, Value>,
    skipped: Map<String, Value>,
    docker: Option<PathBuf>,
}

impl Contenders {
    /// Builds pushgate and the limit, and gets the peers that are wanted and can be had.
    pub(super) fn find(arguments: &PushArguments) -> Outcome<Self> {
        let mut found = Self { list: Vec::new(), versions: Map::new(), skipped: Map::new(), docker: None };
        let pushgate = match &arguments.pushgate {
            Some(program) => absolute(program)?,
            None => programs(&["pushgate"], true)?.join("pushgate"),
        };
        found.add(PUSHGATE, Kind::Pushgate, version_of(pushgate))?;
        if let Some(program) = &arguments.earlier {
            found.add(EARLIER, Kind::Earlier, version_of(absolute(program)?))?;
        }
        for (peer, kind) in [(CRANE, Kind::Crane), (ORAS, Kind::Oras), (REGCTL, Kind::Regctl)] {
            if arguments.wants(peer.name) {
                found.add(peer.name, kind, peers::go(&peer))?;
            }
        }
        if arguments.wants("skopeo") {
            found.add("skopeo", Kind::Skopeo, peers::debian("skopeo", "skopeo"))?;
        }
        if arguments.wants("docker") {
            match peers::debian("dockerd", "docker.io").and_then(|_| peers::debian("docker", "docker.io")) {
                Ok(docker) => {
                    found.versions.insert("docker".to_owned(), docker.version.into());
                    found.docker = Some(docker.program);
                }
                Err(reason) => found.skip("docker", reason),
            }
        }
        let this = std::env::current_exe().map_err(|error| format!("cannot find this program: {error}"))?;
        found.add(LIMIT, Kind::Limit, Ok(Found { program: this, version: "a bare HTTP client that knows every digest".to_owned() }))?;
        Ok(found)
    }

    fn add(&mut self, name: &str, kind: Kind, found: Outcome<Found>) -> Outcome {
        match found {
            Ok(found) => {
                self.versions.insert(name.to_owned(), found.version.into());
                self.list.push(Contender::new(kind, found.program)?);
            }
            Err(reason) => self.skip(name, reason),
        }
        Ok(())
    }

    fn skip(&mut self, name: &str, reason: String) {
        eprintln!("xtask: {name} is skipped: {reason}");
        self.skipped.insert(name.to_owned(), reason.into());
    }

    /// A Docker Engine at the contenders' end of a line, with the images loaded that the cases need.
    pub(super) fn start_docker(&mut self, line: &Line, images: &Images, cases: &[Case]) -> Option<Contender> {
        let program = self.docker.clone()?;
        let started = line.at_client(|| Docker::start(&program, images, cases));
        match started.and_then(|docker| Contender::new(Kind::Docker(Box::new(docker)), program)) {
            Ok(contender) => Some(contender),
            Err(reason) => {
                self.skip(&format!("docker ({})", line.name()), reason);
                None
            }
        }
    }

    pub(super) fn versions(&self) -> &Map<String, Value> {
        &self.versions
    }

    pub(super) fn skipped(&self) -> &Map<String, Value> {
        &self.skipped
    }
}

fn absolute(program: &Path) -> Outcome<PathBuf> {
    std::path::absolute(program).map_err(|error| format!("{}: {error}", program.display()))
}

fn version_of(program: PathBuf) -> Outcome<Found> {
    let version = crate::command::output(Command::new(Path::new(&program)).arg("--version"))?;
    Ok(Found { program, version: version.trim().to_owned() })
}
