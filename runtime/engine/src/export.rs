//! Taking an image out of the Engine: `GET /images/{id}/get`, which is what `docker save` does.
//!
//! The answer is written as it comes. What is in it is not looked at here.

use std::io::{self, Write};
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt as _, Empty};
use hyper::body::Incoming;
use pushgate_oci::Digest;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

use super::error::EngineError;
use super::fault::Fault;
use super::text::bounded;
use super::transport::EngineTransport;
use super::version::ApiVersion;

/// How many pieces may wait for the disk. One is what a read from the socket gave, at most some hundred KiB.
const WAITING: usize = 8;

/// Writes the archive of an image. An error of the writer is told by `unwritable`.
pub(super) async fn export<W, E>(
    transport: &EngineTransport,
    version: ApiVersion,
    idle: Duration,
    limit: u64,
    id: &Digest,
    writer: W,
    unwritable: impl FnOnce(io::Error) -> E,
) -> Result<W, E>
where
    W: Write + Send + 'static,
    E: From<EngineError>,
{
    let failed = |fault| match fault {
        Fault::Status { code: 404, .. } => EngineError::NoSuchImage { name: id.to_string() },
        fault => EngineError::request(format!("exporting {id}"), fault.redacted(str::to_owned)),
    };
    let request = Request::get(format!("/images/{id}/get")).body(Empty::<Bytes>::new());
    let mut request = request.map_err(|error| failed(Fault::Broken(bounded(&error.to_string(), 256))))?;
    version.prefix(&mut request).map_err(failed)?;
    let response = within(idle, transport.send(request, limit)).await.map_err(failed)?;

    let (pieces, mut waiting) = mpsc::channel::<Bytes>(WAITING);
    let writing = spawn_blocking(move || {
        let mut writer = writer;
        while let Some(piece) = waiting.blocking_recv() {
            writer.write_all(&piece)?;
        }
        writer.flush()?;
        Ok(writer)
    });
    let received = receive(response.into_body(), idle, &pieces).await;
    drop(pieces);
    // If the writer failed, that is the reason why nobody took the next piece.
    let written = writing.await.unwrap_or_else(|stopped| Err(io::Error::other(stopped)));
    let writer = written.map_err(unwritable)?;
    received.map_err(failed)?;
    Ok(writer)
}

async fn receive(mut body: Incoming, idle: Duration, pieces: &mpsc::Sender<Bytes>) -> Result<(), Fault> {
    loop {
        let frame = within(idle, async { body.frame().await.transpose().map_err(|error| Fault::behind(&error)) }).await?;
        let Some(frame) = frame else { return Ok(()) };
        if let Ok(piece) = frame.into_data()
            && pieces.send(piece).await.is_err()
        {
            return Ok(());
        }
    }
}

async fn within<T>(idle: Duration, future: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
    tokio::time::timeout(idle, future).await.unwrap_or(Err(Fault::Silent(idle)))
}
