//! Which failures are worth another attempt, and when it begins.
//!
//! Tried again is what passes: a server that is overloaded or restarts, a connection that breaks. Not tried again is what will be the same:
//! a repository that does not exist, credentials that are refused, a certificate that is not trusted, what is no HTTP. Whether a request
//! may be repeated at all is for whoever makes it to say.

use std::io;
use std::time::Duration;

use http::StatusCode;
use pushgate_net::{LONGEST_RETRY_AFTER, Reply, Timeouts, asked_to_wait, is_out_of_files};
use tokio::time::Instant;

use crate::error::RegistryError;

/// The most attempts for one request.
const MAX_ATTEMPTS: u32 = 5;
/// The longest wait that we choose ourselves.
const LONGEST_WAIT: Duration = Duration::from_secs(8);

/// What to do after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NextAttempt {
    /// It stands.
    Final,
    /// Try again after this long.
    Again(Duration),
    /// The registry asks for a wait that nobody should sit through.
    TooLong(Duration),
}

/// The attempts at one request.
pub(super) struct Retries {
    attempts: u32,
    first_wait: Duration,
    last_begin: Instant,
}

impl Retries {
    pub(super) fn new(timeouts: &Timeouts) -> Self {
        Self { attempts: 1, first_wait: timeouts.retry_wait, last_begin: Instant::now() + timeouts.retry_for }
    }

    /// After an answer with a status.
    pub(super) fn after_answer(&mut self, answer: &Reply) -> NextAttempt {
        if !is_passing_status(answer.status) {
            return NextAttempt::Final;
        }
        self.after_wait(asked_to_wait(answer))
    }

    fn after_wait(&mut self, asked: Option<Duration>) -> NextAttempt {
        match asked {
            Some(wait) if wait > LONGEST_RETRY_AFTER => NextAttempt::TooLong(wait),
            Some(wait) => self.again(wait),
            None => self.backoff(),
        }
    }

    /// After a request without an answer, or one whose answer was made into an error.
    pub(super) fn after_error(&mut self, error: &RegistryError, reached: bool) -> NextAttempt {
        match error {
            RegistryError::Status { retry_after, .. } if is_passing(error, reached) => self.after_wait(*retry_after),
            _ if is_passing(error, reached) => self.backoff(),
            _ => NextAttempt::Final,
        }
    }

    /// Twice as long each time, less a part that differs for each of many who wait.
    fn backoff(&mut self) -> NextAttempt {
        let wait = self.first_wait.saturating_mul(1 << (self.attempts - 1).min(16)).min(LONGEST_WAIT);
        self.again(wait.mul_f64(jitter()))
    }

    fn again(&mut self, wait: Duration) -> NextAttempt {
        self.attempts += 1;
        if self.attempts > MAX_ATTEMPTS || Instant::now() + wait > self.last_begin {
            return NextAttempt::Final;
        }
        NextAttempt::Again(wait)
    }

    /// After what waiting does not mend.
    pub(super) fn at_once(&mut self) -> NextAttempt {
        self.again(Duration::ZERO)
    }

    /// Something was achieved since the last failure: the attempts count from here, the time does not.
    pub(super) fn progressed(&mut self) {
        self.attempts = 1;
    }
}

/// Between a half and one.
fn jitter() -> f64 {
    let random = getrandom::u32().unwrap_or(u32::MAX);
    0.5 + f64::from(random) / f64::from(u32::MAX) / 2.0
}

fn is_passing_status(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::REQUEST_TIMEOUT
            | StatusCode::TOO_MANY_REQUESTS
            | StatusCode::INTERNAL_SERVER_ERROR
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT
    )
}

/// Whether another attempt may end better. `reached` is whether the registry ever answered: a host that never did is rather misspelt than
/// restarting.
fn is_passing(error: &RegistryError, reached: bool) -> bool {
    match error {
        RegistryError::TimedOut { .. } => true,
        RegistryError::Disconnected { source, .. } => !source.downcast_ref().is_some_and(hyper::Error::is_parse),
        RegistryError::Unreachable { source, .. } => is_passing_io(source, reached),
        RegistryError::Status { code, .. } => StatusCode::from_u16(*code).is_ok_and(is_passing_status),
        _ => false,
    }
}

fn is_passing_io(error: &io::Error, reached: bool) -> bool {
    use io::ErrorKind::{
        BrokenPipe, ConnectionAborted, ConnectionRefused, ConnectionReset, HostUnreachable, NetworkUnreachable, TimedOut, UnexpectedEof,
    };
    let broken =
        [BrokenPipe, ConnectionAborted, ConnectionRefused, ConnectionReset, HostUnreachable, NetworkUnreachable, TimedOut, UnexpectedEof];
    is_out_of_files(error) || reached && broken.contains(&error.kind())
}

#[cfg(test)]
mod tests {
    use http::header::RETRY_AFTER;

    use super::*;

    fn answer(status: u16, retry_after: Option<&str>) -> Reply {
        let mut headers = http::HeaderMap::new();
        if let Some(text) = retry_after {
            headers.insert(RETRY_AFTER, text.parse().unwrap());
        }
        Reply { status: StatusCode::from_u16(status).unwrap(), headers, body: bytes::Bytes::new() }
    }

    #[test]
    fn attempts_are_bounded_in_number_and_time() {
        let timeouts = Timeouts::default();
        let mut retries = Retries::new(&timeouts);
        for attempt in 1..MAX_ATTEMPTS {
            let longest = timeouts.retry_wait * (1 << (attempt - 1));
            let NextAttempt::Again(wait) = retries.after_answer(&answer(503, None)) else { panic!("attempt {attempt}") };
            assert!(wait >= longest / 2 && wait <= longest, "{wait:?}");
        }
        assert_eq!(retries.after_answer(&answer(503, None)), NextAttempt::Final);
        retries.progressed();
        assert!(matches!(retries.after_answer(&answer(503, None)), NextAttempt::Again(_)));
        let mut impatient = Retries::new(&Timeouts { retry_for: Duration::ZERO, ..timeouts });
        assert_eq!(impatient.after_answer(&answer(503, None)), NextAttempt::Final);

        let mut retries = Retries::new(&timeouts);
        assert_eq!(retries.after_answer(&answer(429, Some("60"))), NextAttempt::Again(Duration::from_secs(60)));
        assert_eq!(retries.after_answer(&answer(429, Some("61"))), NextAttempt::TooLong(Duration::from_secs(61)));
        for status in [200, 301, 400, 401, 403, 404, 405, 413, 501] {
            assert_eq!(retries.after_answer(&answer(status, Some("1"))), NextAttempt::Final, "{status}");
        }
    }
}
