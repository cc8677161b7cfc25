//! Accepts connections and serves HTTP/1.1 on them.

use std::net::TcpListener;
use std::sync::Arc;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rustls::HandshakeKind;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::service::{self, Shared};
use crate::wire::{Stream, Wire, WireControl};

/// Serves until it is dropped; the connections end with it.
pub(crate) async fn serve(listener: TcpListener, acceptor: Option<TlsAcceptor>, shared: Arc<Shared>) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                // A client that went away before it was accepted is not the next one's problem.
                let Ok((stream, _)) = accepted else { continue };
                connections.spawn(connection(stream, acceptor.clone(), Arc::clone(&shared)));
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn connection(stream: TcpStream, acceptor: Option<TlsAcceptor>, shared: Arc<Shared>) {
    let number = shared.count_connection();
    // Small replies must not wait for the client's acknowledgement. Without it they come later, but they come.
    let _ = stream.set_nodelay(true);
    let stream = match acceptor {
        None => Stream::Plain(stream),
        Some(acceptor) => match acceptor.accept(stream).await {
            Ok(stream) => {
                if stream.get_ref().1.handshake_kind() == Some(HandshakeKind::Resumed) {
                    shared.count_resumed();
                }
                Stream::Tls(Box::new(stream))
            }
            // The client does not trust us, or does not speak TLS.
            Err(_) => return,
        },
    };
    let control = WireControl::default();
    let wire = Wire::new(stream, control.clone());
    let handler = service_fn(move |request| service::handle(Arc::clone(&shared), control.clone(), number, request));
    // How a connection ends is the client's to judge.
    let _ = http1::Builder::new().half_close(false).serve_connection(TokioIo::new(wire), handler).await;
}
