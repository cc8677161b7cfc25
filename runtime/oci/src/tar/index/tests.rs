use std::io::Read as _;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::process::Command;

use super::*;
use crate::tar::testing::{RawHeader, Tar, noise, record, written};

fn open(bytes: &[u8]) -> Result<TarArchive, ArchiveError> {
    TarArchive::open(written(bytes).path())
}

fn problem(bytes: &[u8]) -> TarProblem {
    match open(bytes) {
        Err(ArchiveError::Malformed { problem, .. }) => problem,
        other => panic!("{other:?}"),
    }
}

fn content(section: Section) -> Vec<u8> {
    let mut bytes = Vec::new();
    section.reader().read_to_end(&mut bytes).unwrap();
    bytes
}

#[test]
fn entries_are_found_and_read() {
    let long = "d/".repeat(120) + "file";
    let archive = Tar::default()
        .entry(b'5', "./", b"")
        .entry(b'5', "a/", b"")
        .file("./a/b", b"one")
        .file("empty", b"")
        .pax(&[("path", &long), ("size", "3"), ("mtime", "1.5"), ("comment", "ä")])
        .file("shortened", b"two")
        .entry(b'L', "././@LongLink", format!("{long}2\0").as_bytes())
        .file("shortened", &[7; 513])
        .raw(RawHeader::new(b'0', b"name", 4).with(345, b"prefix"), b"four")
        .raw(RawHeader::new(0, b"old", 4).with(257, b"ustar  \0"), b"type")
        .written();
    let archive = TarArchive::open(archive.path()).unwrap();
    for (name, expected) in [
        ("a/b", &b"one"[..]),
        ("empty", b""),
        (&long, b"two"),
        (&format!("{long}2"), &[7; 513]),
        ("prefix/name", b"four"),
        ("old", b"type"),
    ] {
        assert_eq!(content(archive.file(name).unwrap()), expected, "{name}");
    }
    for name in ["a", "shortened", "./a/b", "A/B", "", "."] {
        assert!(archive.file(name).is_err(), "{name}");
    }
}

#[test]
fn a_size_beyond_the_octal_digits_may_be_in_the_pax_header_alone() {
    // 9 GiB that are not there: the error is that the file ends, not that the sizes differ.
    let size = (9_u64 << 30).to_string();
    let header = |ustar| Tar::default().pax(&[("size", &size)]).raw(RawHeader::new(b'0', b"x", ustar), b"").ended();
    assert_eq!(problem(&header(0)), TarProblem::Truncated);
    assert_eq!(problem(&header(5)), TarProblem::SizesDiffer { pax: 9 << 30, ustar: 5 });
    let mut field = [0; 12];
    field[0] = 0x80;
    field[4..].copy_from_slice(&(9_u64 << 30).to_be_bytes());
    let binary = Tar::default().pax(&[("size", &size)]).raw(RawHeader::new(b'0', b"x", 0).with(124, &field), b"").ended();
    assert_eq!(problem(&binary), TarProblem::Truncated);
}

#[test]
fn what_can_be_read_in_two_ways_is_refused() {
    let file = || RawHeader::new(b'0', b"x", 3);
    let raw = |header: RawHeader| Tar::default().raw(header, b"abc").ended();
    let pax = |body: &[u8]| Tar::default().entry(b'x', "p", body).file("x", b"abc").ended();
    let long = |body: &[u8]| Tar::default().entry(b'L', "l", body).file("x", b"abc").ended();
    let name = |problem| TarProblem::Name { field: "name", problem };
    let twice = Tar::default().pax(&[("path", "a")]).pax(&[("path", "b")]).file("x", b"").ended();
    let mixed = Tar::default().entry(b'L', "l", b"a\0").pax(&[("path", "b")]).file("x", b"").ended();
    let mixed_again = Tar::default().pax(&[("path", "b")]).entry(b'L', "l", b"a\0").file("x", b"").ended();
    let long_twice = Tar::default().entry(b'L', "l", b"a\0").entry(b'L', "l", b"b\0").file("x", b"").ended();
    let dangling = Tar::default().file("y", b"").pax(&[("path", "b")]).ended();
    let hidden = |records: &[(&str, &str)], size| Tar::default().pax(records).raw(RawHeader::new(b'0', b"x", size), &[0; 1024]).ended();
    let mut wrong_sum = Tar::default().file("x", b"abc").ended();
    wrong_sum[0] = b'y';
    let mut huge = [0xff; 12];
    huge[0] = 0x80;
    for (what, bytes, expected) in [
        ("checksum", wrong_sum, TarProblem::Checksum),
        ("no magic", raw(file().with(257, &[0; 8])), TarProblem::Format),
        ("other version", raw(file().with(263, b"01")), TarProblem::Format),
        ("star", raw(file().with(508, b"tar\0")), TarProblem::Leftover { field: "last field" }),
        ("prefix of a GNU header", raw(file().with(257, b"ustar  \0").with(345, b"p")), TarProblem::Leftover { field: "device numbers" }),
        ("text after the name", raw(file().with(2, b"y")), TarProblem::Leftover { field: "name" }),
        ("text after the prefix", raw(file().with(345, b"p\0q")), TarProblem::Leftover { field: "prefix" }),
        ("empty size", raw(file().with(124, &[0; 12])), TarProblem::Number { field: "size" }),
        ("size of letters", raw(file().with(124, b"0000000000x\0")), TarProblem::Number { field: "size" }),
        ("negative size in octal", raw(file().with(124, b"-0000000003\0")), TarProblem::Number { field: "size" }),
        ("negative size in base 256", raw(file().with(124, &[0xff; 12])), TarProblem::NegativeSize),
        ("size beyond 2^64", raw(file().with(124, &huge)), TarProblem::HugeSize),
        ("size of the PAX header is larger", hidden(&[("size", "1024")], 0), TarProblem::SizesDiffer { pax: 1024, ustar: 0 }),
        ("size of the PAX header is smaller", hidden(&[("size", "0")], 1024), TarProblem::SizesDiffer { pax: 0, ustar: 1024 }),
        ("PAX size 2^63", hidden(&[("size", "9223372036854775808")], 0), TarProblem::HugeSize),
        ("PAX size 2^64", hidden(&[("size", "18446744073709551616")], 0), TarProblem::Pax("has a number that is not one")),
        ("PAX size with a sign", hidden(&[("size", "+3")], 3), TarProblem::Pax("has a number that is not one")),
        ("PAX size -1", hidden(&[("size", "-1")], 3), TarProblem::Pax("has a number that is not one")),
        ("PAX size with zeros", hidden(&[("size", "0003")], 3), TarProblem::Pax("has a number that is not one")),
        ("two PAX headers", twice, TarProblem::TwoExtensions),
        ("a GNU long name and a PAX header", mixed, TarProblem::TwoExtensions),
        ("a PAX header and a GNU long name", mixed_again, TarProblem::TwoExtensions),
        ("two GNU long names", long_twice, TarProblem::TwoExtensions),
        ("a PAX header at the end", dangling, TarProblem::DanglingExtension),
        ("unterminated PAX record", pax(b"12 path=abcd"), TarProblem::Pax("is not made of whole records")),
        ("PAX record longer than its header", pax(b"99 path=a\n"), TarProblem::Pax("is not made of whole records")),
        ("PAX record of no length", pax(b"0 \n"), TarProblem::Pax("is not made of whole records")),
        ("PAX record without a length", pax(b"path=a\n"), TarProblem::Pax("is not made of whole records")),
        ("PAX header with zeros after it", pax(b"10 path=a\n\0\0"), TarProblem::Pax("is not made of whole records")),
        ("PAX header without records", pax(b""), TarProblem::Pax("is empty")),
        ("PAX record without a key", pax(b"5 =a\n"), TarProblem::Pax("has a record without a key")),
        ("PAX record without a value", pax(b"6 abc\n"), TarProblem::Pax("has a record without a key")),
        ("PAX key twice", pax(b"10 path=a\n10 path=b\n"), TarProblem::Pax("has a key twice")),
        ("empty PAX path", pax(b"8 path=\n"), TarProblem::Pax("has an empty name")),
        ("PAX sparse file", pax(record("GNU.sparse.major", "1").as_bytes()), TarProblem::Pax("describes a sparse or split file")),
        ("PAX character set", pax(record("hdrcharset", "BINARY").as_bytes()), TarProblem::Pax("names a character set")),
        ("PAX path with a NUL", pax(b"12 path=a\0b\n"), name("has a NUL")),
        ("PAX path that is not UTF-8", pax(b"11 path=a\xff\n"), name("is not UTF-8")),
        ("PAX path that leads up", pax(b"13 path=../x\n"), name("has a component `..`")),
        ("unterminated GNU long name", long(b"abc"), TarProblem::LongName("does not end with a NUL")),
        ("GNU long name with a NUL", long(b"a\0b\0"), TarProblem::LongName("has a NUL inside")),
        ("empty GNU long name", long(b"\0"), TarProblem::LongName("is empty")),
        ("name that leads up", Tar::default().file("../x", b"").ended(), name("has a component `..`")),
        ("name that leads up later", Tar::default().file("a/../../x", b"").ended(), name("has a component `..`")),
        ("absolute name", Tar::default().file("/etc/x", b"").ended(), name("is absolute")),
        ("no name", Tar::default().file("", b"").ended(), name("is empty")),
        ("the root as a file", Tar::default().file(".", b"").ended(), name("is that of the archive's root")),
        ("file with a slash", Tar::default().file("a/", b"").ended(), name("has an empty component")),
        ("name of 5 KiB", long(&[&[b'a'; 5000][..], b"\0"].concat()), name("is longer than 4,096 bytes")),
        ("content of a directory", Tar::default().entry(b'5', "a/", b"abc").ended(), TarProblem::ContentOfNothing { size: 3 }),
        ("content of a link", Tar::default().entry(b'1', "a", b"abc").ended(), TarProblem::ContentOfNothing { size: 3 }),
        ("device", Tar::default().entry(b'3', "a", b"").ended(), TarProblem::Kind { what: "a device" }),
        ("FIFO", Tar::default().entry(b'6', "a", b"").ended(), TarProblem::Kind { what: "a FIFO" }),
        ("GNU sparse file", Tar::default().entry(b'S', "a", b"").ended(), TarProblem::Kind { what: "a sparse file" }),
        ("global PAX header", Tar::default().entry(b'g', "a", b"10 path=a\n").ended(), TarProblem::Kind { what: "a global PAX header" }),
        ("unknown type", Tar::default().entry(b'Z', "a", b"").ended(), TarProblem::Kind { what: "of an unknown type" }),
    ] {
        assert_eq!(problem(&bytes), expected, "{what}");
    }
}

/// TARmageddon (CVE-2025-62518): a reader that believes the size of 0 takes the content for headers.
#[test]
fn headers_inside_a_content_are_content() {
    let inner = Tar::default().file("manifest.json", b"evil").ended();
    let size = inner.len().to_string();
    let outer = Tar::default().file("inner.tar", &inner).file("manifest.json", b"good").ended();
    assert_eq!(content(open(&outer).unwrap().file("manifest.json").unwrap()), b"good");
    let smuggled = Tar::default().pax(&[("size", &size)]).raw(RawHeader::new(b'0', b"inner.tar", 0), &inner).ended();
    assert!(matches!(problem(&smuggled), TarProblem::SizesDiffer { .. }));
}

#[test]
fn an_archive_ends_with_two_blocks_of_zeros_and_nothing_else() {
    let whole = Tar::default().file("x", &[1; 700]).entry(b'5', "d/", b"").ended();
    assert!(open(&whole).is_ok());
    for length in 0..whole.len() {
        let expected = match length {
            // Before a header, and after one block of zeros.
            0 | 1536 | 2048 | 2560.. => TarProblem::NoEnd,
            _ => TarProblem::Truncated,
        };
        assert_eq!(problem(&whole[..length]), expected, "{length}");
    }
    let and = |more: &[u8]| [&whole, more].concat();
    assert!(open(&and(&[0; 512 * 18])).is_ok());
    assert!(open(&and(&vec![0; 1024 * 1024])).is_ok());
    assert_eq!(problem(&and(&vec![0; 1024 * 1024 + 512])), TarProblem::AfterEnd);
    assert_eq!(problem(&and(b"x")), TarProblem::AfterEnd);
    assert_eq!(problem(&and(&[0; 100])), TarProblem::AfterEnd);
    assert_eq!(problem(&and(&whole)), TarProblem::AfterEnd);
    let mut lone = Tar::default().file("x", b"").0;
    lone.extend([0; 512]);
    lone.extend(Tar::default().file("y", b"").ended());
    assert_eq!(problem(&lone), TarProblem::AfterEnd);
}

#[test]
fn names_that_stand_twice_are_not_used() {
    let archive = Tar::default().file("x", b"1").file("./x", b"2").file("X", b"3").link(b'2', "y", "x").file("y", b"4").file("z", b"5");
    let archive = open(&archive.ended()).unwrap();
    assert_eq!(archive.file("x").unwrap_err().to_string(), "in the archive more than once");
    assert!(archive.file("y").is_err());
    assert!(archive.file_behind_links("y").is_err());
    assert_eq!(content(archive.file("X").unwrap()), b"3");
    assert_eq!(content(archive.file("z").unwrap()), b"5");
}

#[test]
fn links_lead_to_entries_of_the_archive_only() {
    let mut archive = Tar::default()
        .file("b/layer.tar", b"layer")
        .entry(b'5', "d/", b"")
        .link(b'2', "a/layer.tar", "../b/layer.tar")
        .link(b'1', "hard", "a/layer.tar")
        .link(b'2', "absolute", "/etc/passwd")
        .link(b'2', "out", "../x")
        .link(b'2', "missing", "nothing")
        .link(b'2', "directory", "d")
        .link(b'2', "one", "two")
        .link(b'2', "two", "one")
        .link(b'2', "hop0", "b/layer.tar");
    for hop in 1..10 {
        archive = archive.link(b'2', &format!("hop{hop}"), &format!("hop{}", hop - 1));
    }
    let archive = open(&archive.ended()).unwrap();
    for name in ["b/layer.tar", "a/layer.tar", "hard", "hop0", "hop7"] {
        assert_eq!(content(archive.file_behind_links(name).unwrap()), b"layer", "{name}");
    }
    for (name, expected) in [
        ("absolute", "a link that leads out of the archive"),
        ("out", "a link that leads out of the archive"),
        ("missing", "not in the archive"),
        ("directory", "a directory, not a regular file"),
        ("one", "behind more than 8 links"),
        ("hop8", "behind more than 8 links"),
    ] {
        assert_eq!(archive.file_behind_links(name).unwrap_err().to_string(), expected, "{name}");
    }
    assert_eq!(archive.file("hop0").unwrap_err().to_string(), "a link, not a regular file");
}

#[test]
fn the_number_of_entries_and_their_names_are_bounded() {
    let mut many = Vec::new();
    let header = RawHeader::new(b'0', b"x", 0).summed();
    for _ in 0..20_000 {
        many.extend(header);
    }
    let with_end = |headers: &[u8]| [headers, &[0; 1024]].concat();
    assert!(open(&with_end(&many)).is_ok());
    many.extend(header);
    assert!(matches!(open(&with_end(&many)), Err(ArchiveError::TooMuch { .. })));

    let mut long = Tar::default();
    for index in 0..520 {
        long = long.pax(&[("path", &format!("{}{index:04}", "n".repeat(4092)))]).file("x", b"");
    }
    assert!(matches!(open(&long.ended()), Err(ArchiveError::TooMuch { .. })));
    let large = Tar::default().entry(b'x', "x", &[b'x'; 64 * 1024 + 1]).ended();
    assert!(matches!(open(&large), Err(ArchiveError::TooMuch { .. })));
}

#[test]
fn a_file_that_claims_to_be_huge_is_not_read() {
    let file = Tar::default().file("x", b"abc").written();
    file.as_file().set_len(1 << 40).unwrap();
    assert!(matches!(TarArchive::open(file.path()), Err(ArchiveError::TooMuch { .. })));
    file.as_file().set_len(1 << 37).unwrap();
    assert!(matches!(TarArchive::open(file.path()), Err(ArchiveError::Malformed { problem: TarProblem::AfterEnd, .. })));
}

#[test]
fn only_plain_tar_files_are_opened() {
    for (magic, format) in [(&b"\x1f\x8b\x08"[..], "gzip"), (b"\x28\xb5\x2f\xfd", "zstd"), (b"\xfd7zXZ\0", "xz"), (b"BZh91AY&SY", "bzip2")]
    {
        for bytes in [magic.to_vec(), [magic, &[9; 1024]].concat()] {
            let error = open(&bytes).unwrap_err();
            assert!(matches!(error, ArchiveError::Compressed { format: found } if found == format), "{error:?}");
        }
    }
    assert!(open(&Tar::default().file("BZh9", b"x").ended()).is_ok());
    assert!(open(b"").is_err());
    let at_the_start = open(&noise(4096)).unwrap_err();
    let is_no_header = |problem: &TarProblem| matches!(problem, TarProblem::Checksum | TarProblem::Number { .. } | TarProblem::Format);
    assert!(matches!(&at_the_start, ArchiveError::Malformed { offset: 0, problem } if is_no_header(problem)), "{at_the_start:?}");

    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(TarArchive::open(folder.path()), Err(ArchiveError::NotRegular { .. })));
    assert!(matches!(TarArchive::open(&folder.path().join("none")), Err(ArchiveError::NotOpened { .. })));
    // Opening a FIFO that nobody writes to must not wait.
    let fifo = folder.path().join("fifo");
    rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0).unwrap();
    assert!(matches!(TarArchive::open(&fifo), Err(ArchiveError::NotRegular { .. })));
}

#[test]
fn a_file_that_changes_while_it_is_read_is_an_error() {
    let file = Tar::default().file("x", &noise(3000)).written();
    let section = TarArchive::open(file.path()).unwrap().file("x").unwrap();
    assert_eq!(content(section.clone()), noise(3000));
    // Another time stamp, whatever the clock's resolution.
    file.as_file().write_all_at(b"x", 600).unwrap();
    file.as_file().set_modified(std::time::UNIX_EPOCH).unwrap();
    assert!(section.reader().read_to_end(&mut Vec::new()).is_err());
    file.as_file().set_len(1000).unwrap();
    let error = section.reader().read_to_end(&mut Vec::new()).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
}

/// Bytes that are flipped are found out or change nothing that matters; never is there a panic, or a read outside the file.
#[test]
fn flipped_bytes() {
    let long = "l".repeat(150);
    let whole = Tar::default()
        .file("manifest.json", b"[]")
        .pax(&[("path", &long), ("size", "700")])
        .file("x", &[1; 700])
        .entry(b'L', "l", format!("{long}2\0").as_bytes())
        .file("x", b"abc")
        .link(b'2', "a/b", "../manifest.json")
        .ended();
    let read_everything = |bytes: &[u8]| {
        let Ok(archive) = open(bytes) else { return };
        for (name, size) in archive.listing() {
            let Ok(section) = archive.file_behind_links(&name) else { continue };
            let mut read = Vec::new();
            section.reader().read_to_end(&mut read).unwrap();
            assert!(size.is_none_or(|size| size == read.len() as u64));
        }
    };
    for position in 0..whole.len() {
        for flip in [0x01, 0x90] {
            let mut bytes = whole.clone();
            bytes[position] ^= flip;
            read_everything(&bytes);
            // With a checksum that fits, the header's other checks have to hold.
            let header = position / 512 * 512;
            if &whole[header + 257..header + 262] == b"ustar" {
                let mut block = RawHeader([0; 512]);
                block.set(0, &bytes[header..header + 512]);
                bytes[header..header + 512].copy_from_slice(&block.summed());
                read_everything(&bytes);
            }
        }
    }
}

/// GNU tar is on every machine that this is built on.
#[test]
fn honest_archives_are_listed_as_gnu_tar_lists_them() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root");
    let deep = "directory-with-a-long-name/".repeat(5);
    for name in ["blobs/sha256", "abc", "ü", &deep] {
        std::fs::create_dir_all(root.join(name)).unwrap();
    }
    let name = "f".repeat(90);
    for (name, size) in
        [("index.json", 0), ("oci-layout", 1), ("blobs/sha256/a", 512), ("ü/ö", 513), (format!("{deep}{name}").as_str(), 3000)]
    {
        std::fs::write(root.join(name), noise(size)).unwrap();
    }
    std::os::unix::fs::symlink("../index.json", root.join("abc/layer.tar")).unwrap();
    std::fs::hard_link(root.join("oci-layout"), root.join("twin")).unwrap();
    let tar = |arguments: &[&str]| {
        let output = Command::new("tar").args(arguments).env("LC_ALL", "C.UTF-8").current_dir(folder.path()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    for format in ["ustar", "gnu", "pax", "posix"] {
        for (place, flags) in [("root", &["."][..]), ("root", &["blobs", "index.json", "abc", "ü", "directory-with-a-long-name"][..])] {
            tar(&[&["-C", place, &format!("--format={format}"), "-cf", "archive.tar"], flags].concat());
            let archive = TarArchive::open(&folder.path().join("archive.tar")).unwrap();
            let listed = tar(&["--quoting-style=literal", "--numeric-owner", "-tvf", "archive.tar"]);
            let mut expected: Vec<(String, Option<u64>)> = listed.lines().filter_map(gnu_line).collect();
            expected.sort();
            assert_eq!(archive.listing(), expected, "{format}");
            for (name, size) in expected {
                let expected = std::fs::read(root.join(&name));
                if size.is_some() {
                    assert_eq!(content(archive.file(&name).unwrap()), expected.unwrap(), "{name}");
                } else if !Path::new(&root).join(&name).is_dir() {
                    assert_eq!(content(archive.file_behind_links(&name).unwrap()), expected.unwrap(), "{name}");
                }
            }
        }
    }
}

/// `-rw-r--r-- 0/0 SIZE DATE TIME NAME`, with `-> TARGET` or `link to TARGET` after links.
fn gnu_line(line: &str) -> Option<(String, Option<u64>)> {
    let mut fields = line.split_ascii_whitespace();
    let (mode, size) = (fields.next()?, fields.nth(1)?);
    let name = fields.nth(2)?.trim_start_matches("./").trim_end_matches('/').to_owned();
    let size = mode.starts_with('-').then(|| size.parse().unwrap());
    (!name.is_empty()).then_some((name, size))
}

/// G-01: a name is a key. What another program would take for a path, or for the same file, is another key here.
#[test]
fn names_that_others_take_for_paths_are_keys() {
    let names = ["..\\x", "C:\\x", "caf\u{e9}", "cafe\u{301}", "layer", "LAYER", "a\u{202e}b", "\u{1b}[2J", "-rf"];
    let archive =
        names.iter().enumerate().fold(Tar::default(), |archive, (number, name)| archive.file(name, number.to_string().as_bytes()));
    let archive = open(&archive.ended()).unwrap();
    for (number, name) in names.iter().enumerate() {
        assert_eq!(content(archive.file(name).unwrap()), number.to_string().as_bytes(), "{name}");
    }
    let not_text = Tar::default().raw(RawHeader::new(b'0', b"\xff\xfe", 0), b"").ended();
    assert_eq!(problem(&not_text), TarProblem::Name { field: "name", problem: "is not UTF-8" });
    let long = format!("{}\0", "n".repeat(70 * 1024));
    assert!(matches!(open(&Tar::default().entry(b'L', "l", long.as_bytes()).file("x", b"").ended()), Err(ArchiveError::TooMuch { .. })));
}
