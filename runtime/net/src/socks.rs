//! Through a SOCKS5 proxy (RFC 1928), with a username and a password if its URL has some (RFC 1929).
//!
//! Who resolves the name is the scheme's to say, as for curl: with `socks5` it is resolved here, so that its addresses
//! are checked as they are without a proxy; with `socks5h` the proxy resolves it, as one for `CONNECT` does.

use std::fmt;
use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

/// The most bytes of a username, of a password, and of a name: their lengths have one byte.
pub(crate) const MAX_PART: usize = 255;

const VERSION: u8 = 5;
/// The version of the exchange of a username and a password.
const SUBVERSION: u8 = 1;
const NO_AUTHENTICATION: u8 = 0;
const USERNAME_AND_PASSWORD: u8 = 2;
const NONE_ACCEPTABLE: u8 = 0xff;
const CONNECT: u8 = 1;
const IPV4: u8 = 1;
const NAME: u8 = 3;
const IPV6: u8 = 4;

/// What is particular about a SOCKS proxy.
#[derive(Clone)]
pub(crate) struct Socks {
    /// Whether it resolves names: `socks5h`.
    pub(crate) resolves: bool,
    /// Username and password, in the proxy's own form.
    pub(crate) user: Option<(String, String)>,
}

/// Where the proxy is to connect to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Name(String, u16),
    Address(SocketAddr),
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name, port) => write!(formatter, "{name}:{port}"),
            Self::Address(address) => address.fmt(formatter),
        }
    }
}

/// What the proxy did instead.
#[derive(Debug)]
pub(crate) enum SocksProblem {
    /// It wants a username and a password, and there are none.
    AsksForUser,
    /// It does not accept those that there are.
    RefusesUser,
    /// It answers in another language.
    NotSocks,
    /// It has no way to take the username and the password, or mixes the ways up.
    Authentication(&'static str),
    /// It does not connect; says why.
    Refused(&'static str),
    /// The connection to it broke.
    Broken,
}

impl From<io::Error> for SocksProblem {
    fn from(_: io::Error) -> Self {
        Self::Broken
    }
}

impl SocksProblem {
    /// Whether it is about a username and a password.
    pub(crate) fn is_about_credentials(&self) -> bool {
        matches!(self, Self::AsksForUser | Self::RefusesUser)
    }

    /// To be put after the proxy's name.
    pub(crate) fn in_words(&self, target: &Target) -> String {
        match self {
            Self::AsksForUser => "asks for a username and a password".to_owned(),
            Self::RefusesUser => "does not accept the username and the password that its URL holds".to_owned(),
            Self::NotSocks => "does not speak SOCKS5".to_owned(),
            Self::Authentication(problem) | Self::Refused(problem) => format!("does not connect to {target}: {problem}"),
            Self::Broken => format!("broke off when it was asked for {target}"),
        }
    }
}

impl Socks {
    /// Lets the proxy at the other end of `stream` connect to `target`. From then on the stream is the target's.
    pub(crate) async fn connect<S: AsyncRead + AsyncWrite + Unpin>(&self, stream: &mut S, target: &Target) -> Result<(), SocksProblem> {
        self.authenticate(stream).await?;
        let mut request = vec![VERSION, CONNECT, 0];
        let port = match target {
            Target::Name(name, port) => {
                request.extend([NAME, length(name).ok_or(SocksProblem::Refused("host address is more than 255 characters"))?]);
                request.extend(name.as_bytes());
                *port
            }
            Target::Address(SocketAddr::V4(address)) => {
                request.push(IPV4);
                request.extend(address.ip().octets());
                address.port()
            }
            Target::Address(SocketAddr::V6(address)) => {
                request.push(IPV6);
                request.extend(address.ip().octets());
                address.port()
            }
        };
        request.extend(port.to_be_bytes());
        stream.write_all(&request).await?;
        let [version, reply, _reserved, kind] = read(stream).await?;
        if version != VERSION {
            return Err(SocksProblem::NotSocks);
        }
        if reply != 0 {
            return Err(refusal(reply).map_or(SocksProblem::NotSocks, SocksProblem::Refused));
        }
        // The address that it connects from is of no use here.
        let address = match kind {
            IPV4 => 4,
            IPV6 => 16,
            NAME => usize::from(stream.read_u8().await?),
            _ => return Err(SocksProblem::NotSocks),
        };
        stream.read_exact(&mut vec![0; address + 2]).await?;
        Ok(())
    }

    async fn authenticate<S: AsyncRead + AsyncWrite + Unpin>(&self, stream: &mut S) -> Result<(), SocksProblem> {
        let method = if self.user.is_some() { USERNAME_AND_PASSWORD } else { NO_AUTHENTICATION };
        stream.write_all(&[VERSION, 1, method]).await?;
        let [version, chosen] = read(stream).await?;
        if version != VERSION {
            return Err(SocksProblem::NotSocks);
        }
        match (chosen, &self.user) {
            (NO_AUTHENTICATION, None) => Ok(()),
            (USERNAME_AND_PASSWORD, Some((username, password))) => {
                let too_long = SocksProblem::Authentication("username or password is more than 255 bytes");
                let (Some(username_length), Some(password_length)) = (length(username), length(password)) else { return Err(too_long) };
                let mut request = vec![SUBVERSION, username_length];
                request.extend(username.as_bytes());
                request.push(password_length);
                request.extend(password.as_bytes());
                stream.write_all(&request).await?;
                match read(stream).await? {
                    [SUBVERSION, 0] => Ok(()),
                    [SUBVERSION, _] => Err(SocksProblem::RefusesUser),
                    _ => Err(SocksProblem::NotSocks),
                }
            }
            (USERNAME_AND_PASSWORD | NONE_ACCEPTABLE, None) => Err(SocksProblem::AsksForUser),
            (NONE_ACCEPTABLE, Some(_)) => Err(SocksProblem::Authentication("server does not support user/pass authentication")),
            (NO_AUTHENTICATION, Some(_)) => Err(SocksProblem::Authentication("server implements authentication incorrectly")),
            _ => Err(SocksProblem::NotSocks),
        }
    }
}

async fn read<const N: usize, S: AsyncRead + Unpin>(stream: &mut S) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    stream.read_exact(&mut bytes).await?;
    Ok(bytes)
}

fn length(text: &str) -> Option<u8> {
    u8::try_from(text.len()).ok()
}

/// The words of RFC 1928, section 6.
fn refusal(reply: u8) -> Option<&'static str> {
    Some(match reply {
        1 => "general server failure",
        2 => "connection not allowed",
        3 => "network unreachable",
        4 => "host unreachable",
        5 => "connection refused",
        6 => "ttl expired",
        7 => "command not supported",
        8 => "address type not supported",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is sent to a proxy that answers so, and what came of it.
    async fn ask(user: Option<(&str, &str)>, target: Target, answers: &[&[u8]]) -> (Vec<u8>, Result<(), String>) {
        let user = user.map(|(username, password)| (username.to_owned(), password.to_owned()));
        let (mut ours, mut theirs) = tokio::io::duplex(4096);
        for answer in answers {
            theirs.write_all(answer).await.unwrap();
        }
        theirs.shutdown().await.unwrap();
        let outcome = Socks { resolves: true, user }.connect(&mut ours, &target).await.map_err(|problem| problem.in_words(&target));
        drop(ours);
        let mut sent = Vec::new();
        theirs.read_to_end(&mut sent).await.unwrap();
        (sent, outcome)
    }

    fn name() -> Target {
        Target::Name("r.example".to_owned(), 443)
    }

    #[tokio::test]
    async fn what_is_sent() {
        let done: &[u8] = b"\x05\0\0\x01\x7f\0\0\x01\x12\x34";
        assert_eq!(ask(None, name(), &[b"\x05\0", done]).await, (b"\x05\x01\0\x05\x01\0\x03\x09r.example\x01\xbb".to_vec(), Ok(())));
        let address = Target::Address("[::1]:80".parse().unwrap());
        let done: &[u8] = b"\x05\0\0\x03\x02ab\x12\x34";
        let expected = b"\x05\x01\x02\x01\x01u\x02pw\x05\x01\0\x04\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\x50".to_vec();
        assert_eq!(ask(Some(("u", "pw")), address, &[b"\x05\x02\x01\0", done]).await, (expected, Ok(())));
    }

    #[tokio::test]
    async fn what_goes_wrong_is_said() {
        let user = Some(("u", "p"));
        for (user, answer, problem) in [
            (None, b"\x05\xff".as_slice(), "asks for a username and a password"),
            (None, b"\x05\x02", "asks for a username and a password"),
            (user, b"\x05\xff", "does not connect to r.example:443: server does not support user/pass authentication"),
            (user, b"\x05\0", "does not connect to r.example:443: server implements authentication incorrectly"),
            (user, b"\x05\x02\x01\x01", "does not accept the username and the password that its URL holds"),
            (user, b"\x05\x02\x05\0", "does not speak SOCKS5"),
            (None, b"HTTP/1.1", "does not speak SOCKS5"),
            (None, b"\x05\0\x05\x05\0\x01", "does not connect to r.example:443: connection refused"),
            (None, b"\x05\0\x05\x09\0\x01", "does not speak SOCKS5"),
            (None, b"\x05\0\x05\0\0\x02", "does not speak SOCKS5"),
            (None, b"\x05", "broke off when it was asked for r.example:443"),
            (None, b"\x05\0\x05\0\0\x01\x7f", "broke off when it was asked for r.example:443"),
        ] {
            assert_eq!(ask(user, name(), &[answer]).await.1, Err(problem.to_owned()), "{answer:?}");
        }
        let long = Target::Name("a".repeat(256), 443);
        assert!(ask(None, long, &[b"\x05\0"]).await.1.is_err_and(|problem| problem.ends_with("more than 255 characters")));
    }
}
