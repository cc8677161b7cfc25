//! Requests and replies: a small pool of connections, and a limit for everything.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::{HOST, HeaderValue};
use http::{Request, Response, StatusCode};
use http_body::Body as _;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use pushgate_reference::Origin;
use tokio::sync::watch;
use tokio::time::{Instant, timeout, timeout_at};
use tracing::debug;

use crate::addresses::AddressPolicy;
use crate::budget;
use crate::connect::{Connection, Connector};
use crate::error::{TransportError, is_out_of_files};
use crate::later::{LONGEST_RETRY_AFTER, asked_to_wait};
use crate::limiter::{Pause, RequestLimiter};
use crate::marks::Region;
use crate::message::{Outgoing, Reply, RequestBody};
use crate::pool::Pool;
use crate::waiting::{Silence, Waits};

/// As much of an error's body is read.
const ERROR_BODY: u64 = 64 * 1024;

/// How long is waited for a registry. None of these limits an upload as a whole: that is as long as its bytes need.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// For a connection: the name, TCP and TLS. 10 seconds.
    pub connect: Duration,
    /// For an answer to begin after the request was sent, and for its next piece. 60 seconds.
    pub idle: Duration,
    /// For an answer as a whole. 120 seconds.
    pub total: Duration,
    /// For the next piece of an upload to be taken, and for the answer to the last. Registries take long to close a large one. 5 minutes.
    pub upload: Duration,
    /// Before a request that failed is tried again for the first time; twice as long before each further attempt, up to 8 seconds, less up
    /// to a half at random. 250 milliseconds.
    pub retry_wait: Duration,
    /// From the first attempt to the beginning of the last, whatever waits a registry asks for. Zero tries nothing again. 120 seconds.
    pub retry_for: Duration,
    /// For a registry to serve what it acknowledged: until then it may serve what it served before. 10 seconds.
    pub served_for: Duration,
    /// Without an answer, before somebody hears of it: see [`WaitListener`](crate::WaitListener). 10 seconds.
    pub report_after: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            idle: Duration::from_secs(60),
            total: Duration::from_secs(120),
            upload: Duration::from_secs(300),
            retry_wait: Duration::from_millis(250),
            retry_for: Duration::from_secs(120),
            served_for: Duration::from_secs(10),
            report_after: Duration::from_secs(10),
        }
    }
}

/// Where a request goes, and how.
#[derive(Clone, Copy)]
pub struct Destination<'a> {
    /// The server.
    pub origin: &'a Origin,
    /// The addresses that its name may lead to.
    pub policy: AddressPolicy,
    /// What the request is for, in the words of whoever waits for its answer.
    pub purpose: &'a (dyn fmt::Display + Sync),
}

/// Sends requests and reads replies, to any origin, for one push: at most [`MAX_CONNECTIONS`](crate::MAX_CONNECTIONS) at a time.
pub struct Transport {
    shared: Arc<Shared>,
    limiter: RequestLimiter,
}

/// What all pushes have in common.
struct Shared {
    connector: Arc<Connector>,
    timeouts: Timeouts,
    waits: Waits,
    pool: Pool,
    pause: Arc<Pause>,
}

impl fmt::Debug for Transport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Transport").finish_non_exhaustive()
    }
}

impl Transport {
    /// Opens nothing yet.
    #[must_use]
    pub fn new(connector: Connector, timeouts: Timeouts, waits: Waits) -> Self {
        let pause = Arc::new(Pause::default());
        let limiter = RequestLimiter::new(Arc::clone(&pause));
        Self { shared: Arc::new(Shared { connector: Arc::new(connector), timeouts, waits, pool: Pool::default(), pause }), limiter }
    }

    /// The same for another push. It shares the connections, and the waits that servers ask for; neither waits for a request of the other.
    #[must_use]
    pub fn for_another(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), limiter: RequestLimiter::new(Arc::clone(&self.shared.pause)) }
    }

    /// Who hears of long waits.
    #[must_use]
    pub fn waits(&self) -> &Waits {
        &self.shared.waits
    }

    /// Opens connections, as long as there are fewer than `count` that are idle or being opened, without waiting for
    /// them. Nothing is sent on them but what sets them up. A connection that cannot be had is not missed: the request
    /// that needs one says why.
    ///
    /// Before a push is approved nothing may go out that says who pushes. So with `anonymously` none is opened through
    /// a proxy, which is shown its own credentials and the registry's name, and none where the registry could ask for a
    /// certificate.
    pub fn open_ahead(&self, origin: &Origin, policy: AddressPolicy, count: usize, anonymously: bool) {
        if !anonymously || self.shared.connector.is_anonymous(origin) {
            self.shared.pool.fill(&self.shared.connector, origin, policy, count);
        }
    }

    /// Sends a request and reads the reply. `limit` is the most bytes of a good one's body. `advanced` hears how much of an upload went out.
    ///
    /// # Errors
    /// See [`TransportError`].
    pub async fn exchange(
        &self,
        destination: Destination<'_>,
        outgoing: Outgoing,
        limit: u64,
        mut advanced: impl FnMut(u64),
    ) -> Result<Reply, TransportError> {
        if !budget::take() {
            return Err(TransportError::OutOfRequests);
        }
        let permit = self.limiter.enter(destination.origin).await;
        let Outgoing { method, target, headers, body, mut sent, region } = outgoing;
        let path = target.split('?').next().unwrap_or_default().to_owned();
        let length = body.size_hint().exact().unwrap_or_default();
        let origin = destination.origin;
        debug!(%method, %origin, path, "request");
        let mut request = Request::builder().method(method.clone()).uri(target).body(body).map_err(TransportError::NotSendable)?;
        *request.headers_mut() = headers;
        let authority = HeaderValue::try_from(origin.authority()).map_err(|error| TransportError::NotSendable(error.into()))?;
        request.headers_mut().insert(HOST, authority);

        let (mut connection, response) = match self.send(destination, request, region.as_ref(), &mut sent, &mut advanced).await {
            Err(TransportError::Unreachable(error)) if is_out_of_files(&error) => {
                self.limiter.narrow(permit.begun());
                return Err(TransportError::Unreachable(error));
            }
            sent => sent?,
        };
        let (parts, body) = response.into_parts();
        debug!(%method, %origin, path, status = parts.status.as_u16(), "reply");
        connection.check(parts.status)?;
        let read = self.read(body, if parts.status.is_success() { limit } else { ERROR_BODY }, destination.purpose).await;
        let body = match read {
            Ok(body) => {
                // A reply that came before the end of an upload: the rest of the upload still stands in the connection's way.
                if sent.is_none() {
                    connection.carried = connection.carried.saturating_add(length);
                    // What it sent last, a file that may be gone, is not kept open by it.
                    connection.current.set(None);
                    self.shared.pool.keep(origin, destination.policy, connection);
                }
                body
            }
            // What an error says is of interest, how it ends is not.
            Err(_) if !parts.status.is_success() => Bytes::new(),
            Err(error) => return Err(error),
        };
        let answer = Reply { status: parts.status, headers: parts.headers, body };
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            self.limiter.narrow(permit.begun());
            let wait = asked_to_wait(&answer).filter(|wait| *wait <= LONGEST_RETRY_AFTER).unwrap_or_default();
            self.shared.waits.asked(destination.purpose, wait);
            self.shared.pause.begin(origin, wait);
        }
        Ok(answer)
    }

    /// Whether connections to an origin are plain, so that bytes of files can go to them without a detour.
    #[must_use]
    pub fn is_direct(&self, origin: &Origin) -> bool {
        self.shared.connector.is_direct(origin)
    }

    /// How long is waited.
    #[must_use]
    pub fn timeouts(&self) -> &Timeouts {
        &self.shared.timeouts
    }

    /// Sends a request on a connection that was kept, or on a new one. A kept one may have been closed by the registry: then hyper gives the
    /// request back unsent, and it goes out on the next.
    async fn send(
        &self,
        destination: Destination<'_>,
        mut request: Request<RequestBody>,
        region: Option<&Arc<dyn Region>>,
        sent: &mut Option<watch::Receiver<u64>>,
        advanced: &mut impl FnMut(u64),
    ) -> Result<(Connection, Response<Incoming>), TransportError> {
        let has_body = !request.body().is_end_stream();
        loop {
            let (mut connection, kept) = match self.shared.pool.take(destination.origin, destination.policy, has_body).await {
                Some(connection) => (connection, true),
                None => (self.shared.connector.connect(destination.origin, destination.policy).await?, false),
            };
            match timeout(self.shared.timeouts.idle, connection.sender.ready()).await {
                Ok(Ok(())) => {}
                _ if kept => continue,
                Ok(Err(error)) => return Err(TransportError::Disconnected(error)),
                Err(_) => return Err(TransportError::TimedOut(self.shared.timeouts.idle)),
            }
            connection.prepare(&mut request)?;
            connection.current.set(region);
            let response = connection.sender.try_send_request(request);
            match self.await_response(response, sent, advanced, destination.purpose).await? {
                Ok(response) => return Ok((connection, response)),
                Err(mut failure) => match failure.take_message() {
                    Some(unsent) if kept => request = unsent,
                    _ => return Err(TransportError::Disconnected(failure.into_error())),
                },
            }
        }
    }

    /// Waits for the head of the reply, for as long as the body goes out or the time limit allows.
    async fn await_response<T>(
        &self,
        response: impl Future<Output = T>,
        sent: &mut Option<watch::Receiver<u64>>,
        advanced: &mut impl FnMut(u64),
        purpose: &(dyn fmt::Display + Sync),
    ) -> Result<T, TransportError> {
        let mut silence = Silence::new(&self.shared.waits, purpose);
        let limit = if sent.is_some() { self.shared.timeouts.upload } else { self.shared.timeouts.idle };
        let mut deadline = Instant::now() + limit;
        tokio::pin!(response);
        loop {
            let next_piece = async {
                match sent {
                    Some(receiver) => receiver.changed().await.map(|()| *receiver.borrow_and_update()).ok(),
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                // What went out is told before the reply to it.
                biased;
                piece = next_piece => {
                    match piece {
                        Some(bytes) => advanced(bytes),
                        None => *sent = None,
                    }
                    deadline = Instant::now() + limit;
                    silence.broken();
                }
                response = &mut response => return Ok(response),
                () = silence.reported() => {}
                () = tokio::time::sleep_until(deadline) => return Err(TransportError::TimedOut(limit)),
            }
        }
    }

    async fn read(&self, mut body: Incoming, limit: u64, purpose: &(dyn fmt::Display + Sync)) -> Result<Bytes, TransportError> {
        let end = Instant::now() + self.shared.timeouts.total;
        let mut whole = BytesMut::new();
        loop {
            let next = end.min(Instant::now() + self.shared.timeouts.idle);
            let frame = match timeout_at(next, Silence::new(&self.shared.waits, purpose).during(body.frame())).await {
                Ok(None) => return Ok(whole.freeze()),
                Ok(Some(frame)) => frame.map_err(TransportError::Disconnected)?,
                Err(_) if next < end => return Err(TransportError::TimedOut(self.shared.timeouts.idle)),
                Err(_) => return Err(TransportError::TimedOut(self.shared.timeouts.total)),
            };
            if let Some(data) = frame.data_ref() {
                if whole.len().saturating_add(data.len()) as u64 > limit {
                    return Err(TransportError::TooLarge(limit));
                }
                whole.extend_from_slice(data);
            }
        }
    }
}
