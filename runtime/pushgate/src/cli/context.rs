//! What every command starts from: the environment, read once, and the gate that is built from it.

use std::cell::RefCell;
use std::ffi::OsString;
use std::fmt::{self, Debug};
use std::fs::File;
use std::io::{self, IsTerminal as _};
use std::sync::Arc;
use std::time::Duration;

use pushgate_builtin::BUILTINS;
use pushgate_credentials::CredentialSources;
use pushgate_engine::EngineEnvironment;
use pushgate_explain::{Failure, Kind};
use pushgate_gate::catalog::Catalog;
use pushgate_gate::catalogs::Catalogs;
use pushgate_gate::clients::{Clients, OpenUploads};
use pushgate_gate::decision::Warning;
use pushgate_gate::flavors::{Component, Flavors};
use pushgate_gate::paths::Paths;
use pushgate_net::{Proxies, Timeouts};
use pushgate_sandbox::{ComponentDigest, Flavor};
use tracing::field::Field;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::field::MakeExt as _;
use tracing_subscriber::fmt::format::{Writer, debug_fn};

use super::args::GlobalArguments;
use super::interrupt::unless_interrupted;
use super::output::{Output, printable};
use crate::process::Process;
use crate::pusher::confirm::CONFIRM_TIMEOUT;

/// What a command works with.
pub(super) struct Context {
    pub(super) process: Process,
    /// Uploads that are open when the command is interrupted.
    pub(super) uploads: OpenUploads,
    pub(super) output: Output,
    /// What the command has to tell beside its result.
    warnings: RefCell<Vec<Warning>>,
}

impl Context {
    pub(super) fn new(arguments: &GlobalArguments, output: Output) -> Result<Self, Failure> {
        listen(arguments.verbose, output);
        let paths = Paths::from_environment(variable, arguments.config.clone());
        let engine = EngineEnvironment::from_environment(variable);
        // A person who is there can answer what a helper asks.
        let on_terminal = std::io::stdin().is_terminal() || output.is_on_terminal();
        let credentials = CredentialSources::from_environment(variable).on_terminal(on_terminal);
        let proxies = Proxies::from_environment(variable);
        let timeouts = timeouts(variable)?;
        let process = Process {
            catalogs: Catalogs::new(paths.clone(), BUILTINS, arguments.trust_config),
            flavors: Flavors::new(paths, BUILTINS, Arc::new(output)),
            clients: Clients::new(credentials, proxies, timeouts, Arc::new(output)),
            engine,
        };
        Ok(Self { process, uploads: OpenUploads::default(), output, warnings: RefCell::default() })
    }

    /// The catalog, read on the first call.
    pub(super) fn catalog(&self) -> Result<Arc<Catalog>, Failure> {
        Ok(self.process.catalogs.current()?)
    }

    /// A flavor that can be called, and the digest of its component.
    pub(super) fn flavor(&self, label: &str, component: &Component) -> Result<(ComponentDigest, Flavor), Failure> {
        let mut warnings = Vec::new();
        let loaded = self.wait_for(self.process.flavors.get(label, component, &mut warnings));
        self.warn(warnings);
        loaded
    }

    /// The flavor in an open file, whose bytes have this digest.
    pub(super) fn load(
        &self,
        label: &str,
        digest: &ComponentDigest,
        open: impl FnOnce() -> io::Result<File> + Send + 'static,
    ) -> Result<Flavor, Failure> {
        let mut warnings = Vec::new();
        let loaded = self.wait_for(self.process.flavors.load(label, digest, open, &mut warnings));
        self.warn(warnings);
        loaded
    }

    /// Keeps warnings until the end of the command.
    pub(super) fn warn(&self, warnings: Vec<Warning>) {
        self.warnings.borrow_mut().extend(warnings);
    }

    /// The warnings that were kept and not taken yet.
    pub(super) fn take_warnings(&self) -> Vec<Warning> {
        self.warnings.take()
    }

    /// Runs what waits for others: on this thread, since a command does one thing at a time, with help for blocking work. Ctrl-C and SIGTERM
    /// end it.
    pub(super) fn wait_for<T, E>(&self, work: impl Future<Output = Result<T, E>>) -> Result<T, Failure>
    where
        Failure: From<E>,
    {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Failure::new(Kind::Defect, format!("cannot start: {error}")))?;
        let done = runtime.block_on(unless_interrupted(&self.uploads, async { Ok(work.await?) }));
        // What still reads or compresses when somebody interrupts ends with the process.
        runtime.shutdown_background();
        done
    }
}

/// The most seconds that a registry may be given to serve what it accepted.
const MAX_CONFIRM: u64 = 600;

/// How long registries are waited for.
pub(super) fn timeouts(variable: impl Fn(&str) -> Option<OsString>) -> Result<Timeouts, Failure> {
    let mut timeouts = Timeouts::default();
    if let Some(value) = variable(CONFIRM_TIMEOUT) {
        let seconds = value.to_str().and_then(|text| text.parse().ok()).filter(|seconds| *seconds <= MAX_CONFIRM);
        let wrong = || {
            let problem = format!("{CONFIRM_TIMEOUT} is `{}`, and must be a number of seconds, at most {MAX_CONFIRM}", value.display());
            Failure::new(Kind::Usage, problem)
        };
        timeouts.served_for = Duration::from_secs(seconds.ok_or_else(wrong)?);
    }
    Ok(timeouts)
}

/// An empty variable counts as none.
fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// A message, or a value with its name: in one line, whatever it holds.
fn write_field(writer: &mut Writer<'_>, field: &Field, value: &dyn Debug) -> fmt::Result {
    let value = printable(&format!("{value:?}"));
    if field.name() == "message" { write!(writer, "{value}") } else { write!(writer, "{field}={value}") }
}

/// `-v` shows what flavors log and the steps, `-vv` every request. Without it only warnings are let through, by a filter that costs
/// nothing to set up: every cold start pays for it.
fn listen(verbose: u8, output: Output) {
    let subscriber = tracing_subscriber::fmt()
        .fmt_fields(debug_fn(write_field).delimited(" "))
        .with_writer(output.log_writer())
        .with_ansi(output.is_colored())
        .without_time()
        .with_target(false);
    // A directive is for all targets that begin like its own: `pushgate` is every crate of ours.
    let filter = match verbose {
        0 => {
            let _ = subscriber.with_max_level(tracing::Level::WARN).try_init();
            return;
        }
        1 => "warn,flavor=info,pushgate=info",
        2 => "warn,flavor=trace,pushgate=debug",
        _ => "warn,flavor=trace,pushgate=trace",
    };
    // A test that runs two command lines in one process has a subscriber already.
    let _ = subscriber.with_env_filter(EnvFilter::new(filter)).try_init();
}
