//! Podman's socket, which speaks the Docker Engine's API, and a real docker-registry.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use pushgate_test_images::Image;

use crate::support::{DockerRegistry, Home, Ran, User, shipped};

/// How long the service may take to listen: an upper bound of a hang.
const PATIENCE: Duration = Duration::from_secs(60);

/// Podman's service with a storage of its own; it ends when this goes.
struct Podman {
    process: Child,
    folder: tempfile::TempDir,
}

impl Podman {
    /// Starts it, so that it speaks plain HTTP to this registry.
    fn start(registry: &DockerRegistry) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        // Podman takes loopback for no exception.
        let insecure = format!("[[registry]]\nlocation = \"{}\"\ninsecure = true\n", registry.host());
        std::fs::write(folder.path().join("registries.conf"), insecure).expect("a file");
        let socket = format!("unix://{}", folder.path().join("podman.sock").display());
        let mut command = Self::command(folder.path());
        command.args(["system", "service", "--time=0", &socket]).stdout(Stdio::null()).stderr(Stdio::null());
        let process = command.spawn().expect("podman runs");
        let mut podman = Self { process, folder };
        let started = Instant::now();
        while !podman.answers() {
            let ended = podman.process.try_wait().expect("a process");
            assert!(ended.is_none() && started.elapsed() < PATIENCE, "podman system service does not answer: {ended:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
        podman
    }

    /// Podman with everything that is its own in a folder.
    fn command(folder: &Path) -> Command {
        let mut command = Command::new("podman");
        command
            .args(["--storage-driver", "vfs", "--cgroup-manager", "cgroupfs"])
            .arg("--root")
            .arg(folder.join("root"))
            .arg("--runroot")
            .arg(folder.join("run"))
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .env("HOME", folder)
            .env("CONTAINERS_REGISTRIES_CONF", folder.join("registries.conf"))
            .stdin(Stdio::null());
        command
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("podman.sock")
    }

    fn answers(&self) -> bool {
        let asked = || -> std::io::Result<bool> {
            let mut stream = UnixStream::connect(self.socket())?;
            stream.set_read_timeout(Some(PATIENCE))?;
            stream.write_all(b"GET /_ping HTTP/1.1\r\nHost: podman\r\nConnection: close\r\n\r\n")?;
            let mut answer = [0; 12];
            stream.read_exact(&mut answer)?;
            Ok(answer.starts_with(b"HTTP/1.1 200"))
        };
        asked().unwrap_or(false)
    }

    /// Loads an image under a name, and returns its ID.
    fn load(&self, home: &Home, name: &str) -> String {
        let image = Image::new().label("org.opencontainers.image.source", "https://example.com").layer([("data", b"data".as_slice())]);
        let archive = home.join("image.tar");
        image.write_docker_archive(std::fs::File::create(&archive).expect("a file"), &[name]).expect("an archive");
        self.podman(&["load", "--quiet", "--input", archive.to_str().expect("UTF-8")]);
        self.podman(&["image", "inspect", "--format", "{{.Id}}", name])
    }

    /// Runs Podman on the same storage, which must succeed, and returns what it printed.
    fn podman(&self, words: &[&str]) -> String {
        let output = Self::command(self.folder.path()).args(words).output().expect("podman runs");
        assert!(output.status.success(), "podman {words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8").trim().to_owned()
    }

    fn run(&self, home: &Home, line: &str) -> Ran {
        let mut command = home.command(line.split_whitespace());
        Ran::from(command.env("DOCKER_HOST", format!("unix://{}", self.socket().display())).output().expect("the command runs"))
    }
}

impl Drop for Podman {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
#[ignore = "needs podman: cargo xtask test"]
fn an_image_goes_through_ones_own_flavor_to_a_registry() {
    let home = Home::new();
    let registry = DockerRegistry::start();
    let podman = Podman::start(&registry);
    let name = format!("{}/team/app:v1", registry.host());
    let id = podman.load(&home, &name);
    podman.podman(&["tag", &name, &format!("{}/team/app:latest", registry.host())]);
    home.must(&format!("flavor register {} --name own", shipped(&home, "forbid-tags").display()));
    home.must(&format!("registry register prod --uri {}/team --flavor own", registry.host()));

    let pushed = podman.run(&home, &format!("push {name} --output json"));
    assert_eq!(pushed.code, 0, "{pushed:?}");
    let json = pushed.json();
    assert_eq!((&json["verdict"], &json["remote"]), (&"pushed".into(), &"updated".into()));
    podman.podman(&["image", "rm", "--force", &id]);
    let digest = json["digest"].as_str().expect("a digest");
    podman.podman(&["pull", "--quiet", &format!("{}/team/app@{digest}", registry.host())]);

    podman.load(&home, &name);
    let again = podman.run(&home, &format!("push {name} --output json"));
    assert_eq!(again.code, 0, "{again:?}");
}

#[test]
#[ignore = "needs podman: cargo xtask test"]
fn what_the_flavor_or_the_scope_refuses_is_not_pushed() {
    let home = Home::new();
    let registry = DockerRegistry::start();
    let podman = Podman::start(&registry);
    let name = format!("{}/team/app:latest", registry.host());
    podman.load(&home, &name);
    let denied = podman.run(&home, &format!("push {name} --uri {}/team --flavor forbid-tags --output json", registry.host()));
    assert_eq!(denied.code, 4, "{denied:?}");
    assert_eq!(denied.json()["hooks"][0]["violations"][0]["code"], "tag.latest");
    let outside = podman.run(&home, &format!("push {name} --uri {}/another", registry.host()));
    assert_eq!(outside.code, 3, "{outside:?}");
    let pull = Podman::command(podman.folder.path()).args(["pull", "--quiet", &name]).output().expect("podman runs");
    assert!(!pull.status.success(), "the registry has nothing");
}

#[test]
#[ignore = "needs podman: cargo xtask test"]
fn the_flavor_sees_the_config_that_podman_has() {
    let home = Home::new();
    let registry = DockerRegistry::start();
    let podman = Podman::start(&registry);
    let name = format!("{}/app:v1", registry.host());
    podman.load(&home, &name);
    let code = |label: &str| {
        let set = format!(r#"labels:=["{label}"]"#);
        podman.run(&home, &format!("check {name} --uri {} --flavor require-labels --set {set}", registry.host())).code
    };
    assert_eq!((code("org.opencontainers.image.source"), code("org.opencontainers.image.missing")), (0, 4));
}

#[test]
#[ignore = "needs podman: cargo xtask test"]
fn an_image_under_another_name_or_by_its_id_is_tagged_and_pushed() {
    let home = Home::new();
    let registry = DockerRegistry::start();
    let podman = Podman::start(&registry);
    let id = podman.load(&home, "localhost/local:dev");
    for (number, source) in ["localhost/local:dev".to_owned(), format!("sha256:{id}")].iter().enumerate() {
        let name = format!("{}/app:v{number}", registry.host());
        let ran = podman.run(&home, &format!("push {name} --uri {} --from docker-daemon:{source}", registry.host()));
        assert_eq!(ran.code, 0, "{ran:?}");
        assert_eq!(podman.podman(&["image", "inspect", "--format", "{{.Id}}", &name]), id);
    }
}

#[test]
#[ignore = "needs podman: cargo xtask test"]
fn the_password_of_the_docker_config_opens_the_registry() {
    let home = Home::new();
    let user = User::new("person", "p:a~s?s>w ör/d+=");
    let registry = DockerRegistry::with_user(&user);
    let podman = Podman::start(&registry);
    let name = format!("{}/app:v1", registry.host());
    podman.load(&home, &name);
    let line = format!("push {name} --uri {}", registry.host());
    let anonymous = podman.run(&home, &line);
    assert_eq!(anonymous.code, 7, "{anonymous:?}");
    home.log_in(registry.host(), &user);
    let ran = podman.run(&home, &line);
    assert_eq!(ran.code, 0, "{ran:?}");
}

#[test]
#[ignore = "needs podman: cargo xtask test"]
fn an_image_that_podman_does_not_have_is_the_callers() {
    let home = Home::new();
    let registry = DockerRegistry::start();
    let podman = Podman::start(&registry);
    let ran = podman.run(&home, &format!("push {0}/nobody/has-this:v1 --uri {0}", registry.host()));
    assert_eq!(ran.code, 6, "{ran:?}");
    assert!(ran.stderr.contains("nobody/has-this:v1"), "{ran:?}");
}
