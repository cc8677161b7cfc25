//! Accepts connections on the sockets and serves HTTP/1.1 on them.

use std::net::TcpListener;
use std::os::unix::net::UnixListener;
use std::sync::Arc;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinSet;

use crate::service::{self, Shared};

/// Serves until it is dropped; the connections end with it.
pub(crate) async fn serve(unix: UnixListener, tcp: Option<TcpListener>, shared: Arc<Shared>) {
    let Ok(unix) = tokio::net::UnixListener::from_std(unix) else { return };
    let tcp = match tcp.map(tokio::net::TcpListener::from_std).transpose() {
        Ok(tcp) => tcp,
        Err(_) => return,
    };
    let mut connections = JoinSet::new();
    loop {
        let accept_tcp = async {
            match &tcp {
                Some(listener) => listener.accept().await,
                None => std::future::pending().await,
            }
        };
        // A client that went away before it was accepted is not the next one's problem.
        tokio::select! {
            accepted = unix.accept() => {
                if let Ok((stream, _)) = accepted {
                    connections.spawn(connection(stream, Arc::clone(&shared)));
                }
            }
            accepted = accept_tcp => {
                if let Ok((stream, _)) = accepted {
                    connections.spawn(connection(stream, Arc::clone(&shared)));
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn connection(stream: impl AsyncRead + AsyncWrite + Unpin, shared: Arc<Shared>) {
    let handler = service_fn(move |request| service::handle(Arc::clone(&shared), request));
    // How a connection ends is the client's to judge.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), handler).await;
}
