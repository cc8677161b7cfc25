//! Compiling is contained: what a component costs the person who pushes is a message and a few seconds.

use std::collections::HashMap;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};

use crate::bombs;
use crate::support::{Home, Ran, assert_whole, guest};

/// How long nothing may be waited for.
const LONG: Duration = Duration::from_secs(120);
const IMAGE: &str = "registry.example.com/team/app:v1";

/// A command that runs, and the most memory that it and its children had.
struct Watched {
    process: Child,
    peaks: HashMap<u32, u64>,
}

/// The processes that a process started.
fn children(process: u32) -> Vec<u32> {
    let threads = std::fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let lists = threads.filter_map(|thread| std::fs::read_to_string(thread.path().join("children")).ok());
    lists.flat_map(|list| list.split_whitespace().filter_map(|word| word.parse().ok()).collect::<Vec<_>>()).collect()
}

/// The most KiB that a process ever had in memory.
fn peak(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().strip_suffix(" kB")?.parse().ok()
}

impl Watched {
    fn start(mut command: Command) -> Self {
        let process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the command runs");
        Self { process, peaks: HashMap::new() }
    }

    /// Looks once; `true` when it has ended.
    fn look(&mut self) -> bool {
        let parent = self.process.id();
        for process in children(parent).into_iter().chain([parent]) {
            if let Some(found) = peak(process) {
                let known = self.peaks.entry(process).or_default();
                *known = found.max(*known);
            }
        }
        self.process.try_wait().expect("the command").is_some()
    }

    /// The worker, once it is there.
    fn worker(&self) -> u32 {
        let begun = Instant::now();
        loop {
            if let Some(worker) = children(self.process.id()).first() {
                return *worker;
            }
            assert!(begun.elapsed() < LONG, "no worker is started");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    fn end(self) -> Ran {
        Ran::from(self.process.wait_with_output().expect("an end"))
    }

    /// What it printed, the most MiB of the command, and of any child.
    fn watch(mut self) -> (Ran, u64, u64) {
        while !self.look() {
            std::thread::sleep(Duration::from_millis(5));
        }
        let parent = self.process.id();
        let of = |is_parent: bool| self.peaks.iter().filter(|(id, _)| (**id == parent) == is_parent).map(|(_, peak)| peak / 1024).max();
        let (own, child) = (of(true).unwrap_or_default(), of(false).unwrap_or_default());
        (self.end(), own, child)
    }
}

fn register(home: &Home, name: &str, bytes: &[u8]) -> Watched {
    home.write(&format!("{name}.wasm"), bytes);
    Watched::start(home.command(["flavor", "register", &format!("{name}.wasm"), "--name", name]))
}

#[test]
fn the_bomb_of_scattered_data_is_refused_within_its_limits() {
    let home = Home::new();
    let bomb = bombs::scattered_data();
    assert!((900 << 10..1100 << 10).contains(&bomb.len()), "{}", bomb.len());
    let begun = Instant::now();
    let (ran, own, child) = register(&home, "bomb", &bomb).watch();
    assert_whole!(home, ran);
    // 2 s on a machine that does nothing else.
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
    assert!(child < 572, "600 MB in the child: {child} MiB");
    assert!(own < 100, "nothing in the parent: {own} MiB");
    assert!(!home.catalog().exists());
}

#[test]
fn every_other_bomb_ends_within_its_limits_too() {
    let home = Home::new();
    for (name, bomb) in [
        ("function", bombs::one_function(7_600_000)),
        ("loops", bombs::nested_loops(20_000)),
        ("locals", bombs::many_locals(49_000, 3_000)),
        ("targets", bombs::many_targets(1_000_000)),
        ("functions", bombs::many_functions(5_000)),
        ("components", bombs::nested_components(1_000)),
        ("types", bombs::nested_types(100_000)),
        ("many-types", bombs::many_types(1_000_001)),
        ("imports", bombs::many_imports(1_000_001)),
    ] {
        let megabytes = u64::try_from(bomb.len() >> 20).expect("a size");
        let (ran, own, child) = register(&home, name, &bomb).watch();
        assert!([0, 5].contains(&ran.code), "{name}: {ran:?}");
        // One that is only slow is a flavor.
        assert!(ran.code == 0 || ran.stderr.contains("error: "), "{name}: {ran:?}");
        assert!(!ran.stderr.contains("panicked") && !ran.stderr.contains("memory allocation"), "{name}: {ran:?}");
        // The allocator's own words, a stack trace: nobody is helped by them.
        assert!(ran.stderr.lines().count() <= 2, "{name}: {ran:?}");
        assert!(child <= 500 + 64 * (megabytes + 1), "{name}: {child} MiB");
        assert!(own <= 120 + 2 * megabytes, "{name}: {own} MiB");
    }
    home.must(&format!("flavor register {}", guest("probe").display()));
}

#[test]
fn a_compile_that_is_interrupted_leaves_nobody_behind() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let home = Home::new();
        home.write("slow.wasm", bombs::nested_loops(20_000));
        let line = format!("check {IMAGE} --uri registry.example.com --flavor ./slow.wasm --output json");
        let watched = Watched::start(home.command(line.split_whitespace()));
        let worker = watched.worker();
        let id = |process: u32| i32::try_from(process).ok().and_then(Pid::from_raw).expect("a process");
        let begun = Instant::now();
        kill_process(id(watched.process.id()), signal).expect("a signal");
        let ran = watched.end();
        assert_eq!((ran.code, &ran.json()["error"]["kind"]), (code, &"interrupted".into()), "{ran:?}");
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
        assert!(test_kill_process(id(worker)).is_err(), "the worker is gone");
    }
}

#[test]
fn a_worker_does_not_outlive_whoever_started_it() {
    let home = Home::new();
    let mut watched = register(&home, "slow", &bombs::nested_loops(20_000));
    let worker = watched.worker();
    watched.process.kill().expect("a signal");
    watched.process.wait().expect("an end");
    let begun = Instant::now();
    // It is reaped by whoever adopts it, which takes its time.
    while std::fs::read_to_string(format!("/proc/{worker}/stat")).is_ok_and(|stat| !stat.contains(") Z ")) {
        assert!(begun.elapsed() < LONG, "the worker runs on");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_worker_that_is_killed_is_an_error_and_no_flavor() {
    let home = Home::new();
    let watched = register(&home, "slow", &bombs::nested_loops(20_000));
    let worker = i32::try_from(watched.worker()).ok().and_then(Pid::from_raw).expect("a process");
    kill_process(worker, Signal::KILL).expect("a signal");
    let ran = watched.end();
    assert_eq!(ran.code, 5, "{ran:?}");
    assert!(!home.catalog().exists());
}

#[test]
fn a_worker_has_no_environment_and_no_descriptor_but_its_own() {
    let home = Home::new();
    home.write("slow.wasm", bombs::nested_loops(20_000));
    let mut command = home.command(["flavor", "register", "slow.wasm"]);
    command.env("AWS_SECRET_ACCESS_KEY", "S3CRET-CANARY-1");
    let mut watched = Watched::start(command);
    let worker = watched.worker();
    let begun = Instant::now();
    // Until the new program runs, it is a copy of the old one.
    let environment = loop {
        let environment = std::fs::read(format!("/proc/{worker}/environ")).expect("its environment");
        if environment.starts_with(b"RAYON") || environment.starts_with(b"MALLOC") {
            break String::from_utf8(environment).expect("UTF-8");
        }
        assert!(begun.elapsed() < LONG, "{environment:?}");
    };
    let names: Vec<&str> = environment.split_terminator('\0').filter_map(|entry| entry.split('=').next()).collect();
    assert_eq!(names.len(), 2, "{environment:?}");
    let arguments = std::fs::read_to_string(format!("/proc/{worker}/cmdline")).expect("its arguments");
    assert!(!arguments.contains("CANARY") && arguments.contains("--pushgate-sandbox-worker"), "{arguments}");
    assert_eq!(std::fs::read_link(format!("/proc/{worker}/cwd")).expect("its folder"), std::path::Path::new("/"));
    let descriptors = std::fs::read_dir(format!("/proc/{worker}/fd")).expect("its descriptors").count();
    assert!(descriptors <= 6, "{descriptors}");
    watched.process.kill().expect("a signal");
    watched.process.wait().expect("an end");
}

/// What lies in the cache.
fn entries(home: &Home) -> Vec<std::path::PathBuf> {
    let folder = std::fs::read_dir(home.join(".cache/pushgate/compiled")).expect("the cache");
    folder.map(|entry| entry.expect("an entry").path()).collect()
}

#[test]
fn twenty_at_once_make_one_entry() {
    let home = Home::new();
    home.write("some.wasm", bombs::many_functions(1_000));
    let line = format!("check {IMAGE} --uri registry.example.com --flavor ./some.wasm --output json");
    let all: Vec<Watched> = (0..20).map(|_| Watched::start(home.command(line.split_whitespace()))).collect();
    for watched in all {
        let ran = watched.end();
        assert_eq!((ran.code, &ran.json()["warnings"]), (0, &serde_json::json!([])), "{ran:?}");
    }
    assert_eq!(entries(&home).len(), 1, "{:?}", entries(&home));
}

#[test]
fn a_second_push_compiles_nothing() {
    let home = Home::new();
    home.must(&format!("flavor register {}", guest("passthrough").display()));
    home.must("registry register prod --uri registry.example.com/team --flavor passthrough");
    home.must(&format!("check {IMAGE}"));
    // What would be compiled is gone, so that it would be told.
    std::fs::remove_dir_all(home.join(".local/share/pushgate/components")).expect("the store");
    let ran = home.must(&format!("check {IMAGE} --output json"));
    assert_eq!(ran.json()["warnings"], serde_json::json!([]));
}

#[test]
fn a_damaged_entry_is_one_warning_of_the_report() {
    let home = Home::new();
    home.must(&format!("flavor register {}", guest("passthrough").display()));
    home.must("registry register prod --uri registry.example.com/team --flavor passthrough");
    let [entry] = &entries(&home)[..] else { panic!("not one entry") };
    let mut bytes = std::fs::read(entry).expect("an entry");
    bytes[5_000] ^= 1;
    std::fs::write(entry, bytes).expect("an entry");
    let ran = home.must(&format!("check {IMAGE} --output json"));
    let warnings = ran.json()["warnings"].clone();
    assert_eq!((warnings.as_array().map(Vec::len), &warnings[0]["code"]), (Some(1), &"cache.unusable".into()), "{ran:?}");
    assert!(warnings[0]["message"].as_str().is_some_and(|text| text.contains("compiled again")), "{ran:?}");
    assert_eq!(home.must(&format!("check {IMAGE} --output json")).json()["warnings"], serde_json::json!([]));
}

#[test]
fn whoever_sits_before_a_terminal_is_told_what_takes_long() {
    let home = Home::new();
    let drawn = |more: &[&str]| {
        home.write("slow.wasm", bombs::many_functions(12_000 + more.len()));
        let (outside, inside) = crate::progress::terminal();
        let words = ["flavor", "describe", "./slow.wasm"];
        let mut command = home.command(words.iter().chain(more));
        let mut process = command.stdout(Stdio::null()).stderr(Stdio::from(inside)).spawn().expect("the command runs");
        drop(command);
        let reader = std::thread::spawn(move || {
            let mut drawn = Vec::new();
            let _ = std::io::Read::read_to_end(&mut std::fs::File::from(outside), &mut drawn);
            String::from_utf8(drawn).expect("UTF-8")
        });
        assert!(process.wait().expect("an end").success());
        reader.join().expect("what was drawn")
    };
    let told = drawn(&[]);
    assert!(told.starts_with("compiling ./slow.wasm (") && told.contains(") for this machine; this happens once"), "{told:?}");
    assert_eq!(told.lines().count(), 1, "{told:?}");
    for silent in [&["--quiet"][..], &["--output", "json"]] {
        assert_eq!(drawn(silent), "", "{silent:?}");
    }
}
