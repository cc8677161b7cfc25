//! Ctrl-C and SIGTERM in the middle of a push.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use pushgate_test_images::{Image, Layout};
use pushgate_test_registry::{Options, Registry, Rule, Step, Switch};
use rustix::process::{Pid, Signal, kill_process};

use crate::support::{Home, Ran};

/// How long nothing may be waited for.
const LONG: Duration = Duration::from_secs(60);

/// A push that hangs in a step.
pub(crate) struct Hanging {
    process: Child,
    registry: Registry,
    _home: Home,
}

impl Hanging {
    pub(crate) fn in_step(step: Step) -> Self {
        Self::with_words(step, &[])
    }

    /// With more words on its command line.
    pub(crate) fn with_words(step: Step, words: &[&str]) -> Self {
        let home = Home::new();
        let layers = [vec![1; 2 << 20], vec![2; 100]];
        let image = layers.into_iter().fold(Image::new(), |image, layer| image.raw_layer(layer));
        Layout::create(&home.join("image")).and_then(|mut layout| layout.add(&image, None)).expect("a layout");
        let options = Options::default().misbehave(Rule::on(step, Switch::StallAfterRequest(1)));
        let registry = Registry::start_blocking(options).expect("a registry");
        let line = format!("push {0}/app:v1 --uri {0} --from oci:image --output json", registry.host());
        let mut command = home.command(line.split_whitespace().chain(words.iter().copied()));
        let process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the command runs");
        // Two layers and the config: an upload of which the client has not heard yet could not be given up.
        let expected = if step == Step::UploadFinish { 3 } else { 1 };
        let hangs =
            |registry: &Registry| registry.requests().iter().filter(|request| request.step == step && request.body_length > 0).count();
        let begun = Instant::now();
        while hangs(&registry) < expected {
            assert!(begun.elapsed() < LONG, "the push never gets to {step:?}");
            std::thread::sleep(Duration::from_millis(5));
        }
        Self { process, registry, _home: home }
    }

    pub(crate) fn end_by(self, signal: Signal) -> (Ran, Duration, Registry) {
        let id = i32::try_from(self.process.id()).ok().and_then(Pid::from_raw).expect("a process");
        let begun = Instant::now();
        kill_process(id, signal).expect("a signal");
        let ran = Ran::from(self.process.wait_with_output().expect("an end"));
        (ran, begun.elapsed(), self.registry)
    }
}

#[test]
fn an_upload_that_is_interrupted_is_given_up() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let (ran, elapsed, registry) = Hanging::in_step(Step::UploadFinish).end_by(signal);
        assert_eq!(ran.code, code, "{ran:?}");
        let json = ran.json();
        assert_eq!((&json["error"]["kind"], &json["remote"]), (&"interrupted".into(), &"unchanged".into()), "{ran:?}");
        assert!(elapsed < LONG, "{elapsed:?}");
        assert_eq!((registry.open_uploads(), registry.tag_digest("app", "v1")), (0, None));
    }
}

#[test]
fn a_push_that_is_interrupted_in_its_last_step_does_not_know_what_became_of_it() {
    let (ran, _, registry) = Hanging::in_step(Step::ManifestPut).end_by(Signal::INT);
    assert_eq!((ran.code, &ran.json()["remote"]), (130, &"unknown".into()), "{ran:?}");
    assert_eq!((registry.open_uploads(), registry.tag_digest("app", "v1")), (0, None));
}

/// A registry that does not answer any more is not waited for.
#[test]
fn a_registry_that_hangs_holds_nobody_up() {
    let hanging = Hanging::in_step(Step::UploadFinish);
    hanging.registry.misbehave(Rule::on(Step::UploadCancel, Switch::StallAfterRequest(0)));
    let (ran, elapsed, _registry) = hanging.end_by(Signal::INT);
    assert_eq!(ran.code, 130, "{ran:?}");
    assert!(elapsed < Duration::from_secs(10), "{elapsed:?}");
}
