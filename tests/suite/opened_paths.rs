//! Every path that pushgate opens, writes or connects to is one of the reference: strace tells which there are.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::process::Command;

use pushgate_gate::paths::known::KNOWN;
use pushgate_test_engine::{Engine, Options as EngineOptions};
use pushgate_test_images::{Image, Layout};
use pushgate_test_registry::{Options, Registry};

use crate::support::{Home, guest};

/// What counts: looking whether something is there does not.
const CALLS: &str =
    "trace=open,openat,openat2,creat,rename,renameat,renameat2,unlink,unlinkat,link,linkat,symlink,symlinkat,truncate,execve,connect";

/// Runs a line under strace, and adds the paths of its system calls.
fn watch(home: &Home, line: &str, variables: &[(&str, &Path)], input: &str, found: &mut BTreeSet<PathBuf>) {
    let trace = home.join("given/trace");
    let plain = home.command(line.split_whitespace());
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-y", "-s", "4096", "-e", CALLS, "-o"]).arg(&trace).arg(plain.get_program()).args(plain.get_args());
    command.current_dir(home.path()).env_clear().envs(plain.get_envs().filter_map(|(key, value)| Some((key, value?))));
    command.envs(variables.iter().copied()).env("TMPDIR", home.join("tmp"));
    let stdin = home.write("given/stdin", input);
    let output = command.stdin(fs::File::open(stdin).expect("a file")).output().expect("strace runs");
    assert!([0, 6, 7, 8].contains(&output.status.code().unwrap_or(-1)), "{line}: {output:?}");
    let text = fs::read_to_string(&trace).expect("the trace");
    let before = found.len();
    found.extend(text.lines().flat_map(|line| paths(home, line)));
    assert!(found.len() > before || !text.is_empty(), "{line}: nothing was seen");
}

/// The paths of one system call: `openat(5</a>, "b")`, `connect(3<socket:[1]>, {sa_family=AF_UNIX, sun_path="/c"}, 110)`.
fn paths(home: &Home, line: &str) -> Vec<PathBuf> {
    let Some((_, call)) = line.split_once('(') else { return Vec::new() };
    if line.contains("sa_family=") && !line.contains("sun_path=") {
        return Vec::new();
    }
    let mut folder = home.path().to_owned();
    let mut found = Vec::new();
    // Between quotes stand texts; before them, in angle brackets, the folder that they are relative to.
    for (place, part) in call.split('"').enumerate() {
        if place % 2 == 1 {
            found.push(folder.join(part));
            // What follows the first text of execve are arguments.
            if line.contains("execve(") {
                break;
            }
        } else if let Some((_, rest)) = part.rsplit_once('<') {
            folder = rest.split('>').next().filter(|rest| rest.starts_with('/')).map_or_else(|| home.path().to_owned(), PathBuf::from);
        }
    }
    found
}

/// The path as the reference writes it; none for what the test itself named.
fn as_written(home: &Home, path: &Path) -> Option<String> {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(clean.pop()),
            Component::CurDir => {}
            part => clean.push(part),
        }
    }
    let text = clean.to_str()?.to_owned();
    if clean.starts_with(home.join("given")) || text == env!("CARGO_BIN_EXE_pushgate") {
        return None;
    }
    let places = [(home.join("tmp"), "/tmp"), (home.join("run"), "$XDG_RUNTIME_DIR"), (home.path().to_owned(), "~")];
    for (place, written) in places {
        if let Ok(below) = clean.strip_prefix(&place) {
            return Some(if below.as_os_str().is_empty() { written.to_owned() } else { format!("{written}/{}", below.display()) });
        }
    }
    // The system's own links: /lib is /usr/lib, and a process is itself.
    let text = text.strip_prefix("/usr/lib64/").map_or(text.clone(), |rest| format!("/usr/lib/{rest}"));
    let own =
        text.strip_prefix("/proc/").and_then(|rest| rest.split_once('/')).filter(|(id, _)| id.bytes().all(|byte| byte.is_ascii_digit()));
    Some(own.map_or_else(|| text.clone(), |(_, rest)| format!("/proc/self/{rest}")))
}

/// Whether a path is one of a pattern, or a folder on the way to one.
fn fits(pattern: &str, path: &str) -> bool {
    let (mut wanted, mut found) = (pattern.split('/'), path.split('/'));
    loop {
        match (wanted.next(), found.next()) {
            (Some("**"), _) | (_, None) => return true,
            (None, Some(_)) => return false,
            (Some(wanted), Some(found)) if is_like(wanted, found) => {}
            _ => return false,
        }
    }
}

fn is_like(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        Some((before, after)) => name.len() >= before.len() + after.len() && name.starts_with(before) && name.ends_with(after),
        None => pattern == name,
    }
}

#[test]
fn patterns_fit_what_they_name_and_the_way_to_it() {
    for (pattern, path, expected) in [
        ("~/.a/b.toml", "~/.a/b.toml", true),
        ("~/.a/b.toml", "~/.a", true),
        ("~/.a/b.toml", "~/.a/b.toml.x", false),
        ("~/.a/b.toml", "~/.a/c", false),
        ("~/.a/*.wasm", "~/.a/x.wasm", true),
        ("~/.a/*.wasm", "~/.a/x/y.wasm", false),
        ("/tmp/*", "/tmp", true),
        ("/etc/ssl/**", "/etc/ssl/certs/a.pem", true),
        ("/etc/ssl/**", "/etc/sslx", false),
    ] {
        assert_eq!(fits(pattern, path), expected, "{pattern} {path}");
    }
}

#[test]
#[ignore = "needs strace: cargo xtask test"]
fn every_path_is_in_the_reference() {
    let home = Home::new();
    for folder in ["tmp", "run", "given"] {
        fs::create_dir_all(home.join(folder)).expect("a folder");
    }
    let image = Image::new().layer([("hello.txt", b"hello\n".as_slice())]);
    Layout::create(&home.join("given/image")).and_then(|mut layout| layout.add(&image, None)).expect("a layout");
    let archive = fs::File::create(home.join("given/image.tar")).expect("a file");
    image.write_docker_archive(archive, &["app:v1"]).expect("an archive");
    fs::copy(guest("passthrough"), home.join("given/passthrough.wasm")).expect("a component");
    let registry = Registry::start_blocking(Options::default().basic("user", "right")).expect("a registry");
    let engine = Engine::start_blocking(EngineOptions::default()).expect("an engine");
    let host = registry.host();
    let mut found = BTreeSet::new();
    let (run, none) = (home.join("run"), &[][..]);
    let runtime = [("XDG_RUNTIME_DIR", run.as_path())];
    let mut watch = |line: &str, variables: &[(&str, &Path)], input: &str| watch(&home, line, variables, input, &mut found);
    watch("flavor register given/passthrough.wasm", none, "");
    watch(&format!("registry register prod --uri {host} --flavor forbid-tags --flavor passthrough"), none, "");
    watch("registry login prod --username user --password-stdin", none, "right");
    watch("registry describe prod", &runtime, "");
    watch(&format!("check {host}/app:v1 --report given/report.json"), none, "");
    watch(&format!("push {host}/app:v1 --from oci:given/image"), none, "");
    watch(&format!("push {host}/app:v2 --from docker-archive:given/image.tar"), none, "");
    // Engines that are looked for, and one that is there.
    watch(&format!("push {host}/app:v3"), &runtime, "");
    let docker = PathBuf::from(engine.docker_host());
    watch(&format!("push {host}/app:v3 --direct"), &[("DOCKER_HOST", &docker)], "");
    watch(&format!("push {host}/app:v3"), &[("DOCKER_CONTEXT", Path::new("prod"))], "");
    // A registry over TLS, which is none.
    watch(&format!("push {host}/app:v4 --uri {host} --tls --from oci:given/image"), none, "");
    watch("push name.invalid/app:v4 --uri name.invalid --from oci:given/image", none, "");
    let (ecr, origin) = ("123456789012.dkr.ecr.eu-central-1.amazonaws.com", registry.origin());
    let credential = format!("{origin}=sigv4:service=ecr,region=eu-central-1");
    let aws = format!("--flavor aws --grant http={origin} --credential {credential} --set endpoint={origin}");
    watch(&format!("check {ecr}/app:v1 --uri {ecr} {aws}"), none, "");
    watch("registry remove-hook prod passthrough", none, "");
    watch("flavor delete passthrough", none, "");
    watch("registry logout prod", none, "");

    let known: Vec<&str> = KNOWN.iter().flat_map(|known| known.paths).copied().collect();
    let named = |path: &&PathBuf| path.as_path() != engine.socket();
    let written: BTreeSet<String> = found.iter().filter(named).filter_map(|path| as_written(&home, path)).collect();
    let own = ["~/.config/pushgate/catalog.toml", "~/.docker/config.json", "~/.local/share/pushgate/cache.key", "/var/run/docker.sock"];
    for path in own {
        assert!(written.contains(path), "{path} was not seen among {written:#?}");
    }
    let unknown: Vec<&String> = written.iter().filter(|path| !known.iter().any(|pattern| fits(pattern, path))).collect();
    assert!(unknown.is_empty(), "docs/reference/environment.md says nothing of {unknown:#?}");
}
