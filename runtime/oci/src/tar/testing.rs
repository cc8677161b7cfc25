//! Tar files made byte by byte.

use std::io::Write as _;

use tempfile::NamedTempFile;

/// A header to be changed before it is used.
#[derive(Clone)]
pub(crate) struct RawHeader(pub(crate) [u8; 512]);

impl RawHeader {
    /// POSIX ustar.
    pub(crate) fn new(kind: u8, name: &[u8], size: u64) -> Self {
        let mut header = Self([0; 512]);
        header.set(0, name);
        header.set(100, b"0000644\0");
        header.set(108, b"0000000\0");
        header.set(116, b"0000000\0");
        header.set(124, format!("{size:011o}\0").as_bytes());
        header.set(136, b"00000000000\0");
        header.0[156] = kind;
        header.set(257, b"ustar\x0000");
        header
    }

    pub(crate) fn set(&mut self, offset: usize, bytes: &[u8]) {
        self.0[offset..offset + bytes.len()].copy_from_slice(bytes);
    }

    pub(crate) fn with(mut self, offset: usize, bytes: &[u8]) -> Self {
        self.set(offset, bytes);
        self
    }

    /// The bytes with their checksum.
    pub(crate) fn summed(mut self) -> [u8; 512] {
        self.set(148, b"        ");
        let sum: u32 = self.0.iter().map(|byte| u32::from(*byte)).sum();
        self.set(148, format!("{sum:06o}\0 ").as_bytes());
        self.0
    }
}

/// An archive that grows.
#[derive(Clone, Default)]
pub(crate) struct Tar(pub(crate) Vec<u8>);

impl Tar {
    pub(crate) fn raw(mut self, header: RawHeader, body: &[u8]) -> Self {
        self.0.extend(header.summed());
        self.0.extend(body);
        self.0.resize(self.0.len().next_multiple_of(512), 0);
        self
    }

    pub(crate) fn entry(self, kind: u8, name: &str, body: &[u8]) -> Self {
        self.raw(RawHeader::new(kind, name.as_bytes(), body.len() as u64), body)
    }

    pub(crate) fn file(self, name: &str, body: &[u8]) -> Self {
        self.entry(b'0', name, body)
    }

    pub(crate) fn link(self, kind: u8, name: &str, target: &str) -> Self {
        self.raw(RawHeader::new(kind, name.as_bytes(), 0).with(157, target.as_bytes()), b"")
    }

    pub(crate) fn pax(self, records: &[(&str, &str)]) -> Self {
        let text: String = records.iter().map(|(key, value)| record(key, value)).collect();
        self.entry(b'x', "PaxHeaders/x", text.as_bytes())
    }

    pub(crate) fn ended(mut self) -> Vec<u8> {
        self.0.extend([0; 1024]);
        self.0
    }

    pub(crate) fn written(self) -> NamedTempFile {
        written(&self.ended())
    }
}

/// `LENGTH KEY=VALUE\n`.
pub(crate) fn record(key: &str, value: &str) -> String {
    let rest = format!(" {key}={value}\n");
    let length = (1..).find(|length: &usize| length.to_string().len() + rest.len() == *length).unwrap();
    format!("{length}{rest}")
}

pub(crate) fn written(bytes: &[u8]) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file
}

/// Reproducible bytes that compress to about half.
pub(crate) fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let step = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        b'a' + u8::try_from(state % 16).unwrap()
    };
    (0..length).map(step).collect()
}
