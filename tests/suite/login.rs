//! `pushgate registry login` and `logout`: checked before it is kept, kept for this user alone, and never repeated.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pushgate_test_images::{Image, Layout};
use pushgate_test_registry::{Options, Registry, Rule, Step, Switch};
use serde_json::{Value, json};

use crate::support::{Home, Ran, User, assert_whole};

const CANARY: &str = "S3CRET-CANARY-login";

/// A home with a registry called `prod`.
struct Stage {
    home: Home,
    registry: Registry,
}

impl Stage {
    fn new(options: Options) -> Self {
        let (home, registry) = (Home::new(), Registry::start_blocking(options).expect("a registry"));
        home.must(&format!("registry register prod --uri {}/team", registry.host()));
        Self { home, registry }
    }

    fn login(&self, password: &str, more: &str) -> Ran {
        let line = format!("registry login prod --username person --password-stdin {more}");
        let ran = with_stdin(&self.home, &line, password.as_bytes());
        assert!(!format!("{}{}", ran.stdout, ran.stderr).contains(CANARY), "{ran:?}");
        assert!(!format!("{}{}", ran.stdout, ran.stderr).contains(&auth(CANARY)), "{ran:?}");
        ran
    }

    fn config_file(&self) -> std::path::PathBuf {
        self.home.join(".docker/config.json")
    }

    fn config(&self) -> Value {
        serde_json::from_slice(&fs::read(self.config_file()).expect("a config")).expect("JSON")
    }

    fn push(&self) -> Ran {
        Layout::create(&self.home.join("image"))
            .and_then(|mut layout| layout.add(&Image::new().raw_layer(vec![7; 2000]), None))
            .expect("a layout");
        self.home.run(&format!("push {}/team/app:v1 --from oci:image", self.registry.host()))
    }
}

fn auth(password: &str) -> String {
    STANDARD.encode(format!("person:{password}"))
}

fn with_stdin(home: &Home, line: &str, input: &[u8]) -> Ran {
    let path = format!("{}:/usr/bin:/bin", home.path().display());
    let mut child = home
        .command(line.split_whitespace())
        .env("PATH", path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command runs");
    child.stdin.take().expect("a pipe").write_all(input).expect("it reads");
    Ran::from(child.wait_with_output().expect("it ends"))
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("a file").permissions().mode() & 0o777
}

#[test]
fn a_password_is_checked_kept_used_and_forgotten() {
    for options in [Options::default().basic("person", CANARY), Options::default().token("person", CANARY)] {
        let stage = Stage::new(options);
        assert_eq!(stage.push().code, 7, "nobody is logged in");
        let ran = stage.login(&format!("{CANARY}\n"), "");
        assert_whole!(stage.home, ran);
        assert_eq!(ran.code, 0);
        assert_eq!(stage.config(), json!({ "auths": { stage.registry.host(): { "auth": auth(CANARY) } } }));
        assert_eq!((mode(&stage.config_file()), mode(&stage.home.join(".docker"))), (0o600, 0o700));
        assert_eq!(stage.push().code, 0);
        assert!(stage.home.must("registry describe prod").stdout.contains(".docker/config.json`"));

        assert_whole!(stage.home, stage.home.must("registry logout prod"));
        assert_eq!(stage.config(), json!({ "auths": {} }));
        let again = stage.home.must("registry logout prod --output json").json();
        assert_eq!(again["registry"]["change"], "unchanged");
        assert_eq!(fs::read_dir(stage.home.join(".docker")).expect("the folder").count(), 1, "nothing is left beside it");
    }
}

#[test]
fn a_wrong_password_is_the_operators_and_is_not_kept() {
    for options in [Options::default().basic("person", "another"), Options::default().token("person", "another")] {
        let stage = Stage::new(options);
        let ran = stage.login(CANARY, "");
        assert_eq!(ran.code, 7, "{ran:?}");
        assert_whole!(stage.home, ran);
        assert!(!stage.home.join(".docker").exists());
        let ran = stage.login(CANARY, "--output json -vvv");
        assert_eq!(ran.json()["error"]["kind"], "registry_failed");
        assert!(!stage.home.join(".docker").exists());
    }
}

#[test]
fn what_cannot_be_checked_is_not_kept() {
    for options in [
        // It lets everybody in.
        Options::default(),
        Options::default().basic("person", CANARY).misbehave(Rule::on(Step::Ping, Switch::Status(404))),
        Options::default().basic("person", CANARY).misbehave(Rule::on(Step::Ping, Switch::Status(503))),
        Options::default().basic("person", CANARY).misbehave(Rule::on(Step::Ping, Switch::Unauthorized)),
        Options::default().basic("person", CANARY).misbehave(Rule::on(Step::Ping, Switch::Challenge("Negotiate".to_owned()))),
        Options::default().basic("person", CANARY).misbehave(Rule::on(Step::Ping, Switch::HtmlEcho { status: 403, size: 10_000 }).after(1)),
        Options::default().token("person", CANARY).misbehave(Rule::on(Step::Ping, Switch::Realm("https://evil.example/token".to_owned()))),
        Options::default().token("person", CANARY).misbehave(Rule::on(Step::Token, Switch::HtmlEcho { status: 500, size: 10_000 })),
    ] {
        let stage = Stage::new(options);
        let ran = stage.login(CANARY, "-vvv");
        assert_eq!(ran.code, 7, "{ran:?}");
        assert!(!stage.home.join(".docker").exists());
    }
    let stage = Stage::new(Options::default());
    assert_whole!(stage.home, stage.login(CANARY, ""));
    assert!(stage.registry.requests().iter().all(|request| request.header("authorization").is_none()));
}

#[test]
fn everything_else_in_the_file_stays_as_it_is() {
    let stage = Stage::new(Options::default().basic("person", CANARY));
    let host = stage.registry.host();
    let before = "{ \"HttpHeaders\":{\"z\":\"1\", \"a\":\"2\"},\n\n  \"auths\" : {\"b.example\":{\"auth\":\"Yjpi\"},\t\"a.example\":{}},\n \"currentContext\":\"default\" }\n";
    let path = stage.home.write(".docker/config.json", before);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("a mode");
    assert_eq!(stage.login(CANARY, "").code, 0);
    let entry = format!(",\n\t\t\"{host}\": {{\"auth\":\"{}\"}}", auth(CANARY));
    let expected = before.replace("\"a.example\":{}", &format!("\"a.example\":{{}}{entry}"));
    assert_eq!(fs::read_to_string(&path).expect("a file"), expected);
    assert_eq!(mode(&path), 0o600);
    // The same again changes nothing, but that others can read it.
    for found in [0o644, 0o604, 0o666, 0o755, 0o600] {
        fs::set_permissions(&path, fs::Permissions::from_mode(found)).expect("a mode");
        assert_eq!(stage.login(CANARY, "").code, 0);
        assert_eq!(fs::read_to_string(&path).expect("a file"), expected);
        assert_eq!(mode(&path), found & 0o700, "{found:o}");
    }
    stage.home.must("registry logout prod");
    assert_eq!(fs::read_to_string(&path).expect("a file"), before);
}

#[test]
fn a_link_is_written_where_it_leads_to() {
    let stage = Stage::new(Options::default().basic("person", CANARY));
    let target = stage.home.write("dotfiles/docker.json", "{\"x\":1}");
    fs::create_dir(stage.home.join(".docker")).expect("a folder");
    std::os::unix::fs::symlink(&target, stage.config_file()).expect("a link");
    assert_eq!(stage.login(CANARY, "").code, 0);
    assert!(fs::symlink_metadata(stage.config_file()).expect("a link").is_symlink());
    assert_eq!(mode(&target), 0o600);
    assert_eq!(stage.config()["x"], 1);
    assert_eq!(stage.push().code, 0);
}

#[test]
fn a_damaged_file_is_left_alone() {
    for content in
        [format!("{{\"auths\":{{\"a.example\":{{\"auth\":\"{CANARY}\"}}}}"), format!("{{\"auths\":\"{CANARY}\"}}"), String::new()]
    {
        let stage = Stage::new(Options::default().basic("person", CANARY));
        let path = stage.home.write(".docker/config.json", &content);
        let ran = stage.login(CANARY, "");
        assert_eq!(ran.code, 7, "{ran:?}");
        assert_eq!(fs::read_to_string(&path).expect("a file"), content);
    }
}

/// A helper that writes down what it is told, and keeps one credential in a file.
const HELPER: &str = r#"#!/bin/sh
cd "$(dirname "$0")"
input=$(cat)
printf '%s %s\n' "$1" "$input" >> told
case "$1" in
    store) printf '%s' "$input" > kept ;;
    get) if [ -f kept ]; then cat kept; else echo credentials not found in native keychain; exit 1; fi ;;
    erase) rm kept ;;
esac
env > environment
"#;

#[test]
fn the_helper_of_the_registry_keeps_it() {
    let stage = Stage::new(Options::default().basic("person", CANARY));
    let host = stage.registry.host();
    let helper = stage.home.write("docker-credential-test", HELPER);
    fs::set_permissions(&helper, fs::Permissions::from_mode(0o755)).expect("a mode");
    let config = json!({ "credHelpers": { host.clone(): "test" } }).to_string();
    stage.home.write(".docker/config.json", &config);
    let told = || fs::read_to_string(stage.home.join("told")).unwrap_or_default();

    let ran = stage.login(CANARY, "--output json");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(ran.json()["registry"]["credentials"], format!("credential helper `{}`", helper.display()));
    let stored = json!({ "ServerURL": host, "Username": "person", "Secret": CANARY });
    assert_eq!(told().lines().next(), Some(format!("store {stored}").as_str()));
    assert_eq!(fs::read_to_string(stage.config_file()).expect("a file"), config, "nothing is in the file");
    assert!(!fs::read_to_string(stage.home.join("environment")).expect("a file").contains(CANARY));

    let ran = with_stdin(&stage.home, "registry logout prod", b"");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(told().contains(&format!("\nerase {host}\n")), "{}", told());
    assert!(!stage.home.join("kept").exists());
    let ran = with_stdin(&stage.home, "registry logout prod --output json", b"");
    assert_eq!((ran.code, &ran.json()["registry"]["change"]), (0, &json!("unchanged")));
}

#[test]
fn a_helper_that_fails_is_told_without_its_words() {
    let stage = Stage::new(Options::default().basic("person", CANARY));
    let helper = stage.home.write("docker-credential-test", "#!/bin/sh\ncat; cat >&2; exit 1\n");
    fs::set_permissions(&helper, fs::Permissions::from_mode(0o755)).expect("a mode");
    stage.home.write(".docker/config.json", r#"{"credsStore":"test"}"#);
    let ran = stage.login(CANARY, "-vvv");
    assert_eq!(ran.code, 7, "{ran:?}");
    assert!(ran.stderr.contains("failed to store"), "{ran:?}");
    // One that never reads.
    let helper = stage.home.write("docker-credential-deaf", "#!/bin/sh\nexit 0\n");
    fs::set_permissions(&helper, fs::Permissions::from_mode(0o755)).expect("a mode");
    stage.home.write(".docker/config.json", r#"{"credsStore":"deaf"}"#);
    assert!(stage.login(CANARY, "").stderr.contains("cannot be read again"));
}

#[test]
fn passwords_that_are_none() {
    let stage = Stage::new(Options::default().basic("person", CANARY));
    for input in ["", "\n", "two\nlines", "nul\0", &"x".repeat(40_000), &"x".repeat(70_000)] {
        let ran = stage.login(input, "");
        assert_eq!(ran.code, 2, "{ran:?}");
    }
    let ran = with_stdin(&stage.home, "registry login prod --username a:b --password-stdin", b"x");
    assert_eq!(ran.code, 2, "{ran:?}");
    assert_whole!(stage.home, stage.home.run("registry login prod"));
    assert_eq!(stage.home.run("registry login prod --password-stdin").code, 2);
    assert_eq!(with_stdin(&stage.home, "registry login other --username a --password-stdin", b"x").code, 8);
    assert!(stage.registry.requests().is_empty());
}

#[test]
fn a_place_that_comes_first_is_told() {
    let stage = Stage::new(Options::default().basic("person", CANARY));
    let file = stage.home.write("auth.json", json!({ "auths": { stage.registry.host(): { "auth": auth("other") } } }).to_string());
    let mut command = stage.home.command("registry login prod --username person --password-stdin".split_whitespace());
    let mut child = command
        .env("REGISTRY_AUTH_FILE", &file)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command runs");
    child.stdin.take().expect("a pipe").write_all(CANARY.as_bytes()).expect("it reads");
    let ran = Ran::from(child.wait_with_output().expect("it ends"));
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stderr.contains(&format!("a push still uses `{}`", file.display())), "{ran:?}");
}

#[test]
fn the_password_is_not_echoed_on_a_terminal() {
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    let stage = Stage::new(Options::default().basic("person", CANARY));
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
    grantpt(&master).and_then(|()| unlockpt(&master)).expect("a terminal");
    let name = ptsname(&master, Vec::new()).expect("its name").into_string().expect("UTF-8");
    let slave = fs::File::options().read(true).write(true).open(name).expect("its other side");
    let mut master = fs::File::from(master);

    let mut child = stage
        .home
        .command(["registry", "login", "prod"])
        .stdin(slave.try_clone().expect("a handle"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command runs");
    let mut stderr = child.stderr.take().expect("a pipe");
    let mut shown = String::new();
    let mut until = |prompt: &str| {
        let mut byte = [0];
        while !shown.ends_with(prompt) {
            stderr.read_exact(&mut byte).unwrap_or_else(|_| panic!("it asks `{prompt}`: {shown}"));
            shown.push(char::from(byte[0]));
        }
    };
    until("Username: ");
    master.write_all(b"person\n").expect("it reads");
    until("Password: ");
    master.write_all(format!("{CANARY}\n").as_bytes()).expect("it reads");
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).expect("text");
    assert!(child.wait().expect("it ends").success(), "{shown}{rest}");
    assert_eq!(stage.config()["auths"][stage.registry.host()]["auth"], auth(CANARY));

    // What the terminal showed: the username, and after the prompt for the password no more than a line's end.
    rustix::io::ioctl_fionbio(&master, true).expect("a mode");
    let mut echoed = Vec::new();
    let _ = master.read_to_end(&mut echoed);
    let echoed = String::from_utf8_lossy(&echoed);
    assert!(echoed.contains("person") && !echoed.contains(CANARY), "{echoed}");
    assert!(!rest.contains(CANARY));
    let modes = rustix::termios::tcgetattr(&slave).expect("its modes");
    assert!(modes.local_modes.contains(rustix::termios::LocalModes::ECHO), "the terminal is as it was");
}

#[test]
fn a_file_of_podman_is_read_by_the_most_specific_entry() {
    let stage = Stage::new(Options::default().basic("person", CANARY));
    let host = stage.registry.host();
    let auths = json!({ "auths": {
        host.clone(): { "auth": auth("wrong") },
        format!("{host}/team"): { "auth": auth(CANARY) },
        format!("{host}/team/other"): { "auth": auth("wrong") },
    } });
    let path = stage.home.write(".config/containers/auth.json", auths.to_string());
    assert!(stage.home.must("registry describe prod").stdout.contains(&format!("`{}`", path.display())));
    let ran = stage.push();
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stderr.contains("can be read by other users"), "{ran:?}");
    // What Docker has comes first.
    stage.home.log_in(&host, &User::new("person", "wrong"));
    assert_eq!(stage.home.run(&format!("push {host}/team/app:v2 --from oci:image")).code, 7);
}
