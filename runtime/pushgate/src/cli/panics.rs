//! A panic is a defect of pushgate: it is printed as every other text, and has the exit code of a defect.

use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::panic::{AssertUnwindSafe, catch_unwind};

use pushgate_explain::{Failure, Kind};

use super::args::OutputFormat;
use super::output::Output;

/// From now on every panic, on whichever thread, is printed here.
pub(super) fn print() {
    std::panic::set_hook(Box::new(|panic| {
        let output = Output::plain(OutputFormat::Text);
        let place = panic.location().map(|place| format!(" at {place}")).unwrap_or_default();
        let mut failure = failure(panic.payload());
        failure.message.push_str(&place);
        output.failure(&failure);
        let backtrace = Backtrace::capture();
        if backtrace.status() == BacktraceStatus::Captured {
            output.stderr(&format!("{backtrace}\n"));
        }
    }));
}

/// What `command` gives, or the failure that its panic is.
pub(super) fn caught<T>(command: impl FnOnce() -> T) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(command)).map_err(|payload| failure(payload.as_ref()))
}

fn failure(payload: &(dyn Any + Send)) -> Failure {
    let text = payload.downcast_ref::<String>().map(String::as_str).or_else(|| payload.downcast_ref::<&str>().copied());
    Failure::new(Kind::Defect, format!("pushgate panicked: {}", text.unwrap_or("without a word")))
        .with_hint(Some("this is a defect of pushgate: report it, with what is printed with RUST_BACKTRACE=1".to_owned()))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    const VARIABLE: &str = "PUSHGATE_TEST_PANICS";

    /// In a process of its own, since all tests of this one share the hook.
    #[test]
    #[allow(clippy::disallowed_methods, reason = "what a caught panic makes of the process is what is tested")]
    fn a_panic_is_printed_escaped_and_is_a_defect() {
        if std::env::var_os(VARIABLE).is_some() {
            print();
            let ended = caught(|| -> () { panic!("a\u{1b}[2J\nerror: \u{202e}b") });
            std::process::exit(ended.map_or_else(|failure| failure.kind.code().into(), |()| 0));
        }
        let test = "cli::panics::tests::a_panic_is_printed_escaped_and_is_a_defect";
        let output =
            Command::new(std::env::current_exe().unwrap()).args(["--exact", test, "--nocapture"]).env(VARIABLE, "1").output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert!(stderr.contains("error: pushgate panicked: a\\u{1b}[2J\\nerror: \\u{202e}b at "), "{stderr:?}");
        assert!(!stderr.contains(['\u{1b}', '\u{202e}']), "{stderr:?}");
    }
}
