//! What a flavor has not.

use std::io::Read as _;
use std::net::{TcpStream, ToSocketAddrs as _};
use std::process::Command;
use std::time::Duration;

use pushgate_flavor::{Refusal, deny};

/// Wants what the tag says.
pub(crate) fn wants(tag: &str) -> Result<(), Refusal> {
    match tag {
        "network" => {
            let mut stream = TcpStream::connect("192.0.2.1:80").expect("a connection"); // line: network
            stream.read_to_end(&mut Vec::new()).expect("an answer");
        }
        "network-name" => drop("status.example.com:443".to_socket_addrs().expect("an address")), // line: network-name
        "network-unavailable" => {
            let connected = TcpStream::connect("192.0.2.1:80");
            connected.map_err(|error| Refusal::unavailable(format!("the status page could not be asked: {error}")))?;
        }
        "files" => drop(std::fs::read("/etc/hosts").expect("a file")), // line: files
        "files-write" => std::fs::write("/tmp/seen", "").expect("a file"), // line: files-write
        "environment" => drop(std::env::var("HOME").expect("a variable")), // line: environment
        "threads" => std::thread::spawn(|| ()).join().expect("a thread"),
        "programs" => drop(Command::new("git").arg("log").status().expect("a program")), // line: programs
        "wait" => std::thread::sleep(Duration::from_secs(1)),
        "arguments" => return deny("arguments", std::env::args().count().to_string()).into(),
        _ => {}
    }
    Ok(())
}
