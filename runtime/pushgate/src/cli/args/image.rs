//! The words of `pushgate image`.

use clap::{Args, Subcommand};

/// The commands of `pushgate image`.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum ImageCommand {
    /// List the layers of an image, by the digests of what they hold
    ///
    /// They are the `diff_ids` of its config: the same however the layers are compressed. The flavor base-images takes them.
    Layers(LayersArguments),
}

/// What `pushgate image layers` takes.
#[derive(Debug, Args)]
pub(in crate::cli) struct LayersArguments {
    /// The image's name, for example debian:12 or gcr.io/distroless/static-debian12:nonroot
    pub(in crate::cli) image: String,
    /// Where the image is: docker-daemon:[NAME|sha256:ID], oci:DIR[:REF], oci-archive:FILE[:REF] or docker-archive:FILE[:REF]
    #[arg(long, value_name = "SOURCE", default_value = "docker-daemon:", hide_default_value = true)]
    pub(in crate::cli) from: String,
    /// Only the image for this platform [default: every platform]
    #[arg(long, value_name = "OS/ARCH[/VARIANT][:OSVERSION]")]
    pub(in crate::cli) platform: Option<String>,
}
