//! The main job on an embedded default: one flavor, one registry, one image let through, one refused.
//!
//! Each step is the very line that a person would type, printed before its output.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use pushgate_test_images::{Image, Layout};

use crate::Outcome;
use crate::build::{ensure_wasm_target, programs, target};
use crate::command::{self, Background, find, root};
use crate::parts::dockerd_answers;

/// What a step must come to; anything else ends the demo.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expected {
    Success,
    RefusedByScope,
    RefusedByFlavor,
}

impl Expected {
    const fn code(self) -> i32 {
        match self {
            Self::Success => 0,
            Self::RefusedByScope => 3,
            Self::RefusedByFlavor => 4,
        }
    }
}

/// The stage: programs, folders, and a registry.
struct Demo {
    programs: PathBuf,
    folder: PathBuf,
    registry: String,
}

pub(crate) fn run(keep: bool) -> Outcome {
    ensure_wasm_target()?;
    let programs = programs(&["pushgate", "pushgate-test-registry"], false)?;
    // Always the same folder, emptied first, so that the lines can be typed again after `--keep`.
    let folder = target()?.join("demo");
    if folder.exists() {
        std::fs::remove_dir_all(&folder).map_err(|error| format!("cannot empty {}: {error}", folder.display()))?;
    }
    std::fs::create_dir_all(&folder).map_err(|error| format!("cannot create {}: {error}", folder.display()))?;
    let (process, registry) = start_registry(&programs)?;
    let demo = Demo { programs, folder, registry };
    demo.prepare()?;

    say("A registry answers on loopback. What it accepts is up to a flavor, a WebAssembly component; this one ships with pushgate:");
    demo.step(&format!("registry register demo --uri {}/team --flavor forbid-tags", demo.registry), Expected::Success)?;
    say("An image with a version of its own goes through:");
    demo.step(&format!("push {}/team/app:v1 --from oci:image", demo.registry), Expected::Success)?;
    say("The flavor refuses a tag that moves:");
    demo.step(&format!("push {}/team/app:latest --from oci:image", demo.registry), Expected::RefusedByFlavor)?;
    say("And no flavor is even asked about a name outside the registry's URI, however much it looks like one inside:");
    demo.step(&format!("push {}/team-evil/app:v1 --from oci:image", demo.registry), Expected::RefusedByScope)?;
    demo.with_docker()?;

    if keep {
        demo.keep(process)?;
    }
    Ok(())
}

impl Demo {
    fn prepare(&self) -> Outcome {
        let failed = |error: std::io::Error| format!("cannot set the stage in {}: {error}", self.folder.display());
        Layout::create(&self.folder.join("image")).and_then(|mut layout| layout.add(&demo_image(), None)).map_err(failed)?;
        Ok(())
    }

    /// Prints a line, runs it, and checks what it came to.
    fn step(&self, line: &str, expected: Expected) -> Outcome {
        println!("\n$ pushgate {line}");
        let mut command = Command::new(self.programs.join("pushgate"));
        command.args(line.split(' ')).current_dir(&self.folder).stdin(Stdio::null());
        for (variable, value) in self.environment() {
            command.env(variable, value);
        }
        let status = command.status().map_err(|error| format!("cannot run pushgate: {error}"))?;
        match status.code() {
            Some(code) if code == expected.code() => {
                if expected != Expected::Success {
                    println!("(exit code {code})");
                }
                Ok(())
            }
            _ => Err(format!("`pushgate {line}` ended with {status}, not with {}", expected.code())),
        }
    }

    fn environment(&self) -> [(&'static str, PathBuf); 3] {
        [
            ("PUSHGATE_CONFIG", self.folder.join("catalog.toml")),
            ("PUSHGATE_DATA_DIR", self.folder.join("data")),
            ("PUSHGATE_CACHE_DIR", self.folder.join("cache")),
        ]
    }

    /// The same once more through a Docker Engine, where one answers.
    fn with_docker(&self) -> Outcome {
        let Some(docker) = find("docker").filter(|_| dockerd_answers()) else {
            say("No Docker Engine answers here, so the same through Docker is left out.");
            return Ok(());
        };
        let archive = self.folder.join("image.tar");
        let names = ["v1", "latest"].map(|tag| format!("{}/team/docker-app:{tag}", self.registry));
        let written = std::fs::File::create(&archive).and_then(|file| demo_image().write_docker_archive(file, &names));
        written.map_err(|error| format!("cannot write {}: {error}", archive.display()))?;
        say("The same through the Docker Engine:");
        println!("\n$ docker load --input image.tar");
        command::run(Command::new(&docker).args(["load", "--input", "image.tar"]).current_dir(&self.folder))?;
        let [accepted, refused] = &names;
        let pushed = self
            .step(&format!("push {accepted}"), Expected::Success)
            .and_then(|()| self.step(&format!("push {refused}"), Expected::RefusedByFlavor));
        // The images are the demo's: the Docker Engine of the person who watches is left as it was.
        command::run(Command::new(&docker).args(["image", "rm"]).args(&names).stdout(Stdio::null()))?;
        pushed
    }

    fn keep(&self, mut process: Background) -> Outcome {
        say("The registry stays up until you press Ctrl-C. To type the lines again, in another terminal:");
        println!();
        println!("cd {}", self.folder.display());
        println!("export PATH={}:$PATH", self.programs.display());
        for (variable, value) in self.environment() {
            println!("export {variable}={}", value.display());
        }
        process.0.wait().map(|_| ()).map_err(|error| format!("cannot wait for the registry: {error}"))
    }
}

fn demo_image() -> Image {
    Image::new()
        .label("org.opencontainers.image.source", "https://example.com/app")
        .layer([("hello.txt", b"hello from pushgate\n".as_slice())])
}

fn say(text: &str) {
    println!("\n# {text}");
}

/// Starts the registry of the tests; it prints where it listens.
fn start_registry(programs: &Path) -> Outcome<(Background, String)> {
    let mut command = Command::new(programs.join("pushgate-test-registry"));
    command.current_dir(root()).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = command.spawn().map_err(|error| format!("cannot run the registry: {error}"))?;
    let stdout = child.stdout.take();
    let process = Background(child);
    let mut line = String::new();
    BufReader::new(stdout.ok_or("the registry has no output")?)
        .read_line(&mut line)
        .map_err(|error| format!("the registry says nothing: {error}"))?;
    let line = line.trim_end();
    let address = line.rsplit(' ').next().map(|word| word.trim_start_matches("http://").to_owned()).unwrap_or_default();
    if address.contains(':') { Ok((process, address)) } else { Err(format!("the registry did not say where it listens: {line:?}")) }
}
