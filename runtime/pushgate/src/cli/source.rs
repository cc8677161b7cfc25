//! From the words about a source to the source.

use std::path::PathBuf;

use pushgate_explain::Failure;
use pushgate_oci::Compression;
use pushgate_source::{RequestedSource, SourceOptions};

use super::args::{Compress, SourceArguments};

pub(super) fn requested(arguments: SourceArguments) -> Result<RequestedSource, Failure> {
    let options = SourceOptions {
        platform: arguments.platform.as_deref().map(str::parse).transpose()?,
        verify: arguments.verify,
        compression: arguments.compress.map(Compression::from),
        direct: arguments.direct,
        mount_from: arguments.mount_from,
        temporary: temporary(),
    };
    Ok(RequestedSource::new(arguments.from.parse()?, options)?)
}

/// `TMPDIR`, where there is one.
fn temporary() -> PathBuf {
    let directory = std::env::temp_dir();
    if directory.as_os_str().is_empty() { PathBuf::from("/tmp") } else { directory }
}

impl From<Compress> for Compression {
    fn from(word: Compress) -> Self {
        match word {
            Compress::None => Self::None,
            Compress::Gzip => Self::Gzip,
            Compress::Zstd => Self::Zstd,
        }
    }
}
