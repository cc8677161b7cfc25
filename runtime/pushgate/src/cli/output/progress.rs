//! How a push gets on.
//!
//! On a terminal there is a bar for each layer that is under way, below it one for all of them with rate and time left, and nothing is left
//! of either at the end: the result is what stays. Elsewhere there is a line for each layer that is done.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use indicatif::{HumanBytes, MultiProgress, ProgressBar, ProgressStyle};
use pushgate_client::{LayerOutcome, Progress};
use pushgate_engine::{EngineProgress, LayerState};
use pushgate_oci::{Descriptor, Digest, media_type};

use super::drawn::DRAWN;
use super::{Output, Shown, printable, stream};
use crate::cli::args::OutputFormat;
use crate::progress::PushProgress;
use crate::report::Report;

/// As Docker shortens digests.
const SHORT: usize = 12;

/// What is shown.
pub(super) enum Style {
    Silent,
    Lines,
    Bars,
}

/// Shows a push. What it drew is gone when it is dropped.
pub(crate) struct TerminalProgress {
    output: Output,
    style: Style,
    shown: OnceLock<Shown>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    layers: HashMap<String, Layer>,
    bars: Option<Bars>,
}

struct Bars {
    all: MultiProgress,
    total: ProgressBar,
}

#[derive(Default)]
struct Layer {
    size: u64,
    sent: u64,
    bar: Option<ProgressBar>,
    /// The Docker Engine sent some of it, in this attempt or an earlier one.
    sending: bool,
    done: bool,
}

impl Output {
    /// Shows how a push gets on: bars on a terminal, a line for each layer elsewhere, nothing beside JSON or with `--quiet`.
    pub(in crate::cli) fn progress(self) -> TerminalProgress {
        let is_terminal = self.is_on_terminal();
        let style = match (self.quiet, is_terminal, self.format) {
            (true, ..) | (false, false, OutputFormat::Json) => Style::Silent,
            // Bars and log lines would write over each other.
            (false, true, _) if !self.logs && moves_its_cursor() => Style::Bars,
            (false, ..) => Style::Lines,
        };
        TerminalProgress::new(self, style)
    }
}

/// Whether bars can be drawn over each other on the terminal.
fn moves_its_cursor() -> bool {
    std::env::var_os("TERM").is_some_and(|terminal| terminal != "dumb")
}

impl TerminalProgress {
    pub(super) fn new(output: Output, style: Style) -> Self {
        Self { output, style, shown: OnceLock::new(), state: Mutex::default() }
    }

    /// What was printed of the report so far, if the transfer began.
    pub(in crate::cli) fn shown(&self) -> Option<Shown> {
        self.shown.get().copied()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// So much of a layer went out. The first word of it draws its bar.
    fn advanced(&self, name: &str, sent: u64, size: Option<u64>) {
        if !matches!(self.style, Style::Bars) {
            return;
        }
        let mut state = self.state();
        let State { layers, bars } = &mut *state;
        let to_go = || layers.values().filter(|layer| !layer.done).map(|layer| layer.size).sum();
        let Bars { all, total } = bars.get_or_insert_with(|| Bars::new(to_go()));
        let layer = layers.entry(name.to_owned()).or_default();
        if let Some(size) = size {
            total.inc_length(size.saturating_sub(layer.size));
            layer.size = layer.size.max(size);
        }
        let bar = layer.bar.get_or_insert_with(|| all.insert_before(total, layer_bar(name)));
        bar.set_length(layer.size);
        bar.set_position(sent);
        // It falls back where an upload begins anew.
        total.set_position((total.position() + sent).saturating_sub(layer.sent));
        layer.sent = sent;
    }

    fn finished(&self, name: &str, word: &str) {
        let mut state = self.state();
        let total = state.bars.as_ref().map(|bars| bars.total.clone());
        let Some(layer) = state.layers.get_mut(name).filter(|layer| !layer.done) else { return };
        layer.done = true;
        if let (Some(bar), Some(total)) = (layer.bar.take(), total) {
            bar.finish_and_clear();
            total.set_position((total.position() + layer.size).saturating_sub(layer.sent));
            layer.sent = layer.size;
        }
        if matches!(self.style, Style::Lines) {
            let size = if layer.size > 0 { format!("  {}", HumanBytes(layer.size)) } else { String::new() };
            self.output.stderr(&format!("{word:<9} {}{size}\n", printable(name)));
        }
    }

    fn sending(&self, name: &str, bytes: u64) {
        if let Some(layer) = self.state().layers.get_mut(name) {
            layer.sending |= bytes > 0;
        }
    }

    fn is_sent(&self, name: &str) -> bool {
        self.state().layers.get(name).is_some_and(|layer| layer.sending)
    }

    fn begun(&self, name: &str, size: u64) {
        let layer = Layer { size, ..Layer::default() };
        let mut state = self.state();
        if let Some(bars) = &state.bars {
            bars.total.inc_length(size);
        }
        state.layers.entry(name.to_owned()).or_insert(layer);
    }
}

impl Bars {
    /// With so many bytes to go.
    fn new(size: u64) -> Self {
        let all = stream::bars();
        let total = all.add(stream::bar(size).with_style(style("{bar:30} {bytes:>10} of {total_bytes:<10} {bytes_per_sec}, {eta} left")));
        total.enable_steady_tick(Duration::from_millis(250));
        *DRAWN.lock().unwrap_or_else(PoisonError::into_inner) = Some(all.clone());
        Self { all, total }
    }
}

fn layer_bar(name: &str) -> ProgressBar {
    stream::bar(0).with_style(style("{prefix} {bar:30} {bytes:>10} of {total_bytes}")).with_prefix(printable(name))
}

fn style(template: &str) -> ProgressStyle {
    // The templates are ours and fixed; a wrong one would be seen in the first test on a terminal.
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("━╸─")
}

impl Drop for TerminalProgress {
    fn drop(&mut self) {
        if let Some(bars) = self.state().bars.take() {
            DRAWN.lock().unwrap_or_else(PoisonError::into_inner).take();
            bars.total.finish_and_clear();
            let _ = bars.all.clear();
        }
    }
}

fn short(digest: &Digest) -> String {
    digest.hexadecimal().chars().take(SHORT).collect()
}

impl Progress for TerminalProgress {
    fn layer_started(&self, blob: &Descriptor) {
        // A config is small, and no layer.
        if !media_type::is_image_config(&blob.media_type) {
            self.begun(&short(&blob.digest), blob.size);
        }
    }

    fn layer_advanced(&self, digest: &Digest, bytes: u64) {
        let name = short(digest);
        if self.state().layers.contains_key(&name) {
            self.advanced(&name, bytes, None);
        }
    }

    fn layer_finished(&self, digest: &Digest, how: LayerOutcome) {
        self.finished(
            &short(digest),
            match how {
                LayerOutcome::Uploaded => "pushed",
                LayerOutcome::AlreadyThere => "exists",
                LayerOutcome::Mounted => "mounted",
            },
        );
    }
}

/// The verdicts come first: what a person reads is the order in which it happened.
impl PushProgress for TerminalProgress {
    fn approved(&self, report: &Report) {
        if self.shown.set(Shown { warnings: report.decision.warnings.len() }).is_ok() {
            self.output.hooks(report);
        }
    }
}

impl EngineProgress for TerminalProgress {
    fn layer(&self, layer: &str, state: LayerState) {
        match state {
            LayerState::Waiting | LayerState::Retrying => self.begun(layer, 0),
            LayerState::Pushing { current, total } => {
                self.begun(layer, 0);
                self.sending(layer, current);
                self.advanced(layer, current, total.map(|total| total.max(current)));
            }
            LayerState::Pushed => self.finished(layer, "pushed"),
            // Found there by a further attempt, after one whose answer was lost.
            LayerState::AlreadyThere if self.is_sent(layer) => self.finished(layer, "pushed"),
            LayerState::AlreadyThere => self.finished(layer, "exists"),
            LayerState::Mounted => self.finished(layer, "mounted"),
        }
    }
}
