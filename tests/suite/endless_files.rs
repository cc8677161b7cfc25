//! Files that are none: a device without an end, a FIFO without a writer, a folder, a file of a tebibyte. Whatever names one, the command ends, and
//! says which path it was.

use std::fs::{self, File};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use pushgate_oci::Digest;
use pushgate_test_images::{Image, Layout};
use pushgate_test_registry::{Options, Registry};
use serde_json::json;

use crate::support::{Home, Ran, guest};

/// What a path can lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Odd {
    Device,
    Fifo,
    Folder,
    Large,
}

const ALL: [Odd; 4] = [Odd::Device, Odd::Fifo, Odd::Folder, Odd::Large];

impl Odd {
    /// Puts it where something else may be.
    fn put(self, path: &Path) {
        let _ = fs::remove_dir_all(path);
        let _ = fs::remove_file(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        match self {
            Self::Device => symlink("/dev/zero", path).expect("a link"),
            Self::Fifo => {
                assert!(Command::new("mkfifo").args(["-m", "600"]).arg(path).status().expect("mkfifo runs").success());
            }
            Self::Folder => fs::create_dir(path).expect("a folder"),
            Self::Large => {
                File::create(path).and_then(|file| file.set_len(1 << 40)).expect("a sparse file");
                fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("a mode");
            }
        }
    }

    /// What is said of it.
    fn words(self) -> &'static str {
        match self {
            Self::Device => "is a device, not a regular file",
            Self::Fifo => "is a FIFO",
            Self::Folder => "is a folder, not a regular file",
            Self::Large => "exceeds the limit of",
        }
    }
}

/// Runs a command that must end; one that waits, or grows, is ended.
#[track_caller]
fn end(command: &mut Command) -> Ran {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the command runs");
    let started = Instant::now();
    while child.try_wait().expect("a state").is_none() {
        if started.elapsed() > Duration::from_secs(120) {
            child.kill().expect("it ends");
            panic!("it does not end by itself: {:?}", child.wait_with_output());
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Ran::from(child.wait_with_output().expect("its output"))
}

/// A home with an image in `image`, and a registry over TLS whose authority is in `ca.pem`.
struct Stage {
    home: Home,
    registry: Registry,
}

impl Stage {
    fn new() -> Self {
        let home = Home::new();
        Layout::create(&home.join("image"))
            .and_then(|mut layout| layout.add(&Image::new().raw_layer(vec![7; 2000]), None))
            .expect("a layout");
        let registry = Registry::start_blocking(Options::default().tls()).expect("a registry");
        home.write("ca.pem", registry.ca_pem().expect("TLS"));
        Self { home, registry }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.home.join(name)
    }

    /// Runs a line in which `HOST` is the registry.
    #[track_caller]
    fn run(&self, line: &str, variables: &[(&str, &Path)]) -> Ran {
        let line = line.replace("HOST", &self.registry.host());
        end(self.home.command(line.split(' ')).envs(variables.iter().copied()))
    }

    /// Each odd thing at `name`: the line fails, and says what is there.
    #[track_caller]
    fn refuses(&self, name: &str, line: &str, variables: &[(&str, &Path)]) {
        for odd in ALL {
            let path = self.at(name);
            odd.put(&path);
            let ran = self.run(line, variables);
            assert_ne!(ran.code, 0, "{odd:?} {line} {ran:?}");
            assert!(ran.stderr.contains(path.to_str().expect("UTF-8")) || ran.stderr.contains(name), "{odd:?} {line} {ran:?}");
            assert!(ran.stderr.contains(odd.words()), "{odd:?} {line} {ran:?}");
        }
    }
}

const PUSH: &str = "push HOST/app:v1 --uri HOST --tls --from oci:image";
const CHECK: &str = "check registry.example.com/app:v1 --uri registry.example.com";

#[test]
fn certificates_of_the_command_line() {
    let stage = Stage::new();
    stage.refuses("odd.pem", &format!("{PUSH} --ca-file odd.pem"), &[]);
    stage.refuses("odd.pem", &format!("{PUSH} --ca-file ca.pem --client-certificate odd.pem --client-key ca.pem"), &[]);
    stage.refuses("odd.key", &format!("{PUSH} --ca-file ca.pem --client-certificate ca.pem --client-key odd.key"), &[]);
    assert_eq!(stage.run(&format!("{PUSH} --ca-file ca.pem"), &[]).code, 0);
}

#[test]
fn certificates_of_the_environment() {
    let stage = Stage::new();
    let path = stage.at("odd.pem");
    stage.refuses("odd.pem", PUSH, &[("SSL_CERT_FILE", &path)]);
    assert_eq!(stage.run(PUSH, &[("SSL_CERT_FILE", &stage.at("ca.pem"))]).code, 0);
    // In a folder there may be anything.
    fs::create_dir(stage.at("certs")).expect("a folder");
    fs::copy(stage.at("ca.pem"), stage.at("certs/ca.pem")).expect("a copy");
    for odd in ALL {
        odd.put(&stage.at("certs/odd.pem"));
        let ran = stage.run(PUSH, &[("SSL_CERT_DIR", &stage.at("certs"))]);
        assert_eq!(ran.code, 0, "{odd:?} {ran:?}");
    }
}

#[test]
fn settings_and_what_zenml_prints() {
    let stage = Stage::new();
    stage.refuses("odd.json", &format!("{CHECK} --flavor non-root --settings @odd.json"), &[]);
    stage.refuses("odd.json", "registry import --zenml odd.json", &[]);
}

/// Where a shell puts a pipe, a pipe is read.
#[test]
fn pipes_of_a_shell() {
    let stage = Stage::new();
    let bash = |line: &str| {
        let line = line.replace("HOST", &stage.registry.host()).replace("pushgate", env!("CARGO_BIN_EXE_pushgate"));
        let mut command = Command::new("bash");
        command.args(["-c", &line]).current_dir(stage.home.path()).env_clear().env("HOME", stage.home.path()).env("PATH", "/usr/bin:/bin");
        end(command.stdin(Stdio::null()))
    };
    let ran = bash(&format!("pushgate {PUSH} --ca-file <(cat ca.pem)"));
    assert_eq!(ran.code, 0, "{ran:?}");
    let ran = bash(&format!("SSL_CERT_FILE=<(cat ca.pem) pushgate {PUSH}"));
    assert_eq!(ran.code, 0, "{ran:?}");
    let ran = bash(&format!("pushgate {CHECK} --flavor forbid-tags --settings @<(echo '{{\"tags\": [\"latest\"]}}')"));
    assert_eq!(ran.code, 0, "{ran:?}");
    let ran = bash(&format!("echo '{{\"tags\": [\"v1\"]}}' | pushgate {CHECK} --flavor forbid-tags --settings @/dev/stdin"));
    assert_eq!(ran.code, 4, "{ran:?}");
    let ran = bash(&format!("pushgate {CHECK} --flavor forbid-tags --settings @<(cat /dev/zero)"));
    assert!(ran.code != 0 && ran.stderr.contains("exceeds the limit of"), "{ran:?}");
    let ran = bash("pushgate registry import --zenml <(cat /dev/zero)");
    assert!(ran.code != 0 && ran.stderr.contains("exceeds the limit of"), "{ran:?}");
}

#[test]
fn a_project_of_a_flavor() {
    let stage = Stage::new();
    let test = format!("flavor test project --component {}", guest("probe").display());
    stage.refuses("project/cases/odd.toml", &test, &[]);
    fs::remove_file(stage.at("project/cases/odd.toml")).expect("it was there");
    stage.home.write("project/cases/case.toml", "image = \"registry.example.com/app:v1\"\n[expect]\nverdict = \"approved\"\n");
    stage.refuses("project/flavor.toml", "flavor test project", &[]);
    fs::remove_file(stage.at("project/flavor.toml")).expect("it was there");
    stage.refuses("odd.wasm", "flavor test project --component odd.wasm", &[]);
    stage.home.write("wit/world.wit", "package a:b;\nworld c {}\n");
    let module = r#"(module
        (memory (export "memory") 1)
        (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) unreachable)
        (func (export "pushgate:flavor/prepare-image-push@0.1.0#prepare") (param i32) (result i32) (i32.const 512)))"#;
    stage.home.write("module.wasm", wat::parse_str(module).expect("a module"));
    for odd in [Odd::Device, Odd::Fifo] {
        odd.put(&stage.at("wit/odd.wit"));
        let ran = stage.run("flavor component module.wasm --wit wit --out out.wasm", &[]);
        assert!(ran.code == 2 && ran.stderr.contains("wit/odd.wit") && ran.stderr.contains(odd.words()), "{ran:?}");
    }
}

#[test]
fn components() {
    let stage = Stage::new();
    for line in ["flavor register odd.wasm", "flavor describe ./odd.wasm", "flavor component odd.wasm --out out.wasm"] {
        for odd in ALL {
            odd.put(&stage.at("odd.wasm"));
            let ran = stage.run(line, &[]);
            assert!(ran.code != 0 && ran.stderr.contains("odd.wasm"), "{odd:?} {line} {ran:?}");
            assert!(odd == Odd::Large || ran.stderr.contains(odd.words()), "{odd:?} {line} {ran:?}");
        }
    }
}

#[test]
fn the_catalog_and_the_locks() {
    let stage = Stage::new();
    stage.refuses("odd.toml", "--config odd.toml registry list", &[]);
    fs::remove_file(stage.at("odd.toml")).expect("it was there");
    for odd in [Odd::Device, Odd::Fifo, Odd::Folder] {
        odd.put(&stage.at("odd.toml.lock"));
        let ran = stage.run("--config odd.toml registry register prod --uri registry.example.com", &[]);
        assert!(ran.code == 8 && ran.stderr.contains("odd.toml.lock"), "{odd:?} {ran:?}");
    }
    let register = format!("flavor register {}", guest("probe").display());
    assert_eq!(stage.run(&register, &[]).code, 0);
    for odd in [Odd::Device, Odd::Fifo, Odd::Folder] {
        odd.put(&stage.at(".local/share/pushgate/components/lock"));
        let ran = stage.run(&format!("{register} --name other"), &[]);
        assert!(ran.code == 8 && ran.stderr.contains("components/lock"), "{odd:?} {ran:?}");
    }
}

/// The cache is there to be faster: without it everything works.
#[test]
fn the_key_of_the_cache() {
    let stage = Stage::new();
    let key = stage.at(".local/share/pushgate/cache.key");
    fs::DirBuilder::new().recursive(true).mode(0o700).create(key.parent().expect("a parent")).expect("a folder");
    for odd in ALL {
        odd.put(&key);
        let ran = stage.run(&format!("{CHECK} --flavor forbid-tags --set tags:=[\"latest\"]"), &[]);
        assert_eq!(ran.code, 0, "{odd:?} {ran:?}");
        assert!(ran.stderr.contains("warning: ") && ran.stderr.contains("cache.key"), "{odd:?} {ran:?}");
    }
}

#[test]
fn credentials() {
    let stage = Stage::new();
    let push = format!("{PUSH} --ca-file ca.pem");
    stage.refuses(".docker/config.json", &push, &[]);
    fs::remove_dir_all(stage.at(".docker")).expect("it was there");
    stage.refuses(".config/containers/auth.json", &push, &[]);
    fs::remove_dir_all(stage.at(".config")).expect("it was there");
    let named = stage.at("odd.json");
    stage.refuses("odd.json", &push, &[("REGISTRY_AUTH_FILE", &named)]);
}

/// What the libraries of AWS say of a file is not shown, since it may hold keys.
#[test]
fn keys_of_aws() {
    let stage = Stage::new();
    let host = stage.registry.host();
    let settings = json!({ "do": "send", "url": format!("https://{host}/") }).to_string();
    let probe = guest("probe").display().to_string();
    let (grant, credential) = (format!("http=https://{host}"), format!("https://{host}=sigv4:service=ecr,region=eu-central-1"));
    let words = ["check", "registry.example.com/app:v1", "--uri", "registry.example.com", "--flavor", &probe, "--settings", &settings];
    let more = ["--grant", "registry", "--grant", &grant, "--credential", &credential];
    for variable in ["AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"] {
        for odd in ALL {
            odd.put(&stage.at("odd"));
            let mut command = stage.home.command(words.iter().chain(&more));
            let ran = end(command.env(variable, stage.at("odd")).env("AWS_PROFILE", "default"));
            assert_ne!(ran.code, 0, "{variable} {odd:?} {ran:?}");
        }
    }
}

#[test]
fn what_belongs_to_the_docker_engine() {
    let stage = Stage::new();
    let push = "push registry.example.com/app:v1 --uri registry.example.com";
    for file in ["ca.pem", "cert.pem", "key.pem"] {
        for name in ["ca.pem", "cert.pem", "key.pem"] {
            stage.home.write(&format!("tls/{name}"), stage.registry.ca_pem().expect("TLS"));
        }
        let (folder, host) = (stage.at("tls"), PathBuf::from("tcp://127.0.0.1:1"));
        let variables: &[(&str, &Path)] = &[("DOCKER_CERT_PATH", &folder), ("DOCKER_HOST", &host), ("DOCKER_TLS_VERIFY", Path::new("1"))];
        stage.refuses(&format!("tls/{file}"), push, variables);
        fs::remove_dir_all(stage.at("tls")).expect("it was there");
    }
    let id = Digest::sha256(b"far").as_str().trim_start_matches("sha256:").to_owned();
    stage.refuses(&format!(".docker/contexts/meta/{id}/meta.json"), push, &[("DOCKER_CONTEXT", Path::new("far"))]);
}

#[test]
fn images() {
    let stage = Stage::new();
    for kind in ["oci-archive", "docker-archive"] {
        for odd in ALL {
            odd.put(&stage.at("odd.tar"));
            let ran = stage.run(&format!("push HOST/app:v1 --uri HOST --from {kind}:odd.tar"), &[]);
            assert!(
                ran.code == 6 && (ran.stderr.contains("archive") || ran.stderr.contains("`odd.tar` is not a regular file")),
                "{kind} {odd:?} {ran:?}"
            );
        }
    }
    for file in ["index.json", "oci-layout"] {
        let stage = Stage::new();
        for odd in [Odd::Fifo, Odd::Folder, Odd::Large] {
            odd.put(&stage.at(&format!("image/{file}")));
            let ran = stage.run("push HOST/app:v1 --uri HOST --from oci:image", &[]);
            assert!(ran.code == 6 && ran.stderr.contains(file), "{file} {odd:?} {ran:?}");
        }
    }
}
