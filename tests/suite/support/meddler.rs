//! A socket before the Docker Engine's, where something happens in the moment that a certain request comes.

use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// What is done, once.
type Deed = Box<dyn FnOnce() + Send>;
/// Tells the request in which it is done, by its first line.
type Wanted = Box<dyn FnMut(&str) -> bool + Send>;

/// Passes everything on to the Docker Engine.
pub(crate) struct Meddler {
    socket: PathBuf,
    _accepting: JoinHandle<()>,
}

impl Meddler {
    /// Listens in a folder; does the deed before the first request that is wanted is passed on.
    pub(crate) fn before(
        engine: &Path,
        folder: &Path,
        wanted: impl FnMut(&str) -> bool + Send + 'static,
        deed: impl FnOnce() + Send + 'static,
    ) -> Self {
        let socket = folder.join("meddler.sock");
        let listener = UnixListener::bind(&socket).expect("a socket");
        let plan: Arc<Mutex<(Wanted, Option<Deed>)>> = Arc::new(Mutex::new((Box::new(wanted), Some(Box::new(deed)))));
        let engine = engine.to_owned();
        let accepting = std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let (engine, plan) = (UnixStream::connect(&engine).expect("the Docker Engine"), Arc::clone(&plan));
                let (answers, back) = (engine.try_clone().expect("a socket"), client.try_clone().expect("a socket"));
                std::thread::spawn(move || pass_on(answers, back, |_| ()));
                std::thread::spawn(move || {
                    pass_on(client, engine, |bytes| {
                        let text = String::from_utf8_lossy(bytes);
                        let line = text.lines().next().unwrap_or_default();
                        let mut plan = plan.lock().expect("nothing panicked");
                        // What a request says comes in one piece with its head, or after it; only heads name the protocol.
                        if line.ends_with("HTTP/1.1")
                            && plan.1.is_some()
                            && (plan.0)(line)
                            && let Some(deed) = plan.1.take()
                        {
                            deed();
                        }
                    });
                });
            }
        });
        Self { socket, _accepting: accepting }
    }

    /// As `DOCKER_HOST` has it.
    pub(crate) fn address(&self) -> String {
        format!("unix://{}", self.socket.display())
    }
}

fn pass_on(mut from: UnixStream, mut to: UnixStream, mut look: impl FnMut(&[u8])) {
    let mut buffer = vec![0; 64 << 10];
    while let Ok(length) = from.read(&mut buffer) {
        look(&buffer[..length]);
        if length == 0 || to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(std::net::Shutdown::Write);
}
