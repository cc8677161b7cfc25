//! Which version of the Engine's API is spoken.

use std::fmt;

use http::Request;
use http::uri::{PathAndQuery, Uri};

use super::fault::Fault;
use super::text::bounded;

/// A version of the Engine API, 1.`minor`. There has never been another major version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ApiVersion {
    minor: u32,
}

/// The oldest that pushgate speaks: Docker 17.06, the first whose push reports everything that is read here.
const OLDEST: ApiVersion = ApiVersion { minor: 30 };
/// The newest that pushgate knows.
const NEWEST: ApiVersion = ApiVersion { minor: 53 };

/// What a daemon says of itself.
pub(super) struct ToldVersion {
    /// The daemon's own version, unchecked.
    pub(super) engine: String,
    pub(super) newest: Option<String>,
    pub(super) oldest: Option<String>,
}

impl fmt::Display for ApiVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "1.{}", self.minor)
    }
}

impl ApiVersion {
    fn parse(text: &str) -> Option<Self> {
        let minor = text.strip_prefix("1.")?;
        if minor.is_empty() || minor.len() > 4 || !minor.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        Some(Self { minor: minor.parse().ok()? })
    }

    /// Puts the version in front of the request's path.
    pub(super) fn prefix<B>(self, request: &mut Request<B>) -> Result<(), Fault> {
        let target = request.uri().path_and_query().map_or("/", PathAndQuery::as_str);
        *request.uri_mut() =
            format!("/v{self}{target}").parse::<Uri>().map_err(|error| Fault::Unreachable(format!("not a request target: {error}")))?;
        Ok(())
    }
}

/// The newest version that both sides speak, or what stands against it.
pub(super) fn negotiate(told: &ToldVersion) -> Result<ApiVersion, String> {
    let newest = told.newest.as_deref().ok_or("it does not say which version of the API it speaks")?;
    let newest = parse_told(newest)?;
    let oldest = told.oldest.as_deref().filter(|oldest| !oldest.is_empty()).map(parse_told).transpose()?;
    if newest < OLDEST {
        return Err(format!("it speaks version {newest} of the API at most, and pushgate needs {OLDEST}: it is too old"));
    }
    match oldest {
        Some(oldest) if oldest > NEWEST => {
            Err(format!("it speaks version {oldest} of the API at least, and pushgate knows {NEWEST}: it is too new"))
        }
        _ => Ok(newest.min(NEWEST)),
    }
}

fn parse_told(text: &str) -> Result<ApiVersion, String> {
    ApiVersion::parse(text).ok_or_else(|| format!("it says that it speaks version `{}` of the API, which is not one", bounded(text, 32)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(newest: Option<&str>, oldest: Option<&str>) -> Result<String, String> {
        let told = ToldVersion { engine: String::new(), newest: newest.map(str::to_owned), oldest: oldest.map(str::to_owned) };
        negotiate(&told).map(|version| version.to_string())
    }

    #[test]
    fn the_newest_common_version_is_spoken() {
        assert_eq!(told(Some("1.41"), Some("1.12")).unwrap(), "1.41");
        assert_eq!(told(Some("1.53"), Some("1.44")).unwrap(), "1.53");
        assert_eq!(told(Some("1.60"), Some("1.44")).unwrap(), "1.53");
        assert_eq!(told(Some("1.41"), None).unwrap(), "1.41");
        assert_eq!(told(Some("1.41"), Some("")).unwrap(), "1.41");
    }

    #[test]
    fn what_cannot_be_spoken_is_said() {
        assert!(told(Some("1.24"), Some("1.12")).unwrap_err().contains("too old"));
        assert!(told(Some("1.70"), Some("1.60")).unwrap_err().contains("too new"));
        assert!(told(None, None).unwrap_err().contains("does not say"));
        for odd in ["9999", "", "2.0", "1.", "1.x", "1.-1", "1.41.1", "v1.41", "1.99999999999", "1.4 1"] {
            assert!(told(Some(odd), None).unwrap_err().contains("not one"), "{odd}");
            assert!(told(Some("1.41"), Some(odd)).is_err() || odd.is_empty(), "{odd}");
        }
        assert!(told(Some(&"9".repeat(100_000)), None).unwrap_err().len() < 200);
    }

    #[test]
    fn the_version_goes_before_the_path() {
        let mut request = Request::builder().uri("http://docker/images/a/tag?repo=b").body(()).unwrap();
        ApiVersion { minor: 41 }.prefix(&mut request).unwrap();
        assert_eq!(request.uri().to_string(), "/v1.41/images/a/tag?repo=b");
    }
}
