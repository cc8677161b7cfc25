//! What the line really is, before it is used.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::namespace::Namespace;
use crate::Outcome;

const PINGS: usize = 11;
const STREAMS: usize = 4;
/// Until the streams have found their speed.
const SETTLING: Duration = Duration::from_millis(1500);
const COUNTED: Duration = Duration::from_secs(2);

/// The line as it is.
pub(super) struct Measured {
    /// A byte there and back over TCP: the least of all, which is the line's own.
    pub(super) round_trip_ms: f64,
    /// The median of the same: what is above the least is the machine's doing.
    pub(super) median_round_trip_ms: f64,
    /// What TCP carries from the client to the server, headers not counted, in megabits a second.
    pub(super) payload_mbit: f64,
}

impl Measured {
    /// Fails where the line is not what it should be.
    pub(super) fn check(&self, round_trip_ms: f64, mbit: f64) -> Outcome {
        // Of 1500 bytes of a packet, 1448 are payload; the rest of the margin is for a busy machine.
        let (slowest, fastest) = (mbit * 0.92, mbit * 0.98);
        if !(round_trip_ms..round_trip_ms * 1.1).contains(&self.round_trip_ms) || !(slowest..fastest).contains(&self.payload_mbit) {
            return Err(format!(
                "the slow line has a round trip of {:.2} ms instead of {round_trip_ms}, and carries {:.1} Mbit/s of payload instead of {slowest}-{fastest}",
                self.round_trip_ms, self.payload_mbit
            ));
        }
        Ok(())
    }
}

pub(super) fn measure(client: &Namespace, server: &Namespace, address: &str) -> Outcome<Measured> {
    let listen = || TcpListener::bind((address, 0)).map_err(|error| format!("cannot listen on the line: {error}"));
    let listener = server.enter(listen)?;
    let failed = |error: std::io::Error| format!("cannot measure the line: {error}");
    let port = listener.local_addr().map_err(failed)?.port();
    let connect = || -> std::io::Result<TcpStream> {
        let stream = TcpStream::connect((address, port))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        Ok(stream)
    };
    // Sockets stay in the namespace that they were made in; the threads that use them may be anywhere.
    let stream = client.enter(|| connect().map_err(failed))?;
    let (peer, _) = listener.accept().map_err(failed)?;
    let times = round_trips(stream, peer).map_err(failed)?;

    let pairs = (0..STREAMS).map(|_| {
        let stream = client.enter(|| connect().map_err(failed))?;
        Ok((stream, listener.accept().map_err(failed)?.0))
    });
    let pairs = pairs.collect::<Outcome<Vec<_>>>()?;
    let least = times.iter().min().copied().unwrap_or_default();
    Ok(Measured {
        round_trip_ms: least.as_secs_f64() * 1000.0,
        median_round_trip_ms: crate::bench::measure::median(&times),
        payload_mbit: rate(&pairs),
    })
}

fn round_trips(mut stream: TcpStream, mut peer: TcpStream) -> std::io::Result<Vec<Duration>> {
    peer.set_nodelay(true)?;
    let echo = std::thread::spawn(move || {
        let mut byte = [0];
        while peer.read_exact(&mut byte).and_then(|()| peer.write_all(&byte)).is_ok() {}
    });
    let mut times = Vec::new();
    for _ in 0..PINGS {
        let (mut byte, started) = ([0], Instant::now());
        stream.write_all(&byte)?;
        stream.read_exact(&mut byte)?;
        times.push(started.elapsed());
    }
    drop(stream);
    echo.join().map_err(|_| std::io::Error::other("the echo ended early"))?;
    Ok(times)
}

/// Megabits a second of all streams together, once they are up to speed.
fn rate(pairs: &[(TcpStream, TcpStream)]) -> f64 {
    let (received, done) = (AtomicU64::new(0), AtomicBool::new(false));
    std::thread::scope(|scope| {
        for (sender, receiver) in pairs {
            let (mut sender, mut receiver, done, received) = (sender, receiver, &done, &received);
            scope.spawn(move || {
                let block = vec![0; 64 << 10];
                while !done.load(Ordering::Relaxed) && sender.write_all(&block).is_ok() {}
                let _ = sender.shutdown(std::net::Shutdown::Write);
            });
            scope.spawn(move || {
                let mut block = vec![0; 64 << 10];
                while let Ok(length) = receiver.read(&mut block) {
                    if length == 0 {
                        return;
                    }
                    received.fetch_add(length as u64, Ordering::Relaxed);
                }
            });
        }
        std::thread::sleep(SETTLING);
        let (before, started) = (received.load(Ordering::Relaxed), Instant::now());
        std::thread::sleep(COUNTED);
        let bits = (received.load(Ordering::Relaxed) - before) * 8;
        let taken = started.elapsed();
        done.store(true, Ordering::Relaxed);
        bits as f64 / taken.as_secs_f64() / 1e6
    })
}
