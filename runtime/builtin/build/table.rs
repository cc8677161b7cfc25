//! The flavors that ship: built to components, packed, and listed in a table.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::{fs, io};

use sha2::{Digest as _, Sha256};

use crate::components::{self, Component, Error};

/// The source text of the table, sorted by name.
pub(crate) fn table(repository: &Path, out: &Path) -> Result<String, Error> {
    components::require_target()?;
    let mut flavors = components::build(repository, "flavors", out)?;
    flavors.sort_by(|one, other| one.name.cmp(&other.name));
    let mut code = String::from("&[\n");
    for Component { name, description, file } in flavors {
        let bytes = fs::read(&file)?;
        let packed = out.join(format!("{name}.wasm.gz"));
        fs::write(&packed, pack(&bytes)?)?;
        let digest: [u8; 32] = Sha256::digest(&bytes).into();
        writeln!(
            code,
            "    BuiltinFlavor {{ name: {name:?}, description: {description:?}, digest: ComponentDigest::from_bytes({digest:?}), size: {}, packed: include_bytes!({packed:?}) }},",
            bytes.len()
        )?;
    }
    code.push(']');
    Ok(code)
}

/// As small as it gets: it is packed once, and unpacked when a flavor is compiled.
fn pack(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}
