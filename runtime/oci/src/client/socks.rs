//! Through a SOCKS5 proxy (RFC 1928): the handshake is hyper-util's, over a connection that is ours.
//!
//! Who resolves the name is the scheme's to say, as for curl: with `socks5` it is resolved here, so that its addresses
//! are checked as they are without a proxy; with `socks5h` the proxy resolves it, as one for `CONNECT` does.

use std::future::{Ready, ready};
use std::io;
use std::task::{Context, Poll};

use http::Uri;
use hyper_util::client::legacy::connect::proxy::SocksV5;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower_service::Service;

/// The most bytes of a username, and of a password (RFC 1929).
pub(super) const MAX_PART: usize = 255;

/// What is particular about a SOCKS proxy.
#[derive(Clone)]
pub(super) struct Socks {
    /// Whether it resolves names: `socks5h`.
    pub(super) resolves: bool,
    /// Username and password, in the proxy's own form.
    pub(super) user: Option<(String, String)>,
}

impl Socks {
    /// Lets the proxy at the other end of `stream` connect to `target`, an authority with a port.
    ///
    /// # Errors
    /// What it did, to be put after its name.
    pub(super) async fn connect(&self, stream: TcpStream, target: &str) -> Result<TcpStream, String> {
        let uri = Uri::builder().scheme("http").authority(target).path_and_query("/").build();
        let uri = uri.map_err(|error| format!("cannot be asked for {target}: {error}"))?;
        let mut handshake = SocksV5::new(Uri::from_static("socks5://proxy.invalid"), Given(Some(TokioIo::new(stream))));
        if let Some((username, password)) = &self.user {
            handshake = handshake.with_auth(username.clone(), password.clone());
        }
        match handshake.call(uri).await {
            Ok(stream) => Ok(stream.into_inner()),
            Err(error) => Err(self.problem(&error.to_string(), target)),
        }
    }

    /// The library's errors have no public type, and words that a test compares.
    fn problem(&self, error: &str, target: &str) -> String {
        match error.strip_prefix("SOCKS error: ").unwrap_or(error) {
            "server does not support user/pass authentication" | "server implements authentication incorrectly" if self.user.is_none() => {
                "asks for a username and a password".to_owned()
            }
            "credentials not accepted" => "does not accept the username and the password that its URL holds".to_owned(),
            "failed parsing server response" => "does not speak SOCKS5".to_owned(),
            "io error during SOCKS handshake" => format!("broke off when it was asked for {target}"),
            other => format!("does not connect to {target}: {other}"),
        }
    }
}

/// A connector that gives the one connection that there is.
struct Given(Option<TokioIo<TcpStream>>);

impl Service<Uri> for Given {
    type Response = TokioIo<TcpStream>;
    type Error = io::Error;
    type Future = Ready<Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _proxy: Uri) -> Self::Future {
        ready(self.0.take().ok_or_else(|| io::Error::other("the connection is in use")))
    }
}
