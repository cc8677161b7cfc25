//! Layers of a Docker archive, on their way to a registry.
//!
//! `docker save` writes layers as plain tar files, registries keep them compressed. So the bytes that are pushed, and their digest, exist
//! only once they were made. They are made while they are read: nothing is kept on disk, little in memory, and reading a layer again gives
//! the same bytes again, whatever the number of threads. That makes three ways possible with one reader: send a layer while it is
//! compressed and name its digest at the end, compress once for the digest and once more to send, or go on where a connection broke.
//!
//! What was checked is what is pushed, because the plain bytes are hashed on their way into the compressor. If that is not the `diff_id`
//! which the config names, the reader fails before its last byte, and no manifest can name what was sent.

mod streamed;
mod gzip;
mod pool;
mod verify;
mod checked;
mod encoding;
mod error;

pub(crate) use checked::Expected;
pub use encoding::Compression;
pub(crate) use encoding::Encoding;
pub use error::LayerError;
pub(crate) use pool::Pool;
pub(crate) use streamed::{FinishedLayer, LayerReader, StreamedLayer};
pub(crate) use verify::{asks_for_too_much, bytes as verify_bytes, layer as verify_layer};
