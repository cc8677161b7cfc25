//! The real parts that tests need besides Rust. What Debian has is installed, where this runs as root.

mod docker_registry;
mod dockerd;
mod go;

use std::process::Command;

use crate::Outcome;
use crate::command::{find, run};

pub(crate) use docker_registry::{DockerRegistry, Request};
pub(crate) use dockerd::Dockerd;
pub(crate) use go::GoProgram;

/// Whether the Docker Engine that a person would use answers.
pub(crate) fn dockerd_answers() -> bool {
    let host = std::env::var("DOCKER_HOST").unwrap_or_else(|_| "unix:///var/run/docker.sock".to_owned());
    host.strip_prefix("unix://").is_some_and(|socket| dockerd::answers(std::path::Path::new(socket)))
}

/// Something that some tests need.
pub(crate) struct Part {
    /// Its name for people.
    pub(crate) name: &'static str,
    /// The modules of tests that need it: a test's path contains one of these words.
    pub(crate) modules: &'static [&'static str],
    programs: &'static [&'static str],
    packages: &'static [&'static str],
}

/// The name of the Docker Engine among the parts.
pub(crate) const DOCKER_ENGINE: Part =
    Part { name: "a Docker Engine", modules: &["real_docker"], programs: &["dockerd"], packages: &["docker.io"] };

/// Every part.
pub(crate) const PARTS: [Part; 3] = [
    DOCKER_ENGINE,
    // The Docker Engine's tests push to it.
    Part {
        name: "docker-registry",
        modules: &["real_registry", "real_docker"],
        programs: &["docker-registry"],
        packages: &["docker-registry"],
    },
    Part {
        name: "clang 19 for WebAssembly",
        modules: &["guest_in_c"],
        programs: &["clang-19", "wasm-ld-19"],
        packages: &["clang-19", "lld-19", "wasi-libc"],
    },
];

impl Part {
    fn is_here(&self) -> bool {
        self.programs.iter().all(|program| find(program).is_some())
    }

    fn missing(&self) -> String {
        let programs: Vec<&str> = self.programs.iter().copied().filter(|program| find(program).is_none()).collect();
        format!("{} not found (on Debian: apt-get install {})", programs.join(", "), self.packages.join(" "))
    }
}

/// Installs what is missing, where that is possible, and says of each part that still is not here why.
pub(crate) fn ensure() -> Vec<(&'static Part, String)> {
    let wanted: Vec<&str> = PARTS.iter().filter(|part| !part.is_here()).flat_map(|part| part.packages.iter().copied()).collect();
    let failed = if wanted.is_empty() { None } else { install(&wanted).err() };
    let reason = |part: &Part| match &failed {
        Some(error) => format!("{}; {error}", part.missing()),
        None => part.missing(),
    };
    PARTS.iter().filter(|part| !part.is_here()).map(|part| (part, reason(part))).collect()
}

/// Installs packages of Debian, where this runs as root.
pub(crate) fn install(packages: &[&str]) -> Outcome {
    if !rustix::process::geteuid().is_root() || find("apt-get").is_none() {
        return Err("packages are installed on Debian as root only".to_owned());
    }
    eprintln!("xtask: installing {}", packages.join(" "));
    let apt = || {
        let mut command = Command::new("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive").stdout(std::io::stderr());
        command
    };
    run(apt().args(["update", "-qq"]))?;
    // The services that come with the packages must not start: the tests start their own.
    let policy = PolicyAgainstServices::write()?;
    let installed = run(apt().args(["install", "-y", "-qq", "--no-install-recommends"]).args(packages));
    drop(policy);
    installed
}

/// Debian's way to say that installing a package starts no service, while this lives.
struct PolicyAgainstServices(Option<&'static str>);

impl PolicyAgainstServices {
    fn write() -> Outcome<Self> {
        use std::os::unix::fs::PermissionsExt;
        const PATH: &str = "/usr/sbin/policy-rc.d";
        if std::path::Path::new(PATH).exists() {
            return Ok(Self(None));
        }
        let written = std::fs::write(PATH, "#!/bin/sh\nexit 101\n")
            .and_then(|()| std::fs::set_permissions(PATH, std::fs::Permissions::from_mode(0o755)));
        written.map_err(|error| format!("cannot write {PATH}: {error}"))?;
        Ok(Self(Some(PATH)))
    }
}

impl Drop for PolicyAgainstServices {
    fn drop(&mut self) {
        if let Some(path) = self.0 {
            let _ = std::fs::remove_file(path);
        }
    }
}
