use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::Mutex;

use pushgate_reference::Host;

use super::*;
use crate::{DockerConfig, Found};

const CANARY: &str = "S3CRET-CANARY-helper";

/// A file that is open for writing in any process cannot be run, and a fork by another test would keep it open for a moment.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

struct Helpers {
    folder: tempfile::TempDir,
}

impl Helpers {
    fn new(config: &str, scripts: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("config.json"), config).unwrap();
        for (name, script) in scripts {
            let path = folder.path().join(format!("docker-credential-{name}"));
            fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        Self { folder }
    }

    fn look_up_in(&self, path: &str, host: &str) -> Result<Found, CredentialError> {
        DockerConfig::locate(Some(self.folder.path().as_os_str()), None)
            .search_helpers_in(Some(OsStr::new(path)))
            .credentials(&Host::parse(host).unwrap())
    }

    fn look_up(&self, host: &str) -> Result<Found, CredentialError> {
        self.look_up_in(&format!(":.:{}", self.folder.path().display()), host)
    }
}

fn locked() -> std::sync::MutexGuard<'static, ()> {
    ONE_AT_A_TIME.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[test]
fn the_helper_is_told_the_server_on_stdin() {
    let _lock = locked();
    let script = r#"read -r server; printf '{"ServerURL":"%s","Username":"someone","Secret":"%s %s"}' "$server" "$1" "$server""#;
    let helpers = Helpers::new(r#"{"credHelpers":{"a.example":"one"},"credsStore":"store"}"#, &[("one", script), ("store", script)]);
    for (host, server, program) in [
        ("a.example", "a.example", "one"),
        ("b.example:5000", "b.example:5000", "store"),
        ("docker.io", "https://index.docker.io/v1/", "store"),
    ] {
        let found = helpers.look_up(host).unwrap();
        let Credentials::Basic { username, password } = &found.credentials else { panic!("{found:?}") };
        assert_eq!((username.as_str(), password.expose()), ("someone", format!("get {server}").as_str()));
        let path = helpers.folder.path().join(format!("docker-credential-{program}"));
        assert_eq!(found.origin, format!("credential helper `{}`", path.display()));
    }
}

/// `docker login registry-1.docker.io` keeps the credential under that name.
#[test]
fn docker_hub_has_more_names_than_one() {
    let _lock = locked();
    let script = |known: &str| {
        format!(
            r#"read -r server; [ "$server" = {known} ] && printf '{{"Username":"someone","Secret":"%s"}}' "$server" && exit
echo credentials not found in native keychain; exit 1"#
        )
    };
    for known in ["https://index.docker.io/v1/", "registry-1.docker.io", "registry.hub.docker.com"] {
        let helpers = Helpers::new(r#"{"credsStore":"store"}"#, &[("store", &script(known))]);
        for host in ["docker.io", "registry-1.docker.io"] {
            let found = helpers.look_up(host).unwrap();
            let Credentials::Basic { password, .. } = &found.credentials else { panic!("{known} {host}: {found:?}") };
            assert_eq!(password.expose(), known);
        }
        assert!(helpers.look_up("a.example").unwrap().credentials.is_anonymous());
    }
}

#[test]
fn the_helper_is_told_an_origin_by_its_own_name() {
    let _lock = locked();
    let script = r#"read -r server; printf '{"ServerURL":"%s","Username":"someone","Secret":"%s"}' "$server" "$server""#;
    let config = r#"{"credHelpers":{"https://a.example":"one","a.example":"other"}}"#;
    let helpers = Helpers::new(config, &[("one", script)]);
    let docker = DockerConfig::locate(Some(helpers.folder.path().as_os_str()), None);
    let docker = docker.search_helpers_in(Some(helpers.folder.path().as_os_str()));
    let look_up = |origin: &str| docker.credentials(crate::Server::origin(origin)).unwrap().credentials;
    let Credentials::Basic { password, .. } = look_up("https://a.example") else { panic!("nothing was found") };
    assert_eq!(password.expose(), "https://a.example");
    assert!(look_up("https://a.example:8443").is_anonymous());
    assert!(look_up("http://a.example").is_anonymous());
}

#[test]
fn answers() {
    let _lock = locked();
    let helpers = Helpers::new(
        r#"{"credHelpers":{"token.example":"token","nothing.example":"nothing","garbage.example":"garbage","fails.example":"fails","much.example":"much"}}"#,
        &[
            ("token", &format!(r#"echo '{{"Username":"<token>","Secret":"{CANARY}"}}'"#)),
            ("nothing", "echo credentials not found in native keychain; exit 1"),
            ("garbage", &format!("echo {CANARY}; echo {CANARY} >&2")),
            ("fails", &format!("echo {CANARY}; echo {CANARY} >&2; exit 1")),
            ("much", "exec yes"),
        ],
    );
    let found = helpers.look_up("token.example").unwrap();
    assert!(matches!(&found.credentials, Credentials::IdentityToken(token) if token.expose() == CANARY));
    let found = helpers.look_up("nothing.example").unwrap();
    assert!(found.credentials.is_anonymous() && found.origin.contains("docker-credential-nothing"), "{found:?}");
    for (host, problem) in
        [("garbage.example", "printed no credentials"), ("fails.example", "failed"), ("much.example", "more than 64 KiB")]
    {
        let error = helpers.look_up(host).unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(shown.contains(problem) && !shown.contains(CANARY), "{shown}");
    }
}

#[test]
fn only_absolute_folders_and_plain_names() {
    let _lock = locked();
    let helpers = Helpers::new(
        r#"{"credHelpers":{"a.example":"../../x","b.example":"a b","c.example":"x/y","d.example":"missing","e.example":"plain"}}"#,
        &[],
    );
    for host in ["a.example", "b.example", "c.example"] {
        let error = helpers.look_up(host).unwrap_err();
        assert!(matches!(error, CredentialError::HelperName { .. }), "{error}");
    }
    // There, but not to be run.
    fs::write(helpers.folder.path().join("docker-credential-plain"), "").unwrap();
    for host in ["d.example", "e.example"] {
        let error = helpers.look_up(host).unwrap_err();
        assert!(matches!(error, CredentialError::HelperMissing { .. }), "{error}");
    }
    // No registry but these is concerned.
    assert!(helpers.look_up("f.example").unwrap().credentials.is_anonymous());
    let error = helpers.look_up_in("", "d.example").unwrap_err();
    assert!(matches!(error, CredentialError::HelperMissing { .. }), "{error}");
}

#[test]
fn errors_name_the_file_that_names_the_helper() {
    let _lock = locked();
    let helpers =
        Helpers::new(r#"{"credHelpers":{"a.example":"absent","b.example":"fails"},"credsStore":"desktop.exe"}"#, &[("fails", "exit 1")]);
    let file = format!("`{}`", helpers.folder.path().join("config.json").display());
    for (host, member, words) in [
        ("a.example", "`credHelpers`", "is not in any absolute folder of PATH"),
        ("b.example", "`credHelpers`", "failed"),
        ("c.example", "`credsStore`", "`docker-credential-desktop.exe` for c.example is not in any absolute folder of PATH"),
    ] {
        let error = helpers.look_up(host).unwrap_err();
        let shown = error.to_string();
        assert!(error.is_of_helper() && shown.contains(&file) && shown.contains(member) && shown.contains(words), "{shown}");
    }
}

#[test]
fn the_time_limit_is_what_is_set_or_fits_a_terminal() {
    let limit = |value: Option<&str>, on_terminal| {
        let helpers = super::Helpers { time_limit: value.map(OsString::from), on_terminal, ..super::Helpers::default() };
        helpers.time_limit().map(|limit| limit.as_secs())
    };
    for (value, on_terminal, expected) in
        [(None, false, 10), (None, true, 60), (Some("1"), true, 1), (Some("90"), false, 90), (Some(" 3600 "), false, 3600)]
    {
        assert_eq!(limit(value, on_terminal).unwrap(), expected, "{value:?} {on_terminal}");
    }
    for value in ["0", "-1", "10s", "1.5", "3601", "99999999999999999999", "ten", " "] {
        let error = limit(Some(value), true).unwrap_err();
        assert!(matches!(error, CredentialError::HelperTimeLimit { variable: TIME_LIMIT_VARIABLE, most: 3600 }), "{value}: {error}");
        assert!(error.to_string().contains(TIME_LIMIT_VARIABLE), "{error}");
    }
}

#[test]
fn a_helper_that_hangs_is_killed_with_all_that_it_started() {
    let _lock = locked();
    let helpers =
        Helpers::new("{}", &[("hangs", "echo $$ > \"$0.id\"; sleep 1000 & wait"), ("orphan", "echo $$ > \"$0.id\"; sleep 1000 & exit 0")]);
    for name in ["hangs", "orphan"] {
        let program = helpers.folder.path().join(format!("docker-credential-{name}"));
        // The script must have got as far as its number, however slow the machine is.
        let error = run(&program, "get", b"a.example".to_vec(), Duration::from_secs(2)).unwrap_err();
        assert!(error.contains("did not end within 2 seconds and was killed (PUSHGATE_HELPER_TIMEOUT"), "{error}");
        let id = fs::read_to_string(format!("{}.id", program.display())).unwrap();
        let group = Pid::from_raw(id.trim().parse().unwrap()).unwrap();
        // Killed processes are there until they are reaped; the one that the shell left behind by whoever adopts it.
        let deadline = Instant::now() + Duration::from_secs(30);
        while members(group) > 0 {
            assert!(Instant::now() < deadline, "somebody of the group is alive");
            std::thread::sleep(POLL);
        }
    }
}

/// How many processes of a group are alive, zombies not counted.
fn members(group: Pid) -> usize {
    let stats = fs::read_dir("/proc").unwrap().filter_map(|entry| fs::read_to_string(entry.ok()?.path().join("stat")).ok());
    let in_group = |stat: &String| {
        let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
        fields[0] != "Z" && fields[2] == group.as_raw_nonzero().to_string()
    };
    stats.filter(in_group).count()
}
