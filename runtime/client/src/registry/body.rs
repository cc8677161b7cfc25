//! The body of an upload: a blob, read in pieces, counted, and never held as a whole.

use std::io::{self, Read as _};
use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt as _;
use pushgate_net::{Aborted, Piece, Region, RequestBody};
use pushgate_oci::{BlobError, BlobReader, Digest, FilePlace, PinnedBlob};
use tokio::sync::watch;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::registry::failure::Failure;
use crate::registry::file_body::{FileBody, FileRegion};

/// How much is read at a time: 128 KiB. Two pieces are in memory for each upload, one on its way and one read ahead.
const PIECE: u64 = 128 * 1024;

/// Some of the bytes of one blob, or all. It ends in an error, and not with its last byte, if the file turns out to have another size than
/// its descriptor.
pub(super) struct BlobBody {
    digest: Digest,
    size: u64,
    /// The end of the range, which is the blob's own or lies before it.
    end: u64,
    /// Bytes of the range that were not handed on yet.
    remaining: u64,
    state: State,
    sent: watch::Sender<u64>,
    failure: Failure,
}

enum State {
    Open(BlobReader),
    Reading(Reading),
    Ended,
}

/// A piece that is being read; none if the file's size is wrong.
type Reading = JoinHandle<(BlobReader, io::Result<Option<Bytes>>)>;

/// A body with the ends that are left to whoever sends it.
pub(super) struct Sending {
    pub(super) body: RequestBody,
    /// Up to which byte of the blob everything was handed to the connection.
    pub(super) sent: watch::Receiver<u64>,
    pub(super) failure: Failure,
    /// What the body's marks stand for, if it consists of some.
    pub(super) region: Option<Arc<dyn Region>>,
}

impl Sending {
    /// Opens a blob for a request. If the connection is `direct`, the bytes of files go without a detour.
    pub(super) async fn open(blob: &PinnedBlob, range: Range<u64>, direct: bool) -> Result<Self, BlobError> {
        let (digest, size) = (blob.descriptor.digest.clone(), blob.descriptor.size);
        let (sender, sent) = watch::channel(range.start);
        let failure = Failure::default();
        let to_open = blob.clone();
        let start = range.start;
        let opened = spawn_blocking(move || {
            let place = if direct { to_open.place()? } else { None };
            Ok(match place {
                Some(place) => Opened::Place(place),
                None => Opened::Reader(to_open.open_at(start)?),
            })
        });
        let opened = opened.await.unwrap_or_else(|stopped| {
            let source = io::Error::other(stopped);
            Err(BlobError::Unreadable { digest: digest.clone(), source })
        })?;
        let (body, region) = match opened {
            Opened::Place(place) => {
                let region = Arc::new(FileRegion::new(place, digest, size, start, failure.clone()));
                (FileBody::new(Arc::clone(&region), range.end, sender).boxed_unsync(), Some(region as Arc<dyn Region>))
            }
            Opened::Reader(reader) => {
                let (remaining, state) = (range.end.saturating_sub(start), State::Open(reader));
                let body = BlobBody { digest, size, end: range.end, remaining, state, sent: sender, failure: failure.clone() };
                (body.boxed_unsync(), None)
            }
        };
        Ok(Self { body, sent, failure, region })
    }
}

enum Opened {
    Place(FilePlace),
    Reader(BlobReader),
}

impl BlobBody {
    fn read_ahead(&self, mut reader: BlobReader) -> Reading {
        let wanted = self.remaining.min(PIECE);
        // With the last piece of the blob comes one byte more, to see that there is none.
        let asked = if wanted == self.remaining && self.end == self.size { wanted + 1 } else { wanted };
        // Made here: memory that other threads ask for stays with each of them.
        let mut piece = Vec::with_capacity(usize::try_from(asked).unwrap_or_default());
        spawn_blocking(move || {
            let read = reader.by_ref().take(asked).read_to_end(&mut piece);
            let piece = read.map(|count| (u64::try_from(count) == Ok(wanted)).then(|| Bytes::from(piece)));
            (reader, piece)
        })
    }

    fn fail(&mut self, error: BlobError) -> Poll<Option<Result<Frame<Piece>, Aborted>>> {
        self.failure.set(error);
        self.state = State::Ended;
        Poll::Ready(Some(Err(Aborted)))
    }

    fn unreadable(&mut self, source: io::Error) -> Poll<Option<Result<Frame<Piece>, Aborted>>> {
        let digest = self.digest.clone();
        self.fail(BlobError::Unreadable { digest, source })
    }
}

impl Body for BlobBody {
    type Data = Piece;
    type Error = Aborted;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Piece>, Aborted>>> {
        let this = self.get_mut();
        if this.remaining == 0 {
            return Poll::Ready(None);
        }
        let mut reading = match std::mem::replace(&mut this.state, State::Ended) {
            State::Ended => return Poll::Ready(None),
            State::Reading(reading) => reading,
            State::Open(reader) => this.read_ahead(reader),
        };
        let polled = Pin::new(&mut reading).poll(context);
        if polled.is_pending() {
            this.state = State::Reading(reading);
        }
        match ready!(polled) {
            Err(stopped) => this.unreadable(io::Error::other(stopped)),
            Ok((_reader, Err(source))) => this.unreadable(source),
            Ok((_reader, Ok(None))) => {
                let (digest, expected) = (this.digest.clone(), this.size);
                this.fail(BlobError::WrongSize { digest, expected })
            }
            Ok((reader, Ok(Some(piece)))) => {
                this.remaining = this.remaining.saturating_sub(piece.len() as u64);
                if this.remaining > 0 {
                    this.state = State::Reading(this.read_ahead(reader));
                }
                this.sent.send_replace(this.end - this.remaining);
                Poll::Ready(Some(Ok(Frame::data(Piece::from(piece)))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.remaining == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.remaining)
    }
}
