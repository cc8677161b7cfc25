//! Every variable that is read, for the manual. `docs/reference/environment.md` says more about them; a test compares both with what is asked for.

/// Variables that belong together.
pub(super) struct Variables {
    pub(super) names: &'static [&'static str],
    pub(super) meaning: &'static str,
}

const fn variables(names: &'static [&'static str], meaning: &'static str) -> Variables {
    Variables { names, meaning }
}

pub(super) const VARIABLES: &[Variables] = &[
    variables(&["PUSHGATE_CONFIG"], "The catalog, as --config."),
    variables(
        &["PUSHGATE_TRUST_CONFIG"],
        "1: a catalog outside of the user's folder may decide how credentials travel, as --trust-config.",
    ),
    variables(&["PUSHGATE_OUTPUT"], "text or json, as --output."),
    variables(&["PUSHGATE_CONFIRM_TIMEOUT"], "The seconds that a registry may take to serve what it accepted; 10 otherwise."),
    variables(&["PUSHGATE_DATA_DIR", "PUSHGATE_CACHE_DIR"], "The folders for components, and for what can be made again."),
    variables(&["XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "HOME"], "Where these are otherwise."),
    variables(&["TMPDIR"], "Where layers are kept until they are pushed."),
    variables(&["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "TERM", "CI"], "Whether there is colour, where --color is auto."),
    variables(&["DOCKER_HOST", "DOCKER_CONTEXT"], "Which Docker Engine is meant."),
    variables(&["DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"], "TLS to the Docker Engine, and its certificates."),
    variables(&["DOCKER_CONFIG"], "The folder of Docker's configuration, with its credentials and its context."),
    variables(&["XDG_RUNTIME_DIR"], "Where sockets of rootless Docker and Podman lie, and Podman's credentials."),
    variables(&["REGISTRY_AUTH_FILE"], "A file with credentials of registries, before Docker's and Podman's."),
    variables(&["DOCKER_AUTH_CONFIG"], "Credentials of registries as JSON, before Docker's configuration."),
    variables(&["GITLAB_CI"], "Where it is set, DOCKER_AUTH_CONFIG counts after Docker's configuration."),
    variables(&["PATH"], "Where credential helpers are looked for."),
    variables(&["PUSHGATE_HELPER_TIMEOUT"], "How many seconds a credential helper may take; 10, or 60 on a terminal, without it."),
    variables(&["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"], "Keys of AWS, for --credential ORIGIN=sigv4."),
    variables(
        &["AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME", "AWS_REGION", "AWS_STS_REGIONAL_ENDPOINTS"],
        "Or a role, its token, and where it is asked for.",
    ),
    variables(&["AWS_PROFILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"], "Or a profile, and the files that it stands in."),
    variables(
        &[
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
        ],
        "Or the service of the container.",
    ),
    variables(&["SSL_CERT_FILE", "SSL_CERT_DIR"], "Other certificate authorities than the system's."),
    variables(
        &["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"],
        "Proxies for registries, and what is reached without one.",
    ),
    variables(&["REQUEST_METHOD"], "Where it is set, in a CGI program, HTTP_PROXY is ignored."),
];

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::collections::BTreeSet;
    use std::ffi::OsString;

    use clap::CommandFactory;
    use pushgate_credentials::CredentialSources;
    use pushgate_net::Proxies;

    use super::*;
    use crate::cli::args::Arguments;
    use crate::cli::context::timeouts;
    use pushgate_engine::EngineEnvironment;
    use pushgate_gate::paths::Paths;

    const PAGE: &str = include_str!("../../../../docs/reference/environment.md");

    /// What libraries read, for which there is no one to be asked: the standard library, anstream.
    const BY_LIBRARIES: [&str; 6] = ["TMPDIR", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "TERM", "CI"];

    /// Every name that is asked for: where nothing is set, where everything is, and by the command line.
    fn asked() -> BTreeSet<String> {
        let names = RefCell::new(BTreeSet::new());
        for value in [None, Some(OsString::from("/a"))] {
            let variable = |name: &str| {
                names.borrow_mut().insert(name.to_owned());
                value.clone()
            };
            Paths::from_environment(variable, None);
            EngineEnvironment::from_environment(variable);
            CredentialSources::from_environment(variable);
            Proxies::from_environment(variable);
            let _ = timeouts(variable);
        }
        let mut names = names.into_inner();
        let mut command = Arguments::command();
        command.build();
        let mut commands = vec![&command];
        while let Some(command) = commands.pop() {
            names.extend(command.get_arguments().filter_map(clap::Arg::get_env).map(|name| name.to_string_lossy().into_owned()));
            commands.extend(command.get_subcommands());
        }
        names
    }

    #[test]
    fn the_manual_names_what_is_asked_for() {
        let named: BTreeSet<String> = VARIABLES.iter().flat_map(|variables| variables.names).map(|name| (*name).to_owned()).collect();
        let mut asked = asked();
        assert!(asked.len() > 25, "{asked:?}");
        asked.extend(BY_LIBRARIES.map(str::to_owned));
        assert_eq!(named, asked);
    }

    /// Help would repeat whatever the environment holds.
    #[test]
    fn help_shows_no_value_of_a_variable() {
        let mut root = Arguments::command();
        root.build();
        let mut commands = vec![&root];
        while let Some(command) = commands.pop() {
            for argument in command.get_arguments().filter(|argument| argument.get_env().is_some()) {
                assert!(argument.is_hide_env_values_set(), "{}: {}", command.get_name(), argument.get_id());
            }
            commands.extend(command.get_subcommands());
        }
    }

    #[test]
    fn the_page_names_the_same() {
        let words: BTreeSet<&str> =
            PAGE.split('`').skip(1).step_by(2).flat_map(|code| code.split(|c: char| c != '_' && !c.is_ascii_alphanumeric())).collect();
        for name in VARIABLES.iter().flat_map(|variables| variables.names) {
            assert!(words.contains(name), "docs/reference/environment.md says nothing of {name}");
        }
        let is_variable = |word: &&str| word.contains('_') && word.bytes().all(|byte| byte == b'_' || byte.is_ascii_uppercase());
        for word in words.iter().filter(|word| is_variable(word)) {
            assert!(VARIABLES.iter().any(|variables| variables.names.contains(word)), "nothing asks for {word}");
        }
    }
}
