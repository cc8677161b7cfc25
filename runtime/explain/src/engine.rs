//! The Docker Engine.

use pushgate_engine::{Attempt, EngineError, EngineFault, RegistryFault};

use super::Explain;
use crate::Kind;

impl Explain for EngineError {
    fn kind(&self) -> Kind {
        if self.blames_registry() { Kind::RegistryFailed } else { Kind::SourceFailed }
    }

    fn hint(&self) -> Option<String> {
        let text = match self {
            Self::HostRefused { .. } => {
                "use unix:///path/to/docker.sock, or tcp:// with DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH; for a remote Engine, \
                 forward its socket: ssh -L /tmp/docker.sock:/var/run/docker.sock HOST"
            }
            Self::Config { .. } => "correct it, or set DOCKER_HOST, which is looked at before it",
            Self::Context { .. } => {
                "`docker context ls` lists what is there; DOCKER_HOST is looked at before any context, and DOCKER_CONTEXT=default stands for none"
            }
            Self::Tls { .. } => "DOCKER_CERT_PATH names a folder with ca.pem, and with cert.pem and key.pem where the Engine asks for them",
            Self::NoDaemon { tried } if tried.iter().any(Attempt::is_forbidden) => {
                "this user may not open the Engine's socket: join the group that owns it (usually docker), or set DOCKER_HOST"
            }
            Self::NoDaemon { .. } => "start Docker, set DOCKER_HOST, or push an OCI layout without Docker: --from oci:DIR",
            Self::Version { .. } => "update Docker or pushgate, or push an OCI layout without Docker: --from oci:DIR",
            Self::InvalidName { .. } => return None,
            Self::NoSuchImage { name } if name.contains('@') => {
                "the Engine knows few images by their digest: --from docker-daemon:IMAGE takes the image by another name"
            }
            Self::NoSuchImage { name } => {
                return Some(format!(
                    "`docker images` lists what is there; `docker tag IMAGE {name}` gives an image this name, and --from docker-daemon:IMAGE \
                     takes it from another one"
                ));
            }
            Self::Index { name } => {
                return Some(format!(
                    "every platform must be checked, so save the image as an OCI layout and push that: `docker save {name} | tar -x -C DIR`, \
                     then --from oci:DIR"
                ));
            }
            Self::TooManyLayers { .. } => "build the image with fewer layers",
            Self::TagMoved { .. } => "something tagged another image while this one was being checked: run the push again",
            Self::Request { .. } => return None,
            Self::Push { registry: Some(fault), .. } => return of_registry(*fault).map(str::to_owned),
            Self::Push { registry: None, .. } => return self.engine_fault().map(|fault| of_engine(fault).to_owned()),
            Self::PushLost { .. } | Self::NoDigest { .. } => {
                "the registry may hold the image or not: look at the tag there, and at the Engine's own log, before pushing again"
            }
        };
        Some(text.to_owned())
    }
}

/// What helps where the Docker Engine failed by itself.
const fn of_engine(fault: EngineFault) -> &'static str {
    match fault {
        EngineFault::DiskFull => "the Engine's disk is full: `docker system df` shows what fills it",
        EngineFault::Incomplete => "the Engine has the image only in part: pull or build it again",
        EngineFault::ImageGone => "the image or its tag went away during the push: `docker images` lists what is there",
    }
}

/// What helps where the registry failed it.
const fn of_registry(fault: RegistryFault) -> Option<&'static str> {
    match fault {
        RegistryFault::Unauthorized => Some(
            "log in with `pushgate registry login NAME`, or with `docker login HOST`, as a user who may push there; some registries want \
             the repository created first",
        ),
        RegistryFault::Unreachable => {
            Some("the Docker Engine itself connects to the registry: check its address and the Engine's network and proxy settings")
        }
        RegistryFault::Tls => Some(
            "the Docker Engine itself connects to the registry: it takes a CA from /etc/docker/certs.d/HOST/ca.crt, and plain HTTP from \
             `insecure-registries` in its daemon.json; Podman takes plain HTTP, on loopback too, from `insecure = true` in registries.conf",
        ),
        RegistryFault::TooManyRequests => Some("wait, and push again"),
        RegistryFault::Other => None,
    }
}
