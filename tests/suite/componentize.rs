//! `pushgate flavor component`, with core modules as compilers make them.

use crate::support::Home;

/// A module that prints these bytes, written as WAT writes them, to stdout and stderr in one piece and in two, and approves.
fn printing(bytes: &str, length: usize) -> Vec<u8> {
    let half = length / 2;
    wat::parse_str(format!(
        r#"(module
            (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
            (memory (export "memory") 1)
            (data (i32.const 4096) "{bytes}")
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) unreachable)
            (func $piece (param $at i32) (param $text i32) (param $length i32)
                (i32.store (local.get $at) (local.get $text))
                (i32.store offset=4 (local.get $at) (local.get $length)))
            (func $print (param $descriptor i32) (param $pieces i32)
                (if (call $write (local.get $descriptor) (i32.const 64) (local.get $pieces) (i32.const 96)) (then unreachable))
                (if (i32.ne (i32.load (i32.const 96)) (i32.const {length})) (then unreachable)))
            (func (export "pushgate:flavor/prepare-image-push@0.1.0#prepare") (param i32) (result i32)
                (call $piece (i32.const 64) (i32.const 4096) (i32.const {length}))
                (call $print (i32.const 1) (i32.const 1))
                (call $piece (i32.const 64) (i32.const 4096) (i32.const {half}))
                (call $piece (i32.const 72) (i32.const {second}) (i32.const {rest}))
                (call $print (i32.const 2) (i32.const 2))
                ;; Nothing else is open.
                (if (i32.ne (call $write (i32.const 3) (i32.const 64) (i32.const 1) (i32.const 96)) (i32.const 8)) (then unreachable))
                (i32.const 512)))"#,
        second = 4096 + half,
        rest = length - half,
    ))
    .expect("a module")
}

/// What a flavor prints arrives as lines, whatever bytes it is, and never ends the call.
#[test]
fn what_is_printed_is_logged_and_never_ends_the_call() {
    for (bytes, length, once, twice) in [
        (r"one\ntwo\n\nthree", 14, vec!["one", "two", "three"], vec!["one", "two", "three"]),
        // Half of it lies within the second character.
        (r"\e2\82\ac\e2\82\ac\e2\82\ac", 9, vec!["€€€"], vec!["€", "€"]),
        // Bytes that begin nothing, longer forms of `/`, a surrogate, what lies beyond the last character, a character that breaks off.
        (r"a\ffb\80c\c0\afd\e0\80\afe\ed\a0\80f\f4\90\80\80g\e2\82", 24, vec!["a", "b", "c", "d", "e", "f", "g"], vec![]),
        // The first or last characters of each length.
        (r"\c3\a9\e0\a0\80\ed\9e\a3\ef\a4\80\f0\90\80\80\f0\9f\98\80", 19, vec!["éࠀ힣\u{f900}𐀀😀"], vec![]),
    ] {
        let home = Home::new();
        home.write("core.wasm", printing(bytes, length));
        home.write("project/cases/case.toml", "image = \"registry.example.com/app:v1\"\n[expect]\nverdict = \"approved\"\n");
        home.must("flavor component core.wasm --out flavor.wasm");
        let ran = home.must("flavor test project --component flavor.wasm -vv");
        let lines: Vec<&str> = ran.stdout.lines().filter_map(|line| line.strip_prefix("  debug ")).collect();
        let (first, second) = lines.split_at(once.len());
        assert_eq!(first, once, "{ran:?}");
        assert!(twice.is_empty() || second == twice, "{ran:?}");
    }
}

/// Neither a device nor a FIFO holds the command up, and a file that was there stays when there is no component.
#[test]
fn what_cannot_be_read_is_refused_and_changes_nothing() {
    let home = Home::new();
    home.write("flavor.wasm", "old");
    home.write("text.wasm", "int main() {}");
    for (file, words) in [("/dev/zero", "not a regular file"), ("missing.wasm", "cannot read"), ("text.wasm", "not a WebAssembly module")] {
        let ran = home.run(&format!("flavor component {file} --out flavor.wasm"));
        assert!(ran.code != 0 && ran.stderr.contains(words), "{ran:?}");
    }
    assert_eq!(std::fs::read_to_string(home.join("flavor.wasm")).expect("a file"), "old");
}
