//! What a push, an image and its config have: one list for the check and for what it suggests.

/// A value whose members are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Object {
    Push,
    Image,
    /// `image.config`: what the host makes of an image config, whatever the source was.
    Config,
    /// `image.config.config`.
    Execution,
    /// `image.config.config.Healthcheck`.
    Healthcheck,
    /// `image.config.rootfs`.
    RootFilesystem,
}

impl Object {
    /// What it is called in a message.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Push => "`push`",
            Self::Image => "an image",
            Self::Config => "`image.config`",
            Self::Execution => "`image.config.config`",
            Self::Healthcheck => "`Healthcheck`",
            Self::RootFilesystem => "`rootfs`",
        }
    }

    /// The names of its members.
    pub(crate) const fn members(self) -> &'static [&'static str] {
        match self {
            Self::Push => &["reference", "registry", "repository", "tag", "uri", "dry_run", "requested_at"],
            Self::Image => &[
                "platform",
                "os",
                "architecture",
                "variant",
                "user",
                "env",
                "entrypoint",
                "cmd",
                "ports",
                "volumes",
                "layers",
                "labels",
                "config",
                "compressed_size",
                "uncompressed_size",
            ],
            Self::Config => &["created", "author", "architecture", "os", "os.version", "variant", "config", "rootfs"],
            Self::Execution => {
                &["User", "ExposedPorts", "Env", "Entrypoint", "Cmd", "Volumes", "WorkingDir", "Labels", "StopSignal", "Healthcheck"]
            }
            Self::Healthcheck => &["Test", "Interval", "Timeout", "StartPeriod", "StartInterval", "Retries"],
            Self::RootFilesystem => &["type", "diff_ids"],
        }
    }
}
