//! The slow line: netem on a pair of virtual devices where the kernel has it, otherwise a relay between two TUN devices.

use std::io::Read;
use std::process::{Command, Stdio};

use super::namespace::Namespace;
use super::probe::{self, Measured};
use super::relay;
use super::{RATE_MBIT, ROUND_TRIP_MS};
use crate::Outcome;
use crate::command::{Background, find, output};
use crate::parts;

/// Of the block that RFC 2544 sets aside for benchmarks; these addresses exist in the two namespaces only.
const CLIENT: &str = "198.18.0.1";
pub(super) const SERVER: &str = "198.18.0.2";
/// The name of the device in either namespace.
const DEVICE: &str = "line0";
/// How often the line is measured at most.
const ATTEMPTS: usize = 5;
/// What netem keeps while it delays and paces, in packets: that of the relay.
const PACKETS: u64 = relay::QUEUE_BYTES / 1500 + RATE_MBIT * 1000 / 8 * ROUND_TRIP_MS / 2 / 1500;

/// A slow line that is up, and was found to be what it should be.
pub(in crate::bench::push) struct SlowLine {
    // Dropped in this order: the relay's devices go with it.
    _relay: Option<Background>,
    pub(super) client: Namespace,
    pub(super) server: Namespace,
    pub(super) made_of: &'static str,
    pub(super) measured: Measured,
}

impl SlowLine {
    pub(super) fn open() -> Outcome<Self> {
        if !rustix::process::geteuid().is_root() {
            return Err("network namespaces need root".to_owned());
        }
        if find("ip").is_none() || find("tc").is_none() {
            parts::install(&["iproute2"])?;
        }
        let (client, server) = (Namespace::create("client")?, Namespace::create("server")?);
        let (relay, made_of) = match with_netem(&client, &server) {
            Ok(()) => (None, "netem on a pair of virtual devices"),
            Err(reason) => {
                eprintln!("xtask: no netem here ({reason}); a relay between two TUN devices makes the line");
                (Some(with_relay(&client, &server)?), "a relay between two TUN devices")
            }
        };
        for (namespace, address) in [(&client, CLIENT), (&server, SERVER)] {
            namespace.ip(&["address", "add", &format!("{address}/30"), "dev", DEVICE])?;
            namespace.ip(&["link", "set", DEVICE, "up"])?;
        }
        let measured = found_good(&client, &server)?;
        Ok(Self { _relay: relay, client, server, made_of, measured })
    }
}

/// Measures the line until it is found to be what it should be: a machine that is busy for a moment spoils a measurement, not the line.
fn found_good(client: &Namespace, server: &Namespace) -> Outcome<Measured> {
    let mut last = Err("not measured".to_owned());
    for _ in 0..ATTEMPTS {
        let measured = probe::measure(client, server, SERVER)?;
        eprintln!(
            "xtask: the line has a round trip of {:.2} ms and carries {:.1} Mbit/s of payload",
            measured.round_trip_ms, measured.payload_mbit
        );
        last = measured.check(ROUND_TRIP_MS as f64, RATE_MBIT as f64).map(|()| measured);
        if last.is_ok() {
            break;
        }
    }
    last
}

fn with_netem(client: &Namespace, server: &Namespace) -> Outcome {
    client.ip(&["link", "add", DEVICE, "type", "veth", "peer", "name", DEVICE, "netns", server.name()])?;
    let delay = format!("{}us", ROUND_TRIP_MS * 1000 / 2);
    let (rate, limit) = (format!("{RATE_MBIT}mbit"), PACKETS.to_string());
    let tc = find("tc").ok_or("tc not found")?;
    for namespace in [client, server] {
        let words =
            ["-n", namespace.name(), "qdisc", "add", "dev", DEVICE, "root", "netem", "delay", &delay, "rate", &rate, "limit", &limit];
        if let Err(reason) = output(Command::new(&tc).args(words)) {
            // The other end goes with it.
            client.ip(&["link", "delete", DEVICE])?;
            return Err(reason);
        }
    }
    Ok(())
}

fn with_relay(client: &Namespace, server: &Namespace) -> Outcome<Background> {
    let this = std::env::current_exe().map_err(|error| format!("cannot find this program: {error}"))?;
    let mut command = Command::new(this);
    command.args(["bench-part", "relay", client.name(), server.name(), "--device", DEVICE]);
    command.args(["--delay-us", &(ROUND_TRIP_MS * 1000 / 2).to_string(), "--mbit", &RATE_MBIT.to_string()]);
    // It ends when its stdin does, so that it never outlives this process.
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(|error| format!("cannot run the relay: {error}"))?;
    let stdout = child.stdout.take();
    let relay = Background(child);
    let mut ready = [0; relay::READY.len()];
    let read = stdout.ok_or("the relay has no output")?.read_exact(&mut ready);
    match read {
        Ok(()) if ready == *relay::READY => Ok(relay),
        _ => Err("the relay did not start".to_owned()),
    }
}
