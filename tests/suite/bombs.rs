//! Flavors whose compiling is an attack: a flavor that works, and beside it a core module that nobody uses but the compiler.

use crate::support::guest;

fn number(mut value: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = (value & 0x7f) as u8;
        value >>= 7;
        if value == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}

/// A signed number that is not negative.
fn signed(value: usize) -> Vec<u8> {
    let mut bytes = number(value);
    if let Some(last) = bytes.last_mut().filter(|last| **last & 0x40 != 0) {
        *last |= 0x80;
        bytes.push(0);
    }
    bytes
}

fn section(kind: u8, content: &[u8]) -> Vec<u8> {
    [&[kind][..], &number(content.len()), content].concat()
}

/// The flavor that approves everything, with more sections at its end.
pub(crate) fn flavor_with(sections: &[u8]) -> Vec<u8> {
    [&std::fs::read(guest("passthrough")).expect("a guest")[..], sections].concat()
}

fn with_module(sections: &[Vec<u8>]) -> Vec<u8> {
    flavor_with(&section(1, &[b"\0asm\x01\0\0\0", &sections.concat()[..]].concat()))
}

/// Data segments of one byte, 4 KiB apart: 944 KiB of them took a compiler 39 s and 1.9 GiB.
pub(crate) fn scattered_data() -> Vec<u8> {
    let count = 96_000;
    let segments: Vec<u8> = (0..count).flat_map(|index| [&[0, 0x41][..], &signed(index * 4096), b"\x0b\x01A"].concat()).collect();
    let pages = number((count * 4096).div_ceil(65_536));
    with_module(&[section(5, &[&[1, 0][..], &pages].concat()), section(11, &[number(count), segments].concat())])
}

/// A function of its body, and a number of locals.
fn function(locals: usize, body: &[u8]) -> Vec<u8> {
    let declared = if locals == 0 { vec![0] } else { [&[1][..], &number(locals), &[0x7f]].concat() };
    let content = [&declared[..], body, &[0x0b]].concat();
    [number(content.len()), content].concat()
}

/// So many times the same function.
fn with_functions(count: usize, function: &[u8]) -> Vec<u8> {
    with_module(&[
        section(1, b"\x01\x60\0\0"),
        section(3, &[number(count), vec![0; count]].concat()),
        section(5, &[1, 0, 1]),
        section(10, &[number(count), function.repeat(count)].concat()),
    ])
}

/// `i32.store` of a constant.
const STORE: &[u8] = b"\x41\x01\x41\x02\x36\x02\x00";

/// One function of so many bytes.
pub(crate) fn one_function(bytes: usize) -> Vec<u8> {
    with_functions(1, &function(0, &STORE.repeat(bytes / STORE.len())))
}

/// So many functions of 20 stores each.
pub(crate) fn many_functions(count: usize) -> Vec<u8> {
    with_functions(count, &function(0, &STORE.repeat(20)))
}

/// Loops in one another: their compile time grows with the square of their depth.
pub(crate) fn nested_loops(depth: usize) -> Vec<u8> {
    with_functions(1, &function(0, &[b"\x03\x40".repeat(depth), vec![0x0b; depth]].concat()))
}

/// So many locals, and so many branches over all of them.
pub(crate) fn many_locals(locals: usize, branches: usize) -> Vec<u8> {
    with_functions(1, &function(locals, &b"\x41\x01\x04\x40\x0b".repeat(branches)))
}

/// A jump with so many targets.
pub(crate) fn many_targets(count: usize) -> Vec<u8> {
    with_functions(1, &function(0, &[b"\x02\x40\x41\0\x0e", &number(count)[..], &vec![0; count + 1], b"\x0b"].concat()))
}

/// Components in one another.
pub(crate) fn nested_components(depth: usize) -> Vec<u8> {
    let mut inner = b"\0asm\x0d\0\x01\0".to_vec();
    for _ in 1..depth {
        inner = [&b"\0asm\x0d\0\x01\0"[..], &section(4, &inner)].concat();
    }
    flavor_with(&section(4, &inner))
}

/// Lists of lists, in a component of its own where type 0 is the first of them.
pub(crate) fn nested_types(depth: usize) -> Vec<u8> {
    let lists: Vec<u8> = (0..depth).flat_map(|index| [&[0x70][..], &number(index)].concat()).collect();
    let types = section(7, &[&number(depth + 1)[..], b"\x70\x73", &lists].concat());
    flavor_with(&section(4, &[&b"\0asm\x0d\0\x01\0"[..], &types].concat()))
}

/// So many types that nobody uses.
pub(crate) fn many_types(count: usize) -> Vec<u8> {
    flavor_with(&section(7, &[number(count), b"\x70\x73".repeat(count)].concat()))
}

/// So many instances that are imported, with so many functions each.
pub(crate) fn many_imports(count: usize) -> Vec<u8> {
    let imports: Vec<u8> = (0..count)
        .flat_map(|index| {
            let name = format!("wasi:a/i{index}");
            [&[0][..], &number(name.len()), name.as_bytes(), &[5, 0]].concat()
        })
        .collect();
    // In a component of its own, whose first type is an empty instance.
    let component = [&b"\0asm\x0d\0\x01\0"[..], &section(7, b"\x01\x42\0"), &section(10, &[number(count), imports].concat())].concat();
    flavor_with(&section(4, &component))
}
