use std::io::Write as _;
use std::num::NonZeroUsize;
use std::process::{Command, Stdio};

use super::*;
use crate::layer::pool::BLOCK;
use crate::layer::{LayerError, verify_bytes, verify_layer};
use crate::tar::TarArchive;
use crate::tar::testing::{Tar, noise};

fn section(bytes: &[u8]) -> Section {
    // The file is open; it needs no name any more.
    TarArchive::open(Tar::default().file("layer", bytes).written().path()).unwrap().file("layer").unwrap()
}

fn pool(threads: usize) -> Arc<Pool> {
    Arc::new(Pool::new(NonZeroUsize::new(threads)))
}

fn to_gzip(bytes: &[u8], threads: usize) -> StreamedLayer {
    StreamedLayer::to_gzip(section(bytes), Digest::sha256(bytes), pool(threads))
}

fn to_zstd(bytes: &[u8]) -> StreamedLayer {
    StreamedLayer::to_zstd(section(bytes), Digest::sha256(bytes), pool(1))
}

fn as_it_is(bytes: &[u8], encoding: Encoding) -> StreamedLayer {
    StreamedLayer::as_it_is(section(bytes), Digest::sha256(b"of no interest"), encoding, pool(1))
}

fn verified(bytes: &[u8], content: &[u8], encoding: Encoding, named: Option<Digest>) -> io::Result<()> {
    let section = section(bytes);
    let source = section.reader();
    verify_layer(source, section.size(), encoding, named.map(Expected::Name), &Digest::sha256(content)).map(drop)
}

/// Everything, read in pieces of a size.
fn read(layer: &StreamedLayer, piece: usize) -> io::Result<(Vec<u8>, FinishedLayer)> {
    let (mut reader, mut bytes, mut buffer) = (layer.open()?, Vec::new(), vec![0; piece]);
    loop {
        match reader.read(&mut buffer)? {
            0 => return Ok((bytes, reader.finish()?)),
            count => bytes.extend(&buffer[..count]),
        }
    }
}

fn gunzipped(bytes: &[u8]) -> Vec<u8> {
    let mut content = Vec::new();
    // Not the decoder for several members: there must be one.
    let mut decoder = flate2::bufread::GzDecoder::new(bytes);
    decoder.read_to_end(&mut content).unwrap();
    assert!(decoder.into_inner().is_empty(), "bytes after the member");
    content
}

fn gzipped(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// What is wrong with a layer, and how much of it was handed on.
fn failure(layer: &StreamedLayer) -> (io::Error, Vec<u8>) {
    let (mut reader, mut bytes, mut buffer) = (layer.open().unwrap(), Vec::new(), [0; 1000]);
    let error = loop {
        match reader.read(&mut buffer) {
            Ok(0) => panic!("the layer has an end"),
            Ok(count) => bytes.extend(&buffer[..count]),
            Err(error) => break error,
        }
    };
    assert!(reader.read(&mut buffer).is_err(), "it went on after a failure");
    assert!(reader.finish().is_err());
    (error, bytes)
}

fn layer_error(error: &io::Error) -> &LayerError {
    error.get_ref().and_then(|inner| inner.downcast_ref()).unwrap_or_else(|| panic!("{error:?}"))
}

#[test]
fn gzip_is_one_member_with_the_same_bytes_for_every_number_of_threads() {
    for length in [0, 1, 511, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 7] {
        let content = noise(length);
        let (bytes, finished) = read(&to_gzip(&content, 1), 4096).unwrap();
        assert_eq!(gunzipped(&bytes), content, "{length}");
        assert_eq!(finished, FinishedLayer { digest: Digest::sha256(&bytes), size: bytes.len() as u64 });
        for (threads, piece) in [(2, 100_000), (5, 1_000_000), (8, 333)] {
            let layer = to_gzip(&content, threads);
            assert_eq!(read(&layer, piece).unwrap().0, bytes, "{length} bytes, {threads} threads");
            assert_eq!(layer.finish(|_| ()).unwrap(), finished);
        }
    }
}

#[test]
fn blocks_point_back_into_the_blocks_before_them() {
    let content = noise(30_000).repeat(50);
    let (bytes, _) = read(&to_gzip(&content, 2), 4096).unwrap();
    let whole = gzipped(&content);
    assert!(bytes.len() < whole.len() + whole.len() / 20, "{} bytes, and {} in one piece", bytes.len(), whole.len());
}

#[test]
fn gzip_itself_reads_it() {
    let content = noise(2 * BLOCK + 5);
    let (bytes, _) = read(&to_gzip(&content, 2), 4096).unwrap();
    let mut gzip = Command::new("gzip").arg("-dc").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut input = gzip.stdin.take().unwrap();
    let writer = std::thread::spawn(move || input.write_all(&bytes));
    let output = gzip.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success() && output.stderr.is_empty());
    assert_eq!(output.stdout, content);
}

/// If this fails, the compressor has changed: images that were pushed before get new digests. Say so in the changelog.
#[test]
fn digests_stay_what_they_are() {
    let content = [noise(BLOCK), vec![0; BLOCK], noise(1000)].concat();
    let gzip = to_gzip(&content, 2).finish(|_| ()).unwrap();
    assert_eq!((gzip.digest.as_str(), gzip.size), GZIP);
    let zstd = to_zstd(&content).finish(|_| ()).unwrap();
    assert_eq!((zstd.digest.as_str(), zstd.size), ZSTD);
}
const GZIP: (&str, u64) = ("sha256:0a373ce83dcf8a76f26f758b918d2306f52e30b90c2f8787b950498186257e2a", 142_858);
const ZSTD: (&str, u64) = ("sha256:9d5a9265ec058752df5cb2d942a69a3f0b03fb9aa0758132c2bc1e4b55b38e38", 133_927);

#[test]
fn zstd_is_one_frame_with_the_same_bytes_however_it_is_read() {
    for length in [0, 1, 128 * 1024, 1_000_000] {
        let content = noise(length);
        let layer = to_zstd(&content);
        let (bytes, finished) = read(&layer, 4096).unwrap();
        let mut decoder = zstd::stream::read::Decoder::new(bytes.as_slice()).unwrap().single_frame();
        let mut decoded = Vec::new();
        decoder.read_to_end(&mut decoded).unwrap();
        assert_eq!(decoded, content, "{length}");
        assert_eq!(finished, FinishedLayer { digest: Digest::sha256(&bytes), size: bytes.len() as u64 });
        for piece in [333, 2_000_000] {
            assert_eq!(read(&layer, piece).unwrap().0, bytes, "{length}");
        }
    }
}

#[test]
fn other_content_than_the_config_says_never_ends() {
    for length in [0, 10, 3 * BLOCK] {
        let (content, other) = (noise(length), Digest::sha256(b"other"));
        for layer in [
            StreamedLayer::to_gzip(section(&content), other.clone(), pool(2)),
            StreamedLayer::to_zstd(section(&content), other.clone(), pool(2)),
        ] {
            let (error, _) = failure(&layer);
            assert_eq!(*layer_error(&error), LayerError::DiffId { expected: other.clone(), actual: Digest::sha256(&content) });
        }
    }
}

#[test]
fn a_compressed_layer_is_passed_on_as_it_is() {
    let content = noise(300_000);
    for (bytes, encoding) in [(gzipped(&content), Encoding::Gzip), (zstd::encode_all(&content[..], 3).unwrap(), Encoding::Zstd)] {
        // Nobody looks into it unless that is wanted.
        let (passed, finished) = read(&as_it_is(&bytes, encoding), 10_000).unwrap();
        assert!(passed == bytes);
        assert_eq!(finished, FinishedLayer { digest: Digest::sha256(&bytes), size: bytes.len() as u64 });
    }
}

#[test]
fn what_is_verified_is_what_the_config_and_the_name_say() {
    let (content, other) = (noise(300_000), Digest::sha256(b"other"));
    let zstd = zstd::encode_all(&content[..], 3).unwrap();
    for (bytes, encoding) in [(content.clone(), Encoding::Plain), (gzipped(&content), Encoding::Gzip), (zstd, Encoding::Zstd)] {
        assert_eq!(Encoding::of(&bytes[..6]), Ok(encoding));
        let digest = Digest::sha256(&bytes);
        assert!(verified(&bytes, &content, encoding, None).is_ok());
        assert!(verified(&bytes, &content, encoding, Some(digest.clone())).is_ok());
        let error = verified(&bytes, b"other", encoding, Some(digest.clone())).unwrap_err();
        let expected = LayerError::DiffId { expected: other.clone(), actual: Digest::sha256(&content) };
        assert_eq!(*layer_error(&error), expected);
        let error = verified(&bytes, &content, encoding, Some(other.clone())).unwrap_err();
        assert_eq!(*layer_error(&error), LayerError::Name { expected: other.clone(), actual: digest });
        // Cut off, damaged, or followed by something.
        assert!(verified(&bytes[..bytes.len() - 5], &content, encoding, None).is_err());
        let mut damaged = bytes.clone();
        damaged[bytes.len() / 2] ^= 0xff;
        assert!(verified(&damaged, &content, encoding, None).is_err());
        assert!(verified(&[&bytes[..], b"more"].concat(), &content, encoding, None).is_err());
    }
    for encoding in [Encoding::Plain, Encoding::Gzip, Encoding::Zstd] {
        assert_eq!(verified(b"", b"", encoding, None).is_ok(), encoding == Encoding::Plain, "{encoding:?} of nothing");
    }
}

/// Its length can be counted on, the bytes cannot: a file may be cut off while it is read.
#[test]
fn a_source_that_becomes_shorter_is_no_end() {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(b"content").unwrap();
    let at_start = || {
        let mut file = file.try_clone().unwrap();
        std::io::Seek::rewind(&mut file).unwrap();
        file
    };
    let digest = Digest::sha256(b"content");
    assert!(verify_layer(at_start(), 7, Encoding::Plain, None, &digest).is_ok());
    assert!(verify_bytes(at_start(), 7, Expected::Descriptor(digest.clone())).is_ok());
    for size in [8, 1000] {
        let error = verify_bytes(at_start(), size, Expected::Descriptor(digest.clone())).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    }
    let error = verify_bytes(at_start(), 6, Expected::Descriptor(digest.clone())).unwrap_err();
    assert_eq!(*layer_error(&error), LayerError::Descriptor { expected: digest, actual: Digest::sha256(b"conten") });
}

#[test]
fn layers_in_many_members_are_read() {
    let content = noise(10_000);
    let members: Vec<u8> = content.iter().flat_map(|byte| gzipped(&[*byte])).collect();
    assert!(verified(&members, &content, Encoding::Gzip, None).is_ok());
    let frames: Vec<u8> = content.chunks(100).flat_map(|piece| zstd::encode_all(piece, 1).unwrap()).collect();
    assert!(verified(&frames, &content, Encoding::Zstd, None).is_ok());
}

#[test]
fn bombs_are_not_followed() {
    // Zeros, 16 MiB in 1 KiB and a bit; all frames are the same.
    let frame = zstd::encode_all(io::repeat(0).take(16 * 1024 * 1024), 1).unwrap();
    assert!(frame.len() < 2000);
    let error = verified(&frame.repeat(100), b"", Encoding::Zstd, None).unwrap_err();
    assert_eq!(*layer_error(&error), LayerError::Bomb { limit: "64 MiB and 1,100 times its compressed size" });
    // What is inside the content is of no interest.
    for inner in [gzipped(&frame), frame.clone()] {
        assert!(verified(&gzipped(&inner), &inner, Encoding::Gzip, None).is_ok());
    }
}

#[test]
fn windows_of_zstd_are_bounded() {
    let compressed = |window| {
        let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 1).unwrap();
        encoder.window_log(window).unwrap();
        encoder.write_all(b"abc").unwrap();
        encoder.finish().unwrap()
    };
    for window in [20, 23, 24, 27] {
        assert!(verified(&compressed(window), b"abc", Encoding::Zstd, None).is_ok(), "{window}");
    }
    // By hand, a frame that asks for as much, and the same for up to 2 TiB: RFC 8878, section 3.1.1.
    let by_hand = |window: u8| [&[0x28, 0xb5, 0x2f, 0xfd, 0, (window - 10) << 3, 25, 0, 0][..], b"abc"].concat();
    for window in [10, 23, 24, 27] {
        assert!(verified(&by_hand(window), b"abc", Encoding::Zstd, None).is_ok(), "{window}");
    }
    for window in [28, 31, 32, 41] {
        for bytes in [by_hand(window), [by_hand(20), by_hand(window)].concat()] {
            let error = verified(&bytes, b"abc", Encoding::Zstd, None).unwrap_err();
            assert_eq!(*layer_error(&error), LayerError::Window, "{window}");
        }
    }
    // A frame that needs a dictionary, which only its maker has.
    let with_dictionary = [&[0x28, 0xb5, 0x2f, 0xfd, 1, (20 - 10) << 3, 7, 25, 0, 0][..], b"abc"].concat();
    let error = verified(&with_dictionary, b"abc", Encoding::Zstd, None).unwrap_err();
    assert_eq!(*layer_error(&error), LayerError::Format { format: "zstd and a dictionary" });
    // What is wrong with a frame otherwise is no matter of its window.
    let error = verified(&[&by_hand(24)[..6], &[7, 0, 0]].concat(), b"abc", Encoding::Zstd, None).unwrap_err();
    assert!(error.get_ref().is_some_and(|cause| !cause.is::<LayerError>()), "{error}");
}

#[test]
fn many_layers_at_once_share_the_threads() {
    let shared = pool(2);
    let contents: Vec<Vec<u8>> = (1..9).map(|index| noise(index * 100_000)).collect();
    let layers = contents.iter().map(|content| StreamedLayer::to_gzip(section(content), Digest::sha256(content), Arc::clone(&shared)));
    let mut readers: Vec<_> = layers.map(|layer| (layer.open().unwrap(), Vec::new())).collect();
    // One that nobody reads on holds no other up.
    let mut abandoned = to_gzip(&contents[7], 2).open().unwrap();
    assert_eq!(abandoned.read(&mut [0; 100]).unwrap(), 10);
    for _ in 0..2000 {
        for (reader, bytes) in &mut readers {
            let mut buffer = [0; 1000];
            let count = reader.read(&mut buffer).unwrap();
            bytes.extend(&buffer[..count]);
        }
    }
    for ((reader, bytes), content) in readers.into_iter().zip(&contents) {
        assert!(gunzipped(&bytes) == *content);
        assert_eq!(reader.finish().unwrap(), to_gzip(content, 1).finish(|_| ()).unwrap());
    }
}
