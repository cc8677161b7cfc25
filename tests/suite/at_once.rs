//! Several commands at once on one catalog, and commands that are killed. Family (j) of what may be done to us:
//!
//! | row | test |
//! |---|---|
//! | J-01 | [`fifty_processes_register_fifty_names`], [`of_fifty_processes_with_one_name_and_other_bytes_one_wins`] |
//! | J-03 | the module `failing_disk`; `files::tests` of the library |
//! | J-04 | `permissions::a_catalog_that_is_none_stops_every_command_and_is_left_alone`; `catalog::tests::damage` of the library |
//! | J-06, J-07, J-10, J-13, J-15 | the module `permissions`; `files::tests`, `store::tests`, `paths::tests` of the library |
//! | a lock file that is deleted | [`a_lock_that_is_held_names_its_holder_even_if_its_file_is_gone`]; `files::tests` of the library |
//! | J-09 | [`a_push_keeps_the_bytes_that_it_began_with`] |
//! | J-14 | `tests::cache` of the sandbox |
//! | kill -9 | [`killed_at_any_moment_the_catalog_is_the_old_one_or_the_new_one`] |

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use pushgate_builtin::BUILTINS;
use pushgate_explain::Failure;
use pushgate_gate::catalog::Catalog;
use pushgate_gate::name::Name;
use pushgate_reference::RegistryUri;
use pushgate_sandbox::ComponentDigest;

use crate::support::{Home, Ran, guest};

fn start(home: &Home, line: &str) -> Child {
    let mut command = home.command(line.split_whitespace());
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the command runs")
}

fn end(child: Child) -> Ran {
    Ran::from(child.wait_with_output().expect("an end"))
}

fn flavors(home: &Home) -> BTreeSet<String> {
    let catalog = Catalog::load(&home.catalog(), BUILTINS).expect("a catalog");
    catalog
        .flavors()
        .map(|(name, entry)| entry.map(|entry| entry.name.to_string()).unwrap_or_else(|_| panic!("{name} is unusable")))
        .collect()
}

/// The same flavor in other bytes: a custom section more.
fn variant(home: &Home, number: u8) -> PathBuf {
    let mut bytes = std::fs::read(guest("passthrough")).expect("a component");
    bytes.extend([0, 3, 1, b'n', number]);
    home.write(&format!("variant-{number}.wasm"), bytes)
}

/// What lies in a folder, by name.
fn files(folder: PathBuf) -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8")).collect()
}

#[test]
fn fifty_processes_register_fifty_names() {
    let home = Home::new();
    let file = guest("passthrough");
    let names: BTreeSet<String> = (0..50).map(|number| format!("f{number}")).collect();
    let children: Vec<Child> =
        names.iter().map(|name| start(&home, &format!("flavor register {} --name {name}", file.display()))).collect();
    for child in children {
        let ran = end(child);
        assert_eq!(ran.code, 0, "{ran:?}");
    }
    assert_eq!(flavors(&home), names);
    assert_eq!(files(home.join(".config/pushgate")), ["catalog.toml", "catalog.toml.lock"].map(str::to_owned).into());
    assert_eq!(files(home.join(".local/share/pushgate/components/sha256")).len(), 1);
}

#[test]
fn of_fifty_processes_with_one_name_and_other_bytes_one_wins() {
    let home = Home::new();
    let variants: Vec<PathBuf> = (0..5).map(|number| variant(&home, number)).collect();
    for file in &variants {
        // Compiled once, so that the fifty meet at the catalog and not at the compiler.
        home.must(&format!("flavor describe {}", file.display()));
    }
    let children: Vec<Child> = (0..50)
        .map(|number| start(&home, &format!("flavor register {} --name taken --output json", variants[number % 5].display())))
        .collect();
    let all: Vec<Ran> = children.into_iter().map(end).collect();
    let changes = |change: &str| all.iter().filter(|ran| ran.code == 0 && ran.json()["flavor"]["change"] == change).count();
    assert_eq!((changes("registered"), changes("unchanged")), (1, 9), "those with the winner's bytes find nothing to do");
    let told = |ran: &&Ran| ran.code == 8 && ran.stderr.contains("the flavor `taken` is registered already, with the component");
    assert_eq!(all.iter().filter(told).count(), 40, "{all:?}");
    assert_eq!(flavors(&home), ["taken".to_owned()].into());
}

#[test]
fn a_lock_that_is_held_names_its_holder_even_if_its_file_is_gone() {
    let home = Home::new();
    home.must("registry register prod --uri registry.example.com");
    let lock = home.join(".config/pushgate/catalog.toml.lock");
    let held = Catalog::edit(&home.catalog(), BUILTINS, |edit| -> Result<Ran, Failure> {
        edit.add_flavor(&Name::parse("mine").expect("a name"), &ComponentDigest::of(b"mine"))?;
        std::fs::remove_file(&lock).expect("the lock file");
        // It waits as long as it does for anybody.
        Ok(home.run("registry use prod"))
    });
    let ran = held.expect("an edit");
    assert_eq!(ran.code, 8, "{ran:?}");
    let told = format!("`{}` has been locked by process {} for 10 seconds", lock.display(), std::process::id());
    assert!(ran.stderr.contains(&told) && ran.stderr.contains("hint: wait for the other pushgate, or end it"), "{ran:?}");
    home.must("registry use prod");
    assert_eq!(flavors(&home), ["mine".to_owned()].into(), "nothing of the first writer is lost");
}

/// The hook is in the middle of its call: it writes more than a pipe holds, and nobody reads.
#[test]
fn a_push_keeps_the_bytes_that_it_began_with() {
    let home = Home::new();
    home.must(&format!("flavor register {}", guest("probe").display()));
    home.must("registry register prod --uri registry.example.com/team");
    let settings = format!(r#"{{"do":"flood-log","count":3000,"message":"{}"}}"#, "x".repeat(100));
    let add = "registry add-hook prod --flavor probe --grant registry --grant http=https://a.example";
    home.must(&format!("{add} --limit log-lines=10000 --limit log-bytes=1MiB --limit wall=120s --limit compute=60s --settings {settings}"));
    let digest = |path: &Path| ComponentDigest::of(&std::fs::read(path).expect("a component")).to_string();

    let mut push = start(&home, "check registry.example.com/team/app -v --output json");
    let mut stderr = BufReader::new(push.stderr.take().expect("a pipe"));
    let mut line = String::new();
    stderr.read_line(&mut line).expect("a line of the flavor");
    assert!(line.contains("probe: xxx") && !line.contains('\u{1b}'), "{line}");
    home.must(&format!("flavor register {} --name probe --replace --yes", guest("passthrough").display()));
    let old =
        home.join(".local/share/pushgate/components/sha256").join(format!("{}.wasm", digest(guest("probe")).trim_start_matches("sha256:")));
    std::fs::remove_file(old).expect("the component that is no longer named");
    let json = home.run("check registry.example.com/team/app --output json").json();
    assert_eq!(json["hooks"][0]["digest"], digest(guest("passthrough")).as_str(), "the next push asks the new one");

    // The report has the messages too, and is more than a pipe holds.
    let rest = std::thread::spawn(move || stderr.read_to_string(&mut line).expect("the rest"));
    let ran = end(push);
    rest.join().expect("the rest");
    assert_eq!((ran.code, &ran.json()["hooks"][0]["digest"]), (0, &digest(guest("probe")).as_str().into()), "{ran:?}");
}

/// A small generator (SplitMix64), so that a failure comes again as far as the clock allows.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}

/// Commands that are killed, one after the other, on a catalog of their own.
struct Victims {
    home: Home,
    random: Random,
    components: [(&'static Path, ComponentDigest); 2],
    /// How long a command takes that is left alone.
    usual: Duration,
    /// How often the old catalog was found, and how often the new one.
    outcomes: [u32; 2],
}

const COMMENT: &str = "# Ask Kim before changing this.\n";

impl Victims {
    fn new(seed: u64) -> Self {
        let home = Home::new();
        let component = |name: &str| {
            let path = guest(name);
            let digest = ComponentDigest::of(&std::fs::read(path).expect("a component"));
            (path, digest)
        };
        let components = [component("passthrough"), component("probe")];
        home.write(".config/pushgate/catalog.toml", format!("{COMMENT}version = 1\n"));
        for (path, _) in &components {
            home.must(&format!("flavor register {}", path.display()));
        }
        home.must("registry register prod --uri registry.example.com/0 --flavor passthrough");
        let begun = Instant::now();
        home.must("registry update prod --uri registry.example.com/1");
        Self { home, random: Random(seed), components, usual: begun.elapsed(), outcomes: [0, 0] }
    }

    /// Kills one command, and looks at what it left.
    fn kill_one(&mut self) {
        let before = std::fs::read_to_string(self.home.catalog()).expect("the catalog");
        let (line, after) = self.choose(&before);
        let begun = Instant::now();
        let mut child = start(&self.home, &line);
        // Most of the time before the end, where the files are written.
        let share = if self.random.below(2) == 0 { self.random.below(1_000) } else { 600 + self.random.below(700) };
        let moment = self.usual.mul_f64(share as f64 / 1_000.0);
        while begun.elapsed() < moment && child.try_wait().expect("a state").is_none() {
            std::thread::sleep(Duration::from_micros(200));
        }
        child.kill().expect("a signal");
        let ran = Ran::from(child.wait_with_output().expect("an end"));
        // The machine may be busy now and idle later.
        self.usual = if ran.code == 0 { self.usual.mul_f64(0.8) + begun.elapsed().mul_f64(0.2) } else { self.usual.mul_f64(1.02) };

        let found = std::fs::read_to_string(self.home.catalog()).expect("the catalog");
        assert!(found == before || found == after, "after `{line}`, {ran:?}:\n{found}\ninstead of\n{before}\nor\n{after}");
        assert!(ran.code == -1 || (ran.code == 0 && found == after), "{line}: {ran:?}");
        self.outcomes[usize::from(found == after)] += 1;
        let catalog = Catalog::load(&self.home.catalog(), BUILTINS).expect("a catalog");
        for (_, entry) in catalog.flavors() {
            let digest = entry.expect("a valid entry").digest;
            let path = self.home.join(".local/share/pushgate/components/sha256").join(format!("{}.wasm", digest.hex()));
            let bytes = std::fs::read(path).expect("whatever the catalog names lies in the store");
            assert_eq!(ComponentDigest::of(&bytes), digest, "{line}");
        }
    }

    /// A command, and the catalog that it leaves when it is left alone.
    fn choose(&mut self, before: &str) -> (String, String) {
        let copy = self.home.write("copy.toml", before);
        let registered: Vec<String> = flavors(&self.home).into_iter().filter(|name| name.starts_with('f')).collect();
        let (path, digest) = &self.components[usize::from(self.random.below(2) == 0)];
        let name = format!("f{}", self.random.below(1_000_000));
        let edit = |change: &dyn Fn(&mut pushgate_gate::catalog::Edit) -> Result<(), Failure>| {
            Catalog::edit(&copy, BUILTINS, |edit| change(edit)).expect("an edit of the copy");
            std::fs::read_to_string(&copy).expect("the copy")
        };
        let known = |text: &str| Name::parse(text).expect("a name");
        match (self.random.below(4), registered.as_slice()) {
            (1, [.., last]) => {
                let after = edit(&|edit| Ok(edit.replace_flavor(&known(last), digest).map(drop)?));
                (format!("flavor register {} --name {last} --replace", path.display()), after)
            }
            (2, [first, ..]) => (format!("flavor delete {first}"), edit(&|edit| Ok(edit.remove_flavor(first)?))),
            (3, _) => {
                let uri = format!("registry.example.com/{name}");
                let parsed = RegistryUri::parse(&uri).expect("a URI");
                let after = edit(&|edit| {
                    let connection = edit.catalog().registry("prod")?.connection;
                    Ok(edit.update_registry("prod", &parsed, &connection).map(drop)?)
                });
                (format!("registry update prod --uri {uri}"), after)
            }
            _ => {
                let after = edit(&|edit| Ok(edit.add_flavor(&known(&name), digest).map(drop)?));
                (format!("flavor register {} --name {name}", path.display()), after)
            }
        }
    }

    /// The next command finds no lock and cleans up.
    fn end(self) -> [u32; 2] {
        let begun = Instant::now();
        self.home.must("registry rename prod production");
        assert!(begun.elapsed() < Duration::from_secs(9), "it waited for a lock");
        let text = std::fs::read_to_string(self.home.catalog()).expect("the catalog");
        assert!(text.starts_with(COMMENT), "{text}");
        assert_eq!(files(self.home.join(".config/pushgate")), ["catalog.toml", "catalog.toml.lock"].map(str::to_owned).into());
        let left = files(self.home.join(".local/share/pushgate/components/sha256"));
        let known: BTreeSet<String> = self.components.iter().map(|(_, digest)| format!("{}.wasm", digest.hex())).collect();
        assert!(left.iter().all(|name| known.contains(name.trim_end_matches(".new"))), "{left:?}");
        self.outcomes
    }
}

#[test]
fn killed_at_any_moment_the_catalog_is_the_old_one_or_the_new_one() {
    const WORKERS: u64 = 4;
    const KILLS: u32 = 125;
    let outcomes: Vec<[u32; 2]> = std::thread::scope(|scope| {
        let start = |seed| {
            scope.spawn(move || {
                let mut victims = Victims::new(seed);
                for _ in 0..KILLS {
                    victims.kill_one();
                }
                victims.end()
            })
        };
        let workers: Vec<_> = (0..WORKERS).map(start).collect();
        workers.into_iter().map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    });
    let [old, new] = outcomes.iter().fold([0, 0], |sum, outcome| [sum[0] + outcome[0], sum[1] + outcome[1]]);
    assert_eq!(old + new, 500);
    // Neither all before the first byte nor all after the last one.
    assert!(old >= 50 && new >= 50, "{old} times the old catalog, {new} times the new one");
}
