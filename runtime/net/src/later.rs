//! How long a server asks to be left alone.

use std::time::{Duration, SystemTime};

use http::header::RETRY_AFTER;

use crate::message::Reply;

/// The longest wait that a registry may ask for.
pub const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(60);

/// How long an answer asks to wait.
#[must_use]
pub fn asked_to_wait(answer: &Reply) -> Option<Duration> {
    answer.header(RETRY_AFTER.as_str()).and_then(|text| retry_after(text, SystemTime::now()))
}

/// `Retry-After` (RFC 9110, section 10.2.3): seconds, or a date. What is neither, or lies in the past, asks for nothing.
fn retry_after(text: &str, now: SystemTime) -> Option<Duration> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than fit are a very long time.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    httpdate::parse_http_date(text).ok()?.duration_since(now).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_that_are_asked_for() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        for (text, expected) in [
            ("2", Some(2)),
            (" 120 ", Some(120)),
            ("99999999", Some(99_999_999)),
            ("99999999999999999999999", Some(u64::MAX)),
            ("Sun, 06 Nov 1994 08:49:47 GMT", Some(10)),
            ("Sun, 06 Nov 1994 08:49:27 GMT", None),
            ("-1", None),
            ("1.5", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(retry_after(text, now), expected.map(Duration::from_secs), "{text:?}");
        }
    }
}
