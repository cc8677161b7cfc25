//! Where an image is, and what is wanted of it.

use clap::{Args, ValueEnum};

/// What `push` and `check` take about the source.
#[derive(Debug, Args)]
pub(in crate::cli) struct SourceArguments {
    /// Where the image is: docker-daemon:[NAME|sha256:ID], oci:DIR[:REF], oci-archive:FILE[:REF] or docker-archive:FILE[:REF]
    #[arg(long, value_name = "SOURCE", default_value = "docker-daemon:", hide_default_value = true, help_heading = "Source")]
    pub(in crate::cli) from: String,
    /// Only the image for this platform, without its attestations [default: every platform]
    #[arg(long, value_name = "OS/ARCH[/VARIANT][:OSVERSION]", help_heading = "Source")]
    pub(in crate::cli) platform: Option<String>,
    /// Read everything first: compare it with its digests, and layers with what the image's config says. Not through the Docker Engine
    #[arg(long, help_heading = "Source")]
    pub(in crate::cli) verify: bool,
    /// With docker-archive: or --direct: what is done to layers that are not compressed [default: gzip]
    #[arg(long, value_name = "HOW", help_heading = "Source")]
    pub(in crate::cli) compress: Option<Compress>,
    /// With docker-daemon: take the image out of the Docker Engine, into a file in TMPDIR, and push it without the Engine
    #[arg(long, help_heading = "Source")]
    pub(in crate::cli) direct: bool,
    /// A repository of the registry that may have some of the layers: they are taken from there instead of being sent
    #[arg(long, value_name = "REPOSITORY", help_heading = "Source")]
    pub(in crate::cli) mount_from: Vec<String>,
}

/// What is done to layers that are not compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Compress {
    /// Nothing
    None,
    /// What every registry and every runtime reads
    Gzip,
    /// Faster and smaller; Docker reads it since 23.0
    Zstd,
}
