//! How the bytes of a layer are encoded.

/// What is done to layers that the archive holds as plain tar files. Compressed ones stay as they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compression {
    /// Nothing.
    None,
    /// What every registry and every runtime reads.
    #[default]
    Gzip,
    /// Faster and smaller; Docker reads it since 23.0.
    Zstd,
}

/// How the bytes of a layer are encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Plain,
    Gzip,
    Zstd,
}

impl Encoding {
    /// How many bytes [`Self::of`] looks at.
    pub(crate) const START: usize = 6;

    /// What the first bytes of a layer say. A layer that is neither is plain: whether it is a tar file is for its `diff_id` to say. The
    /// error is the name of a format that runtimes do not read.
    pub(crate) fn of(start: &[u8]) -> Result<Self, &'static str> {
        match start {
            [0x1f, 0x8b, ..] => Ok(Self::Gzip),
            // A frame, or a frame that is skipped.
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Ok(Self::Zstd),
            [0xfd, b'7', b'z', b'X', b'Z', 0] => Err("xz"),
            [b'B', b'Z', b'h', b'1'..=b'9', b'1', b'A'] => Err("bzip2"),
            _ => Ok(Self::Plain),
        }
    }
}
