//! The relay: a line of a given delay and rate between two TUN devices, each in a network namespace, as a process of its own.
//!
//! Each way has a thread that takes packets from one device and gives each the moment when its last bit has left the far end of the line, and a
//! thread that hands them to the other device at that moment. What waits to be sent is bounded: beyond that, packets are dropped, as a router does.

use std::io::{Read, Write};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use clap::Args;
use tun_rs::{DeviceBuilder, SyncDevice};

use super::namespace;
use crate::Outcome;

/// What the relay says when both devices are there.
pub(super) const READY: &[u8; 6] = b"ready\n";
/// How many bytes may wait to be sent: twice what is under way on a line of 200 Mbit/s and 40 ms.
pub(super) const QUEUE_BYTES: u64 = 2_000_000;
const MTU: u16 = 1500;
/// How many packets the system keeps for a relay that is not scheduled at once.
const DEVICE_QUEUE: u32 = 5000;

/// Which line the relay makes.
#[derive(Debug, Clone, Args)]
pub(crate) struct RelayArguments {
    client: String,
    server: String,
    #[arg(long)]
    device: String,
    /// One way.
    #[arg(long)]
    delay_us: u64,
    /// Each way.
    #[arg(long)]
    mbit: u64,
}

/// A packet, and when it comes out at the other end.
struct Delayed {
    due: Instant,
    packet: Vec<u8>,
}

/// Relays until stdin ends.
pub(in crate::bench::push) fn run(arguments: &RelayArguments) -> Outcome {
    let client = device(&arguments.client, &arguments.device)?;
    let server = device(&arguments.server, &arguments.device)?;
    // A busy machine does not slow a line down, so the relay goes before whoever pushes through it; its threads inherit that.
    rustix::process::nice(-20).map_err(|error| format!("the relay cannot have a higher priority: {error}"))?;
    let mut stdout = std::io::stdout();
    stdout.write_all(READY).and_then(|()| stdout.flush()).map_err(|error| format!("cannot say that the relay is ready: {error}"))?;
    let (client, server): (&'static SyncDevice, &'static SyncDevice) = (Box::leak(Box::new(client)), Box::leak(Box::new(server)));
    let delay = Duration::from_micros(arguments.delay_us);
    for (from, to) in [(client, server), (server, client)] {
        let (sender, receiver) = channel();
        let rate = arguments.mbit;
        std::thread::spawn(move || take_in(from, &sender, delay, rate));
        std::thread::spawn(move || hand_out(to, &receiver));
    }
    // The threads end with the process, and the devices with them.
    let ended = std::io::stdin().read_to_end(&mut Vec::new());
    ended.map(drop).map_err(|error| format!("the relay lost its stdin: {error}"))
}

fn device(namespace: &str, name: &str) -> Outcome<SyncDevice> {
    let build = || DeviceBuilder::new().name(name).mtu(MTU).tx_queue_len(DEVICE_QUEUE).enable(false).build_sync();
    namespace::enter(namespace, || build().map_err(|error| format!("cannot make a TUN device in {namespace}: {error}")))
}

fn take_in(device: &SyncDevice, sender: &Sender<Delayed>, delay: Duration, mbit: u64) {
    let mut buffer = vec![0; usize::from(MTU)];
    let mut line = Pace::new(mbit);
    loop {
        let packet = match device.recv(&mut buffer) {
            Ok(length) => buffer.get(..length).unwrap_or_default(),
            // The device is not up yet.
            Err(_) => {
                std::thread::sleep(Duration::from_millis(1));
                continue;
            }
        };
        if let Some(sent) = line.send(Instant::now(), packet.len() as u64)
            && sender.send(Delayed { due: sent + delay, packet: packet.to_vec() }).is_err()
        {
            return;
        }
    }
}

fn hand_out(device: &SyncDevice, receiver: &Receiver<Delayed>) {
    for Delayed { due, packet } in receiver {
        let wait = due.saturating_duration_since(Instant::now());
        if !wait.is_zero() {
            std::thread::sleep(wait);
        }
        // A device that is down loses packets, as a line does.
        let _ = device.send(&packet);
    }
}

/// When a sender at a fixed rate has sent what it is given.
struct Pace {
    mbit: u64,
    free: Option<Instant>,
}

impl Pace {
    const fn new(mbit: u64) -> Self {
        Self { mbit, free: None }
    }

    /// When a packet that comes now has been sent; nothing where too much waits already.
    fn send(&mut self, now: Instant, bytes: u64) -> Option<Instant> {
        let start = self.free.map_or(now, |free| free.max(now));
        if start.duration_since(now) > self.time_for(QUEUE_BYTES) {
            return None;
        }
        let sent = start + self.time_for(bytes);
        self.free = Some(sent);
        Some(sent)
    }

    const fn time_for(&self, bytes: u64) -> Duration {
        Duration::from_nanos(bytes * 8 * 1000 / self.mbit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_follow_each_other_at_the_rate() {
        let (mut line, now) = (Pace::new(200), Instant::now());
        // 1500 bytes at 200 Mbit/s are 60 microseconds.
        assert_eq!(line.send(now, 1500), Some(now + Duration::from_micros(60)));
        assert_eq!(line.send(now, 1500), Some(now + Duration::from_micros(120)));
        let later = now + Duration::from_millis(1);
        assert_eq!(line.send(later, 750), Some(later + Duration::from_micros(30)));
    }

    #[test]
    fn a_full_queue_drops() {
        let (mut line, now) = (Pace::new(200), Instant::now());
        let taken = (0..10_000).filter(|_| line.send(now, 1500).is_some()).count() as u64;
        assert_eq!(taken, QUEUE_BYTES / 1500 + 1);
        assert!(line.send(now + Duration::from_millis(1), 1500).is_some(), "what was sent meanwhile makes room");
    }
}
