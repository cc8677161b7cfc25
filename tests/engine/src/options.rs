//! How an engine is started.

use crate::switches::Rule;

/// How an engine is started. Everything is honest unless a [`Rule`] says otherwise.
#[derive(Clone, Debug)]
pub struct Options {
    /// Listen on a free TCP port of loopback too.
    pub tcp: bool,
    /// Images are kept as containerd does: an image's ID is the digest of its manifest, inspecting gives a `Descriptor`, and the stream of a
    /// push has the digest in its status text only.
    pub containerd: bool,
    /// The newest API version that it speaks.
    pub api_version: String,
    /// What the engine does wrong.
    pub rules: Vec<Rule>,
}

impl Default for Options {
    fn default() -> Self {
        Self { tcp: false, containerd: false, api_version: "1.41".to_owned(), rules: Vec::new() }
    }
}

impl Options {
    /// Listens on a free TCP port of loopback too.
    #[must_use]
    pub fn tcp(mut self) -> Self {
        self.tcp = true;
        self
    }

    /// Keeps images as containerd does.
    #[must_use]
    pub fn containerd(mut self) -> Self {
        self.containerd = true;
        // The first version whose inspect answer has a `Descriptor`.
        "1.48".clone_into(&mut self.api_version);
        self
    }

    /// Adds one thing that the engine does wrong.
    #[must_use]
    pub fn misbehave(mut self, rule: Rule) -> Self {
        self.rules.push(rule);
        self
    }
}
