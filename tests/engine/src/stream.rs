//! The stream of a push: one JSON value a line, in the shapes of Docker 20.10, spoiled where a switch says so.

use std::io;

use bytes::Bytes;
use serde_json::{Value, json};
use tokio::sync::mpsc::Sender;

use crate::switches::Switch;

/// The client went away, or a switch ended the stream.
pub(crate) struct Ended;

/// The sending end of a stream.
pub(crate) struct Stream {
    sender: Sender<io::Result<Bytes>>,
    chunk: Option<usize>,
    cut_after: Option<usize>,
    stall_after: Option<usize>,
    lines: usize,
}

impl Stream {
    pub(crate) fn new(sender: Sender<io::Result<Bytes>>, switches: &[Switch]) -> Self {
        let mut stream = Self { sender, chunk: None, cut_after: None, stall_after: None, lines: 0 };
        for switch in switches {
            match switch {
                Switch::Chunks(bytes) => stream.chunk = Some((*bytes).max(1)),
                Switch::CutStreamAfter(lines) => stream.cut_after = Some(*lines),
                Switch::StallStreamAfter(lines) => stream.stall_after = Some(*lines),
                _ => {}
            }
        }
        stream
    }

    /// Sends a value as a line.
    pub(crate) async fn value(&mut self, value: &Value) -> Result<(), Ended> {
        self.line(&value.to_string()).await
    }

    /// Sends a line.
    pub(crate) async fn line(&mut self, line: &str) -> Result<(), Ended> {
        if self.cut_after == Some(self.lines) {
            // The client may be gone first: the end is the same.
            let _ = self.sender.send(Err(io::ErrorKind::ConnectionAborted.into())).await;
            return Err(Ended);
        }
        if self.stall_after == Some(self.lines) {
            self.sender.closed().await;
            return Err(Ended);
        }
        self.lines += 1;
        let line = Bytes::from(format!("{line}\r\n"));
        let size = self.chunk.unwrap_or(line.len());
        for chunk in line.chunks(size) {
            self.sender.send(Ok(line.slice_ref(chunk))).await.map_err(|_| Ended)?;
        }
        Ok(())
    }

    /// `{"status":…,"progressDetail":{},"id":…}`.
    pub(crate) async fn layer(&mut self, status: &str, id: &str) -> Result<(), Ended> {
        self.value(&json!({ "status": status, "progressDetail": {}, "id": id })).await
    }

    /// The same with a bar, as far as `current` of `total` bytes.
    pub(crate) async fn progress(&mut self, id: &str, current: u64, total: u64) -> Result<(), Ended> {
        let done = usize::try_from((current * 50).checked_div(total).unwrap_or(50).min(50)).unwrap_or(50);
        let bar = format!("[{}>{}]  {current}B/{total}B", "=".repeat(done), " ".repeat(50 - done));
        self.value(&json!({
            "status": "Pushing",
            "progressDetail": { "current": current, "total": total },
            "progress": bar,
            "id": id,
        }))
        .await
    }
}
