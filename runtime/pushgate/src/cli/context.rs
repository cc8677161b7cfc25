//! What every command starts from: the environment, read once, and the gate that is built from it.

use std::ffi::OsString;
use std::io::IsTerminal as _;
use std::sync::Arc;

use pushgate_oci::{CredentialSources, Proxies};
use tracing_subscriber::EnvFilter;

use super::args::GlobalArguments;
use super::interrupt::unless_interrupted;
use super::output::Output;
use crate::engine::EngineEnvironment;
use crate::exit::{Failure, Kind};
use crate::gate::{Environment, Gate};
use crate::paths::Paths;

/// What a command works with.
pub(super) struct Context {
    pub(super) gate: Gate,
    pub(super) output: Output,
}

impl Context {
    pub(super) fn new(arguments: &GlobalArguments, output: Output) -> Result<Self, Failure> {
        listen(arguments.verbose, output.is_colored());
        let paths = Paths::from_environment(variable, arguments.config.clone());
        let engine = EngineEnvironment::from_environment(variable);
        // A person who is there can answer what a helper asks.
        let on_terminal = std::io::stdin().is_terminal() || std::io::stderr().is_terminal();
        let credentials = CredentialSources::from_environment(variable).on_terminal(on_terminal);
        let proxies = Proxies::from_environment(variable);
        Ok(Self { gate: Gate::new(Environment { paths, engine, credentials, proxies }, Arc::new(output)), output })
    }

    /// Runs what waits for others: on this thread, since a command does one thing at a time, with help for blocking work. Ctrl-C and SIGTERM
    /// end it.
    pub(super) fn wait_for<T>(&self, work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Failure::new(Kind::Defect, format!("cannot start: {error}")))?;
        let done = runtime.block_on(unless_interrupted(&self.gate, work));
        // What still reads or compresses when somebody interrupts ends with the process.
        runtime.shutdown_background();
        // A credential helper is another process, and would not.
        pushgate_oci::end_helpers();
        done
    }
}

/// An empty variable counts as none.
fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// `-v` shows what flavors log and the steps, `-vv` every request. Without it only warnings are let through, by a filter that costs
/// nothing to set up: every cold start pays for it.
fn listen(verbose: u8, colored: bool) {
    let subscriber = tracing_subscriber::fmt().with_writer(std::io::stderr).with_ansi(colored).without_time().with_target(false);
    let filter = match verbose {
        0 => {
            let _ = subscriber.with_max_level(tracing::Level::WARN).try_init();
            return;
        }
        1 => "warn,flavor=info,pushgate=info",
        2 => "warn,flavor=trace,pushgate=debug,pushgate_oci=debug,pushgate_sandbox=debug",
        _ => "warn,flavor=trace,pushgate=trace,pushgate_oci=trace,pushgate_sandbox=trace",
    };
    // A test that runs two command lines in one process has a subscriber already.
    let _ = subscriber.with_env_filter(EnvFilter::new(filter)).try_init();
}
