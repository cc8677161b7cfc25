//! gzip (RFC 1952) without compression: what a daemon sends is gzip, and how well it is compressed matters to nobody here.

use bytes::Bytes;

/// A gzip member with the bytes in stored blocks (RFC 1951, section 3.2.4).
pub(crate) fn stored(bytes: &[u8]) -> Bytes {
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    let mut blocks = bytes.chunks(usize::from(u16::MAX)).peekable();
    if blocks.peek().is_none() {
        out.extend([1, 0, 0, 0xff, 0xff]);
    }
    while let Some(block) = blocks.next() {
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        out.push(u8::from(blocks.peek().is_none()));
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend_from_slice(block);
    }
    out.extend(crc32(bytes).to_le_bytes());
    // The size modulo 2^32, as the format has it.
    out.extend((bytes.len() as u64 & u64::from(u32::MAX)).to_le_bytes().iter().take(4));
    Bytes::from(out)
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksum_of_the_standard_example() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn blocks_end_where_they_should() {
        let packed = stored(&vec![7; 70_000]);
        // Header, two blocks with five bytes of their own each, checksum and size.
        assert_eq!(packed.len(), 10 + 5 + 65_535 + 5 + 4_465 + 8);
        assert_eq!((packed[10], packed[10 + 5 + 65_535]), (0, 1));
        assert_eq!(packed[packed.len() - 4..], 70_000_u32.to_le_bytes());
    }
}
