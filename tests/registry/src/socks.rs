//! The far side of a SOCKS5 handshake (RFC 1928, with usernames and passwords by RFC 1929).

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, Ipv6Addr, TcpStream};

/// What a client asked for.
pub(crate) struct Asked {
    /// `name:port`, or an address with a port.
    pub(crate) target: String,
    /// `username:password`, if it showed any.
    pub(crate) user: Option<String>,
}

/// Reads up to the request. None if the client was sent away for its username and password.
pub(crate) fn read_request(stream: &mut TcpStream, wanted: Option<&str>) -> io::Result<Option<Asked>> {
    let [version, count] = read(stream)?;
    let mut methods = vec![0; usize::from(count)];
    stream.read_exact(&mut methods)?;
    let method = if wanted.is_some() { 2 } else { 0 };
    if version != 5 || !methods.contains(&method) {
        stream.write_all(&[5, 0xff])?;
        return Ok(None);
    }
    stream.write_all(&[5, method])?;
    let mut user = None;
    if let Some(wanted) = wanted {
        let [_version] = read(stream)?;
        let shown = format!("{}:{}", text(stream)?, text(stream)?);
        let accepted = shown == wanted;
        user = Some(shown);
        stream.write_all(&[1, u8::from(!accepted)])?;
        if !accepted {
            return Ok(None);
        }
    }
    let [_version, _command, _reserved, kind] = read(stream)?;
    let host = match kind {
        1 => Ipv4Addr::from(read::<4>(stream)?).to_string(),
        4 => format!("[{}]", Ipv6Addr::from(read::<16>(stream)?)),
        _ => text(stream)?,
    };
    let port = u16::from_be_bytes(read(stream)?);
    Ok(Some(Asked { target: format!("{host}:{port}"), user }))
}

/// Answers a request: 0 is success.
pub(crate) fn answer(stream: &mut TcpStream, code: u8) -> io::Result<()> {
    stream.write_all(&[5, code, 0, 1, 127, 0, 0, 1, 0, 1])
}

fn read<const LENGTH: usize>(stream: &mut TcpStream) -> io::Result<[u8; LENGTH]> {
    let mut bytes = [0; LENGTH];
    stream.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn text(stream: &mut TcpStream) -> io::Result<String> {
    let [length] = read(stream)?;
    let mut bytes = vec![0; usize::from(length)];
    stream.read_exact(&mut bytes)?;
    String::from_utf8(bytes).map_err(io::Error::other)
}
