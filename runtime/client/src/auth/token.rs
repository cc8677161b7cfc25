//! Tokens, as a token server gives them.

use std::time::Duration;

use http::header::HeaderValue;
use pushgate_json::{Shape, parse_known};
use serde_json::Value;
use tokio::time::Instant;

/// The most bytes of a token server's answer: 64 KiB.
pub(super) const MAX_ANSWER: u64 = 64 * 1024;
/// The most bytes of a token. What is larger does not fit into the header that most servers accept.
const MAX_TOKEN: usize = 32 * 1024;
/// How long a token holds if its answer does not say, as the specification has it.
const DEFAULT_LIFETIME: Duration = Duration::from_secs(60);
/// The least that is believed: with less, every request would fetch a token first.
const MIN_LIFETIME: Duration = Duration::from_secs(4);
/// A longer life is not believed.
const MAX_LIFETIME: Duration = Duration::from_secs(3600);

/// One token.
pub(crate) struct Token {
    pub(super) header: HeaderValue,
    pub(super) renew_after: Instant,
}

/// What is read of a token server's answer.
const TOKEN: Shape = Shape::Members(&[("token", Shape::Scalar), ("access_token", Shape::Scalar), ("expires_in", Shape::Scalar)]);

/// Reads a token server's answer. Of what it holds nothing goes into the error.
pub(crate) fn read_token(body: &[u8], asked_at: Instant) -> Result<Token, &'static str> {
    let members = parse_known(body, MAX_ANSWER, &TOKEN).map_err(|_| "the answer is not a JSON object with unique keys")?;
    let text = |name: &str| members.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let token = text("token").or_else(|| text("access_token")).ok_or("the answer holds no token")?;
    if token.len() > MAX_TOKEN {
        return Err("the token has more than 32 KiB");
    }
    // A line feed in a header would begin another one.
    if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("the token holds characters that cannot be sent");
    }
    let header = sensitive(&format!("Bearer {token}")).ok_or("the token cannot be sent")?;
    let lifetime = members.get("expires_in").and_then(Value::as_u64).map_or(DEFAULT_LIFETIME, Duration::from_secs);
    // Renewed in good time: the registry's clock may be ahead, and the request takes its time.
    let renew_after = asked_at + lifetime.clamp(MIN_LIFETIME, MAX_LIFETIME) * 3 / 4;
    Ok(Token { header, renew_after })
}

/// A value that no `Debug` shows.
pub(super) fn sensitive(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::try_from(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens() {
        let now = Instant::now();
        let read = |answer: &str| read_token(answer.as_bytes(), now);
        let bearer = |answer: &str| read(answer).map(|token| token.header.to_str().unwrap().to_owned());
        assert_eq!(bearer(r#"{"token":"a"}"#), Ok("Bearer a".to_owned()));
        assert_eq!(bearer(r#"{"access_token":"b","refresh_token":"S3CRET","scope":"x","issued_at":"y"}"#), Ok("Bearer b".to_owned()));
        assert_eq!(bearer(r#"{"token":"a","access_token":"b"}"#), Ok("Bearer a".to_owned()));
        assert_eq!(bearer(r#"{"token":"","access_token":"b"}"#), Ok("Bearer b".to_owned()));
        for nothing in ["{}", "[]", "", r#"{"token":7}"#, r#"{"refresh_token":"x"}"#, r#"{"token":"a","Token":"b"}"#] {
            assert!(read(nothing).is_err(), "{nothing}");
        }
        let lifetime =
            |expires_in: &str| (read(&format!(r#"{{"token":"a","expires_in":{expires_in}}}"#)).unwrap().renew_after - now).as_secs();
        for (expires_in, seconds) in [("300", 225), ("20", 15), ("0", 3), ("999999999", 2700), ("null", 45), ("-1", 45), ("\"300\"", 45)] {
            assert_eq!(lifetime(expires_in), seconds, "{expires_in}");
        }
    }
}
