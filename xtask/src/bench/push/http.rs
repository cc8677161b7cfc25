//! As much HTTP/1.1 as it takes to talk to docker-registry: one connection that is kept, bodies of a known length.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::Outcome;

/// A registry that says nothing for this long is broken.
const PATIENCE: Duration = Duration::from_secs(120);
const LONGEST_HEAD: u64 = 64 << 10;
const LONGEST_BODY: u64 = 8 << 20;

/// What is sent along.
pub(super) enum Body<'a> {
    Nothing,
    Bytes(&'a [u8]),
    /// The file from its start, and how long it is.
    File(File, u64),
}

/// What came back.
pub(super) struct Answer {
    pub(super) status: u16,
    headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Answer {
    /// A header by its name in lower case.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }
}

/// A connection to a registry.
pub(super) struct Connection {
    stream: BufReader<TcpStream>,
    host: String,
}

impl Connection {
    /// Connects to `ADDRESS:PORT`.
    pub(super) fn open(host: &str) -> Outcome<Self> {
        let opened = TcpStream::connect(host).and_then(|stream| {
            stream.set_nodelay(true)?;
            stream.set_read_timeout(Some(PATIENCE))?;
            stream.set_write_timeout(Some(PATIENCE))?;
            Ok(stream)
        });
        let stream = opened.map_err(|error| format!("cannot connect to {host}: {error}"))?;
        Ok(Self { stream: BufReader::new(stream), host: host.to_owned() })
    }

    /// Sends a request and reads the whole answer.
    pub(super) fn request(&mut self, method: &str, target: &str, headers: &[(&str, &str)], body: Body<'_>) -> Outcome<Answer> {
        let answer = self.send(method, target, headers, body).and_then(|()| self.answer(method == "HEAD"));
        answer.map_err(|error| format!("{method} {target} at {}: {error}", self.host))
    }

    fn send(&self, method: &str, target: &str, headers: &[(&str, &str)], body: Body<'_>) -> io::Result<()> {
        let mut stream = self.stream.get_ref();
        let mut head = format!("{method} {target} HTTP/1.1\r\nHost: {}\r\nUser-Agent: pushgate-bench\r\n", self.host);
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        let length = match &body {
            Body::Nothing => 0,
            Body::Bytes(bytes) => bytes.len() as u64,
            Body::File(_, length) => *length,
        };
        head.push_str(&format!("Content-Length: {length}\r\n\r\n"));
        stream.write_all(head.as_bytes())?;
        match body {
            Body::Nothing => Ok(()),
            Body::Bytes(bytes) => stream.write_all(bytes),
            Body::File(file, length) => send_file(stream, &file, length),
        }
    }

    fn answer(&mut self, head_only: bool) -> io::Result<Answer> {
        let mut lines = Vec::new();
        let mut head = (&mut self.stream).take(LONGEST_HEAD);
        loop {
            let mut line = String::new();
            if head.read_line(&mut line)? == 0 {
                return Err(io::Error::other("the answer ends before its head does"));
            }
            match line.trim_end() {
                "" => break,
                line => lines.push(line.to_owned()),
            }
        }
        let mut lines = lines.into_iter();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).ok_or_else(|| io::Error::other("no status"))?;
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(':').map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())))
            .collect();
        let mut answer = Answer { status, headers, body: Vec::new() };
        if !head_only && status != 204 {
            let length = answer.header("content-length").and_then(|length| length.parse::<u64>().ok());
            let length =
                length.filter(|length| *length <= LONGEST_BODY).ok_or_else(|| io::Error::other("a body of unknown or great length"))?;
            if (&mut self.stream).take(length).read_to_end(&mut answer.body)? as u64 != length {
                return Err(io::Error::other("the body is cut short"));
            }
        }
        Ok(answer)
    }
}

/// From the page cache to the socket, without a way through this process.
fn send_file(stream: &TcpStream, file: &File, length: u64) -> io::Result<()> {
    let mut left = length;
    while left > 0 {
        let sent = rustix::fs::sendfile(stream, file, None, usize::try_from(left).unwrap_or(usize::MAX))?;
        if sent == 0 {
            return Err(io::Error::other("the file is shorter than it was"));
        }
        left = left.saturating_sub(sent as u64);
    }
    Ok(())
}
