//! Where the peers come from: pinned versions through the Go module proxy, and what Debian has.

use std::path::PathBuf;
use std::process::Command;

use crate::Outcome;
use crate::command::{find, output};
use crate::parts::{self, GoProgram};

/// A program, and the version that it is.
pub(super) struct Found {
    pub(super) program: PathBuf,
    pub(super) version: String,
}

pub(super) const CRANE: GoProgram = GoProgram::new("crane", "github.com/google/go-containerregistry/cmd/crane", "v0.22.1");
pub(super) const ORAS: GoProgram = GoProgram::new("oras", "oras.land/oras/cmd/oras", "v1.3.6");
pub(super) const REGCTL: GoProgram = GoProgram::new("regctl", "github.com/regclient/regclient/cmd/regctl", "v0.11.7");

/// A program written in Go, built where it is not there yet.
pub(super) fn go(peer: &GoProgram) -> Outcome<Found> {
    Ok(Found { program: peer.get()?, version: peer.version.to_owned() })
}

/// A program of Debian, installed where it is missing and that is possible.
pub(super) fn debian(program: &str, package: &str) -> Outcome<Found> {
    if find(program).is_none() {
        parts::install(&[package]).map_err(|error| format!("{program} not found (on Debian: apt-get install {package}); {error}"))?;
    }
    let program = find(program).ok_or_else(|| format!("{package} brings no {program}"))?;
    let version = output(Command::new(&program).arg("--version"))?;
    Ok(Found { program, version: version.trim().to_owned() })
}

/// What every push goes to.
pub(super) fn registry() -> Outcome<Found> {
    debian("docker-registry", "docker-registry")
}
