//! The words that platforms are made of. What stands in none of these lists is no platform of any image: a misspelt one is found when it is set.

use crate::pattern::arm64_level;

/// What `GOOS` can be, which is what the OCI image specification has `os` be; `wasi` is Docker's older word.
const SYSTEMS: [&str; 19] = [
    "aix",
    "android",
    "darwin",
    "dragonfly",
    "freebsd",
    "hurd",
    "illumos",
    "ios",
    "js",
    "linux",
    "netbsd",
    "openbsd",
    "plan9",
    "solaris",
    "wasi",
    "wasip1",
    "wasip2",
    "windows",
    "zos",
];
/// What `GOARCH` can be; after `go/build`'s list of all that are known or reserved.
const ARCHITECTURES: [&str; 26] = [
    "386",
    "amd64",
    "amd64p32",
    "arm",
    "arm64",
    "arm64be",
    "armbe",
    "loong64",
    "mips",
    "mips64",
    "mips64le",
    "mips64p32",
    "mips64p32le",
    "mipsle",
    "ppc",
    "ppc64",
    "ppc64le",
    "riscv",
    "riscv64",
    "s390",
    "s390x",
    "sparc",
    "sparc64",
    "wasm",
    "wasm32",
    "wasm64",
];

/// Why no image has this platform, if none can. Its words are in one spelling; `*` is any.
pub(crate) fn problem(os: &str, architecture: &str, variant: &str) -> Option<String> {
    let is_known = |words: &[&str], word: &str| word == "*" || words.contains(&word);
    if is_known(&ARCHITECTURES, os) && os != "*" && is_known(&SYSTEMS, architecture) {
        return Some(format!("the system stands first: `{architecture}/{os}`"));
    }
    if !is_known(&SYSTEMS, os) {
        return Some(format!("`{os}` is no operating system: linux and windows are, and the others that GOOS can be"));
    }
    if !is_known(&ARCHITECTURES, architecture) {
        return Some(format!("`{architecture}` is no architecture: amd64, arm64 and arm are, and the others that GOARCH can be"));
    }
    let known = match architecture {
        "amd64" => matches!(variant, "" | "*" | "v2" | "v3" | "v4"),
        "arm" => matches!(variant, "" | "*" | "v5" | "v6" | "v7" | "v8"),
        "arm64" => matches!(variant, "" | "*") || arm64_level(variant).is_some(),
        _ => true,
    };
    (!known).then(|| format!("`{variant}` is no variant of {architecture}"))
}

/// Each variant that images of an architecture have, in one spelling.
pub(crate) fn variants(architecture: &str) -> &'static [&'static str] {
    match architecture {
        "amd64" => &["", "v2", "v3", "v4"],
        "arm" => &["v5", "v6", "v7", "v8"],
        "arm64" => {
            &["", "v8.1", "v8.2", "v8.3", "v8.4", "v8.5", "v8.6", "v8.7", "v8.8", "v8.9", "v9", "v9.1", "v9.2", "v9.3", "v9.4", "v9.5"]
        }
        _ => &[""],
    }
}
