//! The real parts that tests need besides Rust. What Debian has is installed, where this runs as root; what is written in Go is built, and what is
//! written in Python comes from PyPI.

mod docker_registry;
mod dockerd;
mod go;
mod python;

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Outcome;
use crate::command::{find, run};
use crate::projects::{self, Example, Language};

pub(crate) use docker_registry::{DockerRegistry, Guards, Request};
pub(crate) use dockerd::Dockerd;
pub(crate) use go::{GoProgram, go_compiler};
use python::PythonEnvironment;

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
    kind: Kind,
}

/// Where a part comes from.
enum Kind {
    /// Programs, and the packages of Debian that bring them.
    Debian { programs: &'static [&'static str], packages: &'static [&'static str] },
    /// Flavors' projects in a language, which its own tools build. [`PROJECTS`] tells the tests where they are.
    Projects(Language),
    /// A flavor in a language without an SDK, which its own tools build. It lies beside the projects.
    Example(Example),
    /// A program in Go, and the variable that tells the tests where it is.
    Go { program: GoProgram, variable: &'static str },
    /// A program in Python, and the variable that tells the tests where it is.
    Python { environment: PythonEnvironment, variable: &'static str },
}

/// The name of the Docker Engine among the parts.
pub(crate) const DOCKER_ENGINE: Part = Part {
    name: "a Docker Engine",
    modules: &["real_docker", "real_zenml::docker_engine", "from_nothing"],
    kind: Kind::Debian { programs: &["dockerd", "docker"], packages: &["docker.io"] },
};

/// The variable that tells the tests where the projects of all languages are.
const PROJECTS: &str = "PUSHGATE_TEST_PROJECTS";

/// ZenML with a local store: the newest there is, since it is what people have that counts.
const ZENML: PythonEnvironment = PythonEnvironment::new("zenml", "zenml[local]", "python");

/// Zig with its C library for WASI. What it translates C into changes from one version to the next.
const ZIG: PythonEnvironment = PythonEnvironment::new("zig", "ziglang==0.15.2", "python-zig");

/// The command of Zig.
pub(crate) fn zig() -> Outcome<PathBuf> {
    ZIG.get()
}

/// The Python that has ZenML; its command lies beside.
pub(crate) fn zenml() -> Outcome<PathBuf> {
    ZENML.get()
}

/// Every part.
pub(crate) const PARTS: [Part; 22] = [
    DOCKER_ENGINE,
    // What most other parts push to or read from.
    Part {
        name: "docker-registry",
        modules: &[
            "real_registry",
            "real_docker",
            "real_skopeo",
            "real_podman",
            "real_zenml::docker_engine",
            "real_zenml::podman_engine",
            "from_nothing",
        ],
        kind: Kind::Debian { programs: &["docker-registry"], packages: &["docker-registry"] },
    },
    Part { name: "skopeo", modules: &["real_skopeo"], kind: Kind::Debian { programs: &["skopeo"], packages: &["skopeo"] } },
    Part {
        name: "podman",
        modules: &["real_podman", "real_zenml::podman_engine"],
        kind: Kind::Debian { programs: &["podman"], packages: &["podman"] },
    },
    Part {
        name: "distribution v3",
        modules: &["real_distribution"],
        kind: Kind::Go {
            program: GoProgram::new("registry", "github.com/distribution/distribution/v3/cmd/registry", "v3.1.2"),
            variable: "PUSHGATE_TEST_DISTRIBUTION",
        },
    },
    Part {
        name: "the conformance suite of the OCI distribution-spec",
        modules: &["oci_conformance"],
        kind: Kind::Go {
            program: GoProgram::new(
                "conformance",
                "github.com/opencontainers/distribution-spec/conformance",
                "v0.0.0-20260831232431-97274622c111",
            ),
            variable: "PUSHGATE_TEST_CONFORMANCE",
        },
    },
    Part {
        name: "moto's Amazon ECR",
        modules: &["real_ecr"],
        kind: Kind::Python {
            environment: PythonEnvironment::new("moto", "moto[ecr,server]==5.2.5", "moto_server"),
            variable: "PUSHGATE_TEST_MOTO",
        },
    },
    Part { name: "ZenML", modules: &["real_zenml"], kind: Kind::Python { environment: ZENML, variable: "PUSHGATE_TEST_ZENML" } },
    Part {
        name: "clang 19 for WebAssembly",
        modules: &["in_c", "in_cpp"],
        kind: Kind::Debian {
            programs: &[
                "clang-19",
                "wasm-ld-19",
                "/usr/include/wasm32-wasi/stdlib.h",
                "/usr/lib/llvm-19/lib/clang/19/lib/wasi/libclang_rt.builtins-wasm32.a",
            ],
            packages: &["clang-19", "lld-19", "wasi-libc", "libclang-rt-19-dev-wasm32"],
        },
    },
    Part {
        name: "strace and unshare",
        modules: &["failing_disk", "opened_paths"],
        kind: Kind::Debian { programs: &["strace", "unshare"], packages: &["strace", "util-linux"] },
    },
    Part {
        name: "Python 3",
        modules: &["in_python"],
        kind: Kind::Debian { programs: &["python3"], packages: &["python3", "python3-venv"] },
    },
    Part {
        name: "mypy",
        modules: &["mypy"],
        kind: Kind::Python { environment: PythonEnvironment::new("mypy", "mypy==2.4.1", "mypy"), variable: "PUSHGATE_TEST_MYPY" },
    },
    Part {
        name: "Node.js",
        modules: &["in_javascript", "in_typescript"],
        kind: Kind::Debian { programs: &["node", "npm"], packages: &["nodejs", "npm"] },
    },
    Part { name: "make", modules: &["in_c", "in_go", "in_cpp", "in_zig"], kind: Kind::Debian { programs: &["make"], packages: &["make"] } },
    Part { name: "projects in C", modules: &["in_c"], kind: Kind::Projects(Language::C) },
    Part { name: "projects in Rust", modules: &["in_rust"], kind: Kind::Projects(Language::Rust) },
    Part { name: "projects in JavaScript", modules: &["in_javascript"], kind: Kind::Projects(Language::JavaScript) },
    Part { name: "projects in TypeScript", modules: &["in_typescript"], kind: Kind::Projects(Language::TypeScript) },
    Part { name: "projects in Go", modules: &["in_go"], kind: Kind::Projects(Language::Go) },
    Part { name: "projects in Python", modules: &["in_python"], kind: Kind::Projects(Language::Python) },
    Part { name: "the example in C++", modules: &["in_cpp"], kind: Kind::Example(Example::Cpp) },
    Part { name: "the example in Zig", modules: &["in_zig"], kind: Kind::Example(Example::Zig) },
];

impl Part {
    fn missing_packages(&self) -> &'static [&'static str] {
        match &self.kind {
            Kind::Debian { programs, packages } if programs.iter().any(|program| find(program).is_none()) => packages,
            _ => &[],
        }
    }
}

/// What could be had.
#[derive(Default)]
pub(crate) struct Ensured {
    /// What could not be had, and why.
    pub(crate) missing: Vec<(&'static Part, String)>,
    /// The variables that tell the tests where programs are.
    pub(crate) variables: Vec<(&'static str, PathBuf)>,
}

/// Installs or builds what is missing, where that is possible. Projects are made by this `pushgate`.
pub(crate) fn ensure(pushgate: &Path) -> Ensured {
    let wanted: Vec<&str> = PARTS.iter().flat_map(|part| part.missing_packages()).copied().collect();
    let failed = if wanted.is_empty() { None } else { install(&wanted).err() };
    let mut ensured = Ensured::default();
    for part in &PARTS {
        match &part.kind {
            Kind::Debian { programs, packages } => {
                let missing: Vec<&str> = programs.iter().copied().filter(|program| find(program).is_none()).collect();
                if !missing.is_empty() {
                    let remedy = format!("{} not found (on Debian: apt-get install {})", missing.join(", "), packages.join(" "));
                    let why = failed.as_ref().map_or_else(|| remedy.clone(), |error| format!("{remedy}; {error}"));
                    ensured.missing.push((part, why));
                }
            }
            Kind::Projects(language) => match language.build(pushgate).and_then(|()| projects::folder()) {
                Ok(folder) => ensured.variables.push((PROJECTS, folder)),
                Err(why) => ensured.missing.push((part, why)),
            },
            Kind::Example(example) => match example.build(pushgate).and_then(|()| projects::folder()) {
                Ok(folder) => ensured.variables.push((PROJECTS, folder)),
                Err(why) => ensured.missing.push((part, why)),
            },
            Kind::Go { program, variable } => match program.get() {
                Ok(path) => ensured.variables.push((variable, path)),
                Err(why) => ensured.missing.push((part, why)),
            },
            Kind::Python { environment, variable } => match environment.get() {
                Ok(path) => ensured.variables.push((variable, path)),
                Err(why) => ensured.missing.push((part, why)),
            },
        }
    }
    ensured
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
