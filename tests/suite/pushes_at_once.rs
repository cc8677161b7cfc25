//! Many pushes in one process, as a gateway has them: what belongs to one push is that push's alone.

use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use pushgate::destination::Destination;
use pushgate::process::Process;
use pushgate::push::{Request, push};
use pushgate::pusher::Pushed;
use pushgate::report::Report;
use pushgate_builtin::BUILTINS;
use pushgate_credentials::CredentialSources;
use pushgate_engine::EngineEnvironment;
use pushgate_explain::{Failure, Kind};
use pushgate_gate::catalogs::Catalogs;
use pushgate_gate::clients::{Clients, OpenUploads};
use pushgate_gate::flavors::{CompileProgress, Flavors};
use pushgate_gate::paths::Paths;
use pushgate_gate::trust::GivenConnection;
use pushgate_net::{Proxies, Timeouts, WaitListener};
use pushgate_source::{RequestedSource, SourceOptions};
use pushgate_test_images::{Image, Layout};
use pushgate_test_registry::{Options, Registry, Rule, Step, Switch};
use tokio::task::LocalSet;

use crate::support::{Home, guest};

/// Says to the test that it runs in a process of its own, where nothing else takes memory.
const ALONE: &str = "PUSHGATE_TEST_PUSHES_AT_ONCE";
/// How many pushes at once.
const PUSHES: u64 = 200;
/// When the first was asked for; each other one a second later.
const FIRST: u64 = 1_800_000_000;

#[derive(Debug)]
struct Silent;

impl CompileProgress for Silent {
    fn compiling(&self, flavor: &str, _: u64, _: bool) {
        panic!("{flavor} is compiled again: a flavor is loaded once");
    }
}

impl WaitListener for Silent {
    fn waiting(&self, _: &str) {}
}

/// The parts of a process whose home this is.
fn process(home: &Home) -> Process {
    let folder = home.path().as_os_str().to_owned();
    let variable = move |name: &str| (name == "HOME").then(|| folder.clone());
    let paths = Paths::from_environment(&variable, None);
    Process {
        catalogs: Catalogs::new(paths.clone(), BUILTINS, false),
        flavors: Flavors::new(paths, BUILTINS, Arc::new(Silent)),
        clients: Clients::new(
            CredentialSources::from_environment(&variable),
            Proxies::from_environment(&variable),
            Timeouts::default(),
            Arc::new(Silent),
        ),
        engine: EngineEnvironment::from_environment(&variable),
    }
}

/// What becomes of a push.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Pushed,
    Warned,
    Refused,
    Interrupted,
}

impl Fate {
    fn of(number: u64) -> Self {
        match number % 4 {
            0 => Self::Pushed,
            1 => Self::Warned,
            2 => Self::Refused,
            _ => Self::Interrupted,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Pushed => "pushed",
            Self::Warned => "warned",
            Self::Refused => "refused",
            Self::Interrupted => "interrupted",
        }
    }
}

struct Stage {
    home: Home,
    registry: Registry,
    process: Process,
}

impl Stage {
    fn new() -> Self {
        let warning = Switch::Header("warning", "299 - \"only some\"".to_owned());
        let options = Options::default()
            .misbehave(Rule::on(Step::UploadFinish, Switch::StallAfterRequest(1)).containing("interrupted"))
            .misbehave(Rule::on(Step::UploadFinish, warning).containing("warned"));
        let registry = Registry::start_blocking(options).expect("a registry");
        let home = Home::new();
        home.must(&format!("flavor register {}", guest("probe").display()));
        let rule = r#"rules:=[{"code":"tag.refused","require":"!push.tag.startsWith('refused')","message":"{{push.requested_at}}"}]"#;
        let probe =
            r#"--flavor probe --set do=report --set look:=["push"] --grant registry --grant http=https://api.example.com --mode warn"#;
        home.must(&format!("registry register all --uri {}/team {probe} --flavor cel --set {rule}", registry.host()));
        Layout::create(&home.join("image"))
            .and_then(|mut layout| layout.add(&Image::new().raw_layer(vec![7; 1 << 10]), None))
            .expect("a layout");
        // Compiled by the command, so that this process finds them in the cache.
        home.run(&format!("check {}/team/a:v1 --from oci:{}", registry.host(), home.join("image").display()));
        let process = process(&home);
        Self { home, registry, process }
    }

    fn request(&self, round: u64, number: u64) -> Request {
        let fate = Fate::of(number).word();
        let source = format!("oci:{}", self.home.join("image").display()).parse().expect("a source");
        let options = SourceOptions { temporary: self.home.path().to_owned(), ..SourceOptions::default() };
        Request {
            image: format!("{}/team/{fate}-{round}-{number}:{fate}", self.registry.host()),
            destination: Destination::Registered { name: None, connection: GivenConnection::default() },
            source: RequestedSource::new(source, options).expect("a request"),
            requested_at: SystemTime::UNIX_EPOCH + Duration::from_secs(FIRST + number),
        }
    }

    /// One push from its beginning to its end; one that is interrupted is dropped while its upload hangs.
    async fn run(&self, round: u64, number: u64) -> (Option<Result<Pushed, Failure>>, Report) {
        let (request, uploads, mut report) = (self.request(round, number), OpenUploads::default(), Report::default());
        let repository = format!("team/{}-{round}-{number}/", Fate::of(number).word());
        let hangs = async {
            let is_there = |registry: &Registry| {
                let requests = registry.requests();
                let mut finishes = requests.iter().filter(|request| request.step == Step::UploadFinish && request.body_length > 0);
                // The layer and the config: an upload of which the client has not heard yet could not be given up.
                finishes.by_ref().filter(|request| request.path.contains(&repository)).count() == 2
            };
            while !is_there(&self.registry) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let ended = tokio::select! {
            ended = push(&self.process, &request, &uploads, &(), &mut report) => Some(ended),
            () = hangs, if Fate::of(number) == Fate::Interrupted => None,
        };
        if ended.is_none() {
            uploads.cancel(Duration::from_secs(20)).await;
        }
        (ended, report)
    }

    /// Two hundred pushes at once.
    fn round(self: &Arc<Self>, round: u64) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let all = LocalSet::new();
        let pushes: Vec<_> = (0..PUSHES)
            .map(|number| {
                let stage = Arc::clone(self);
                all.spawn_local(async move { stage.run(round, number).await })
            })
            .collect();
        let ended: Vec<_> = runtime.block_on(all.run_until(async {
            let mut ended = Vec::new();
            for push in pushes {
                ended.push(push.await.expect("a push"));
            }
            ended
        }));
        for (number, (ended, report)) in (0..PUSHES).zip(ended) {
            self.judge(round, number, ended.as_ref(), &report);
        }
        assert_eq!(self.registry.open_uploads(), 0, "every upload that was interrupted was given up");
        self.registry.forget_requests();
    }

    /// What is known of a registry outlives the pushes: the next one there needs no connection of its own.
    fn one_more(self: &Arc<Self>) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let connections = runtime.block_on(async {
            self.run(5, 0).await.0.expect("an end").expect("a push");
            let before = self.registry.connections();
            self.run(5, 4).await.0.expect("an end").expect("another push");
            self.registry.connections() - before
        });
        assert_eq!(connections, 0);
    }

    fn judge(&self, round: u64, number: u64, ended: Option<&Result<Pushed, Failure>>, report: &Report) {
        let fate = Fate::of(number);
        let tag = self.registry.tag_digest(&format!("team/{}-{round}-{number}", fate.word()), fate.word());
        let kind = ended.and_then(|ended| ended.as_ref().err()).map(|failure| failure.kind);
        assert_eq!(
            (kind, tag.is_some(), ended.is_some()),
            match fate {
                Fate::Pushed | Fate::Warned => (None, true, true),
                Fate::Refused => (Some(Kind::RefusedByFlavor), false, true),
                Fate::Interrupted => (None, false, false),
            },
            "{number}: {ended:?}"
        );
        let times: Vec<_> = report.decision.hooks.iter().flat_map(|hook| &hook.violations).collect();
        let seen = times.first().and_then(|violation| violation.details.get("push.requested-at"));
        assert_eq!(seen, Some(&(FIRST + number).to_string()), "{number}: each push has its own time");
        let warnings: Vec<&str> = report.decision.warnings.iter().map(|warning| warning.message.as_str()).collect();
        let expected = format!("{} says: only some", self.registry.address().ip());
        let own: Vec<&&str> = warnings.iter().filter(|warning| warning.ends_with("says: only some")).collect();
        assert_eq!(own.len(), usize::from(fate == Fate::Warned), "{number}: {expected}: {warnings:?}");
    }
}

/// The memory that this process has of its own, in KiB.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("the status of this process");
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).expect("a line");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

#[test]
fn two_hundred_pushes_at_once_have_nothing_of_each_other() {
    if std::env::var_os(ALONE).is_none() {
        let program = std::env::current_exe().expect("this program");
        let name = "pushes_at_once::two_hundred_pushes_at_once_have_nothing_of_each_other";
        let output = Command::new(program).args(["--exact", name, "--nocapture"]).env(ALONE, "1").output().expect("a process");
        assert!(output.status.success(), "{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        return;
    }
    let stage = Arc::new(Stage::new());
    // What is loaded once, connected once, or kept by an allocator is there after two rounds.
    stage.round(0);
    stage.round(1);
    let before = resident();
    (2..5).for_each(|round| stage.round(round));
    let after = resident();
    assert!(after < before + before / 4, "{before} KiB before six hundred pushes, {after} KiB after them");
    stage.one_more();
}
