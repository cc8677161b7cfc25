//! A component of 944 KiB that takes a compiler without limits the better part of a minute and two gigabytes.

use std::path::Path;

use serde_json::{Value, json};

use super::command;
use super::processes::watch;
use crate::Outcome;
use crate::bench::measure::{mebibytes, rounded};

/// Data segments of one byte, a page of 4 KiB apart: each of them makes an image of its own page.
const SEGMENTS: u32 = 100_000;
const APART: u32 = 4096;
/// What a refused component ends in: `flavor_broke`.
const REFUSED: i32 = 5;

pub(super) fn measure(pushgate: &Path) -> Outcome<Value> {
    let home = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
    let file = home.path().join("bomb.wasm");
    let bomb = bomb();
    let size = bomb.len() as u64;
    std::fs::write(&file, bomb).map_err(|error| format!("cannot write {}: {error}", file.display()))?;
    let watched = watch(command(pushgate, home.path(), &["flavor", "register", "--name", "bomb"]).arg(&file))?;
    Ok(json!({
        "component_kib": size / 1024, "refused": watched.status.code() == Some(REFUSED), "exit": watched.status.code(),
        "seconds": rounded(watched.taken.as_secs_f64()), "seconds_at_most": 10,
        "peak_memory_of_children_mib": mebibytes(watched.children_peak), "children_at_most_mb": 600,
        "peak_memory_mib": mebibytes(watched.peak),
    }))
}

/// What a flavor exports. Without it the component is refused by its names, and not compiled.
const HOOK: &[u8] = b"pushgate:flavor/prepare-image-push@0.1.2";

/// A component with the bomb as its only module, and an empty instance in place of the hook.
fn bomb() -> Vec<u8> {
    let mut data = number(SEGMENTS);
    for index in 0..SEGMENTS {
        // Active, for memory 0, at a constant offset, one byte.
        data.extend([0x00, 0x41]);
        data.extend(signed(index * APART));
        data.extend([0x0b, 0x01, 0x01]);
    }
    let mut module = b"\0asm\x01\0\0\0".to_vec();
    module.extend(section(5, &[vec![1, 0x00], number(SEGMENTS * APART / 65_536 + 1)].concat()));
    module.extend(section(11, &data));
    let mut component = b"\0asm\x0d\0\x01\0".to_vec();
    component.extend(section(1, &module));
    component.extend(section(5, &[1, 1, 0]));
    let name = number(u32::try_from(HOOK.len()).unwrap_or(u32::MAX));
    component.extend(section(11, &[&[1, 0], &name[..], HOOK, &[5, 0, 0]].concat()));
    component
}

fn section(kind: u8, content: &[u8]) -> Vec<u8> {
    let mut section = vec![kind];
    section.extend(number(u32::try_from(content.len()).unwrap_or(u32::MAX)));
    section.extend(content);
    section
}

/// LEB128.
fn number(mut number: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x80 {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}

/// Signed LEB128 of a number that is not negative: the last byte must not look like a sign.
fn signed(number_: u32) -> Vec<u8> {
    let mut bytes = number(number_);
    if let Some(last) = bytes.last_mut()
        && *last & 0x40 != 0
    {
        *last |= 0x80;
        bytes.push(0);
    }
    bytes
}
