//! Every path that pushgate reads or writes of its own accord, for the reference and the manual. What the command line, the catalog or a variable
//! names by itself is not here. A test watches the program's system calls and compares.

/// Paths that belong together.
#[derive(Debug)]
pub struct KnownPaths {
    /// As they are where no variable says otherwise: `~` is the home folder, `*` part of a name, `**` any path below.
    pub paths: &'static [&'static str],
    /// Whether they are read or written.
    pub access: &'static str,
    /// What lies there.
    pub meaning: &'static str,
    /// The variables that name another place.
    pub variables: &'static [&'static str],
}

const fn known(
    paths: &'static [&'static str],
    access: &'static str,
    meaning: &'static str,
    variables: &'static [&'static str],
) -> KnownPaths {
    KnownPaths { paths, access, meaning, variables }
}

/// All of them. Folders on the way to what is written are made if they are missing.
pub const KNOWN: &[KnownPaths] = &[
    known(
        &["~/.config/pushgate/catalog.toml", "~/.config/pushgate/catalog.toml.new"],
        "read, written",
        "the catalog; a new one until it takes the name of the old",
        &["PUSHGATE_CONFIG", "XDG_CONFIG_HOME"],
    ),
    known(
        &["~/.config/pushgate/catalog.toml.lock"],
        "written",
        "the catalog's lock; empty, and it stays",
        &["PUSHGATE_CONFIG", "XDG_CONFIG_HOME"],
    ),
    known(
        &["~/.local/share/pushgate/components/sha256/*.wasm", "~/.local/share/pushgate/components/sha256/*.wasm.new"],
        "read, written",
        "the components of registered flavors",
        &["PUSHGATE_DATA_DIR", "XDG_DATA_HOME"],
    ),
    known(&["~/.local/share/pushgate/components/lock"], "written", "their lock", &["PUSHGATE_DATA_DIR", "XDG_DATA_HOME"]),
    known(
        &["~/.local/share/pushgate/cache.key", "~/.local/share/pushgate/.tmp*"],
        "read, written",
        "the key that proves that this user's pushgate wrote what is in the cache",
        &["PUSHGATE_DATA_DIR", "XDG_DATA_HOME"],
    ),
    known(
        &["~/.cache/pushgate/compiled/*.cwasm", "~/.cache/pushgate/compiled/*.cwasm.lock", "~/.cache/pushgate/compiled/.new-*"],
        "read, written",
        "compiled components: what is not used for 30 days is removed, and all of it can be",
        &["PUSHGATE_CACHE_DIR", "XDG_CACHE_HOME"],
    ),
    known(
        &["/tmp/*"],
        "written",
        "files without a name, or removed again: images and layers until they are pushed, flavors that ship",
        &["TMPDIR"],
    ),
    known(
        &["~/.docker/config.json"],
        "read, written",
        "Docker's configuration: the current context, credentials and their helpers; `registry login` and `credential store` write it",
        &["DOCKER_CONFIG"],
    ),
    known(&["~/.docker/config.json.pushgate-new"], "written", "a new one until it takes the name of the old", &["DOCKER_CONFIG"]),
    known(
        &["~/.docker/contexts/meta/*/meta.json", "~/.docker/contexts/tls/*/docker/*.pem"],
        "read",
        "the Docker context that is chosen, and its certificates",
        &["DOCKER_CONFIG"],
    ),
    known(
        &["~/.docker/*.pem"],
        "read",
        "`ca.pem`, `cert.pem` and `key.pem` for the Docker Engine over TLS",
        &["DOCKER_CERT_PATH", "DOCKER_CONFIG"],
    ),
    known(
        &["/var/run/docker.sock", "$XDG_RUNTIME_DIR/docker.sock", "$XDG_RUNTIME_DIR/podman/podman.sock", "/run/podman/podman.sock"],
        "connected to",
        "the Docker Engine, and Podman's",
        &["DOCKER_HOST", "DOCKER_CONTEXT"],
    ),
    known(
        &["$XDG_RUNTIME_DIR/containers/auth.json", "/run/containers/*/auth.json", "~/.config/containers/auth.json", "~/.dockercfg"],
        "read",
        "Podman's credentials, and those of old versions of Docker",
        &["REGISTRY_AUTH_FILE", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME"],
    ),
    known(
        &["~/.aws/credentials", "~/.aws/config"],
        "read",
        "keys for `sigv4` credentials",
        &["AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"],
    ),
    known(
        &["/etc/ssl/**", "/etc/pki/**", "/usr/lib/ssl/**", "/usr/share/ca-certificates/**", "/usr/local/share/ca-certificates/**"],
        "read",
        "the system's certificate authorities",
        &["SSL_CERT_FILE", "SSL_CERT_DIR"],
    ),
    known(
        &["/etc/resolv.conf", "/etc/hosts", "/etc/host.conf", "/etc/nsswitch.conf", "/etc/gai.conf", "/var/run/nscd/socket"],
        "read",
        "how the system resolves names",
        &[],
    ),
    known(
        &["/proc/self/exe", "/proc/self/fd/*"],
        "read",
        "this program, which is its own worker, and files without a name that get one",
        &[],
    ),
    known(&["/proc/locks"], "read", "which process holds a lock, for the message", &[]),
    known(
        &[
            "/proc/self/maps",
            "/proc/self/cgroup",
            "/proc/self/mountinfo",
            "/sys/fs/cgroup/**",
            "/sys/devices/system/cpu/**",
            "/proc/sys/vm/overcommit_memory",
            "/dev/null",
        ],
        "read",
        "how many processors there are, and what the language's runtime asks for",
        &[],
    ),
    known(&["/etc/ld.so.*", "/lib/**", "/usr/lib/**"], "read", "shared libraries of the system", &[]),
];

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = include_str!("../../../../docs/reference/environment.md");

    /// The rows of the page's table of paths.
    fn rows() -> String {
        KNOWN
            .iter()
            .map(|known| {
                let quoted = |names: &[&str]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
                let variables = if known.variables.is_empty() { "-".to_owned() } else { quoted(known.variables) };
                format!("| {} | {} | {} | {variables} |\n", quoted(known.paths), known.access, known.meaning)
            })
            .collect()
    }

    #[test]
    fn the_page_lists_every_path() {
        assert!(PAGE.contains(&rows()), "docs/reference/environment.md, \"Files\", has to be:\n{}", rows());
    }
}
