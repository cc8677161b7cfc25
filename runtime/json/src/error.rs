//! What is wrong with a document, without more of its content than a key.

/// What is wrong with a JSON document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// Longer than any honest one.
    #[error("{size} bytes are more than the {limit} allowed")]
    TooLarge {
        /// Its length in bytes.
        size: u64,
        /// The most bytes allowed.
        limit: u64,
    },
    /// More entries of an array, or elements in all, than any honest one.
    #[error("{place}: more than the {limit} elements allowed")]
    TooMany {
        /// The array, or where the reading ended, as a path from the document's root.
        place: String,
        /// The most elements allowed.
        limit: usize,
    },
    /// Not JSON, or nested deeper than 32 levels.
    #[error("not valid JSON at line {line}, column {column}")]
    Malformed {
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
    },
    /// Two keys of one object that some readers take for the same.
    #[error("the key `{key}` stands twice in one object{}, at line {line}, column {column}", if *folded { " (case does not count)" } else { "" })]
    RepeatedKey {
        /// The second of the two, cut to 80 characters.
        key: String,
        /// Whether case does not count there.
        folded: bool,
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
    },
    /// A member whose name differs from the specification's in case only: some readers would take it, others not.
    #[error("{place}: `{key}` must be spelled `{expected}`")]
    Misspelled {
        /// The object, as a path from the document's root.
        place: String,
        /// What was found.
        key: String,
        /// The specification's name.
        expected: &'static str,
    },
    /// A member is missing, or is not what the specification says.
    #[error("{place}: {problem}")]
    Shape {
        /// The member, as a path from the document's root.
        place: String,
        /// What is wrong, naming the value where it is short.
        problem: String,
    },
}
