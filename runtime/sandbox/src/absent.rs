//! What a program may look for and a flavor does not have.

/// Something that the languages have and a flavor does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absent {
    /// Sockets, names of hosts, HTTP past the capability.
    Network,
    /// Files and folders.
    Files,
    /// Environment variables.
    Environment,
    /// Sleeping, and clocks that move.
    Waiting,
    /// Threads.
    Threads,
    /// Other programs.
    Programs,
}

impl Absent {
    /// What a function of WASI is about, by its interface without a version and its name.
    pub(crate) fn of_function(interface: &str, function: &str) -> Option<Self> {
        Some(match interface {
            _ if interface.starts_with("wasi:sockets/") || interface.starts_with("wasi:http/") => Self::Network,
            _ if interface.starts_with("wasi:filesystem/") => Self::Files,
            "wasi:cli/environment" if function == "get-environment" => Self::Environment,
            "wasi:io/poll" => Self::Waiting,
            "wasi:clocks/monotonic-clock" if function.starts_with("subscribe-") => Self::Waiting,
            _ => return None,
        })
    }

    /// What the last words of a program are about, which had looked for something before. An error of the system can be of anything; one that comes
    /// after the program looked for what is absent is taken to be of that.
    pub(crate) fn of_words(words: &str, looked_for: Option<Self>) -> Option<Self> {
        let says = |texts: &[&str]| texts.iter().any(|text| words.contains(text));
        match looked_for {
            // Of Rust, which names its own file and not the author's.
            _ if says(&["failed to spawn thread"]) => Some(Self::Threads),
            _ if says(&["operation not supported on this platform"]) => Some(Self::Programs),
            Some(Self::Environment) if says(&["NotPresent", "environment variable not found"]) => Some(Self::Environment),
            Some(Self::Network) if says(&["Unsupported", "Not supported", "lookup address", "Uncategorized"]) => Some(Self::Network),
            Some(Self::Files) if says(&["NotFound", "No such file", "pre-opened", "Unsupported", "Not supported"]) => Some(Self::Files),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What programs in Rust 1.95 say.
    #[test]
    fn the_words_of_a_program_are_explained_by_what_it_looked_for() {
        let file = "panicked at src/lib.rs:22:53:\na file: Os { code: 44, kind: NotFound, message: \"No such file or directory\" }";
        for (words, looked_for, expected) in [
            (file, Some(Absent::Files), Some(Absent::Files)),
            (file, None, None),
            ("a variable: NotPresent", Some(Absent::Environment), Some(Absent::Environment)),
            ("a tag: NotPresent", None, None),
            ("the tag is odd", Some(Absent::Environment), None),
            ("a connection: Os { code: 58, kind: Unsupported, message: \"Not supported\" }", Some(Absent::Network), Some(Absent::Network)),
            ("failed to spawn thread: Os { code: 58, kind: Unsupported }", Some(Absent::Environment), Some(Absent::Threads)),
            ("a program: Error { message: \"operation not supported on this platform\" }", None, Some(Absent::Programs)),
        ] {
            assert_eq!(Absent::of_words(words, looked_for), expected, "{words}");
        }
    }
}
