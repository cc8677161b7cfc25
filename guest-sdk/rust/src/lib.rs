//! Write a pushgate flavor: a hook that is asked before a container image is pushed.
//!
//! A flavor is a type that implements [`Flavor`], exported by [`flavor!`]. Everything else here is what the hook looks at ([`Push`],
//! [`Image`]), what it says ([`Refusal`], [`deny`], [`log`]), and what a unit test needs ([`testing`], not on wasm).
//!
//! ```
//! use pushgate_flavor::{Flavor, NoSettings, Push, Refusal, deny, flavor};
//!
//! struct NoLatest;
//! impl Flavor for NoLatest {
//!     type Settings = NoSettings;
//!     fn prepare(push: &Push, _: NoSettings) -> Result<(), Refusal> {
//!         match push.tag() {
//!             Some("latest") => deny("tag.latest", "the tag `latest` may move").hint("push a version").into(),
//!             _ => Ok(()),
//!         }
//!     }
//! }
//! flavor!(NoLatest);
//! ```
//!
//! It is built as a `cdylib` (`[lib] crate-type = ["cdylib"]`) with this crate as its only dependency:
//!
//! ```text
//! rustup target add wasm32-wasip2
//! cargo build --release --target wasm32-wasip2
//! pushgate flavor register target/wasm32-wasip2/release/no_latest.wasm
//! ```
//!
//! `[profile.release]` with `opt-level = "z"`, `lto = true`, `codegen-units = 1`, `panic = "abort"` and `strip = true` halves its size.
//!
//! # Settings
//! The operator gives each registry's hook a JSON object. The hook gets it as [`Flavor::Settings`], any type that serde can read;
//! [`NoSettings`] accepts nothing but the empty object. What does not fit is answered as [`Refusal::Misconfigured`], with the path of the
//! offending field, before `prepare` is called: put `#[serde(deny_unknown_fields)]` on the type, so that a misspelt key is an error and not a
//! rule that silently is not applied. With a JSON Schema the host checks the settings when they are given, long before a push:
//!
//! ```
//! # use pushgate_flavor::{Flavor, Push, Refusal, deny, flavor};
//! #[derive(serde::Deserialize)]
//! #[serde(deny_unknown_fields)]
//! struct Settings {
//!     prefix: String,
//! }
//!
//! struct TagPrefix;
//! impl Flavor for TagPrefix {
//!     type Settings = Settings;
//!     fn prepare(push: &Push, settings: Settings) -> Result<(), Refusal> {
//!         match push.tag() {
//!             Some(tag) if !tag.starts_with(&settings.prefix) => {
//!                 deny("tag.prefix", format!("the tag `{tag}` does not begin with `{}`", settings.prefix)).into()
//!             }
//!             _ => Ok(()),
//!         }
//!     }
//! }
//! flavor!(TagPrefix, settings_schema = r#"{
//!     "type": "object",
//!     "properties": { "prefix": { "type": "string" } },
//!     "required": ["prefix"],
//!     "additionalProperties": false
//! }"#);
//! ```
//!
//! # Images
//! [`Push::images`] gives every image of the push, one for each platform. Its error becomes the right refusal by `?`: an artifact that is no
//! image is denied, a source that cannot be read is [`Refusal::Unavailable`]. All that is wrong is said at once with [`Violations`]:
//!
//! ```
//! # use pushgate_flavor::{Flavor, NoSettings, Push, Refusal, Violations, deny, flavor};
//! # struct Licensed;
//! # impl Flavor for Licensed {
//! #     type Settings = NoSettings;
//! fn prepare(push: &Push, _: NoSettings) -> Result<(), Refusal> {
//!     let unlicensed = push.images()?.into_iter().filter(|image| image.label("org.opencontainers.image.licenses").is_none());
//!     unlicensed
//!         .map(|image| deny("label.licenses", "the image names no licence").detail("platform", image.platform()))
//!         .collect::<Violations>()
//!         .into()
//! }
//! # }
//! # flavor!(Licensed);
//! ```
//!
//! # What a flavor cannot do
//! There are no files, no environment, no network, no threads and no programs. `SystemTime::now()` is [`Push::requested_at`]; random numbers,
//! and so the order of a `HashMap`, are the same in every call; waiting ends the call. A panic ends the hook and with it the push; its message
//! and place reach the person who pushes through the log.
//!
//! # Refusals that are forgotten
//! A refusal that was made and not returned would approve: `let _ = deny(…)`, or a check whose result nobody looks at. The compiler warns of most,
//! and a call that would approve fails instead, with the line where the refusal was made. So make a refusal where it is returned, and say with
//! [`Refusal::withdraw`] where one is dropped on purpose:
//!
//! ```
//! # use pushgate_flavor::{Flavor, NoSettings, Push, Refusal, deny, flavor, log};
//! # fn check(push: &Push) -> Result<(), Refusal> {
//! #     deny("tag.latest", "the tag `latest` may move").into()
//! # }
//! # struct Trial;
//! # impl Flavor for Trial {
//! #     type Settings = NoSettings;
//! fn prepare(push: &Push, _: NoSettings) -> Result<(), Refusal> {
//!     if let Err(refusal) = check(push) {
//!         log::warn("pushes like this will be refused from May on");
//!         refusal.withdraw();
//!     }
//!     Ok(())
//! }
//! # }
//! # flavor!(Trial);
//! # let push = pushgate_flavor::testing::TestPush::new("registry.example.com", "team/app");
//! # assert_eq!(push.ask::<Trial>(), Ok(()));
//! ```
//!
//! What never runs makes no refusal, and nobody can tell: `let _checks = images.iter().map(|image| deny(…));` is an iterator that nothing asks for its
//! elements. The compiler warns of one that is not used, and is silent where its name begins with `_`. Write a `for` loop, or collect into [`Violations`].
//!
//! # Capabilities
//! The functions of [`registry`] ask the registry that the image goes to, [`http::Request`] a server. Both are capabilities: a flavor that uses one asks
//! for it, and the operator grants it with `--grant registry` or `--grant http=https://…`. One that uses neither imports neither.
//!
//! ```
//! # use pushgate_flavor::{Flavor, NoSettings, Push, Refusal, deny, flavor};
//! # struct Immutable;
//! # impl Flavor for Immutable {
//! #     type Settings = NoSettings;
//! fn prepare(push: &Push, _: NoSettings) -> Result<(), Refusal> {
//!     let Some(tag) = push.tag() else { return Ok(()) };
//!     match pushgate_flavor::registry::manifest_digest(push.repository(), tag)? {
//!         Some(digest) => deny("tag.exists", format!("the tag `{tag}` exists already")).detail("digest", digest).into(),
//!         None => Ok(()),
//!     }
//! }
//! # }
//! # flavor!(Immutable);
//! ```

#![warn(missing_docs, unreachable_pub, clippy::all)]
#![deny(unsafe_code, clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::string_slice, clippy::unwrap_used)]

mod export;
mod host;
pub mod http;
mod image;
mod image_config;
mod json;
pub mod log;
mod made;
mod push;
mod reason;
mod refusal;
pub mod registry;
mod settings;
#[cfg(not(target_family = "wasm"))]
pub mod testing;

pub use image::{ConfigError, Image, InspectError};
pub use image_config::{ExecutionConfig, Healthcheck, ImageConfig, RootFilesystem};
pub use push::Push;
pub use reason::Reason;
pub use refusal::{Refusal, Violation, Violations, deny};
pub use settings::NoSettings;

/// What a flavor is: its settings, and the hook that is asked before a push.
pub trait Flavor {
    /// The settings that a registry gives this flavor: whatever serde can read from a JSON object. [`NoSettings`] where there are none.
    type Settings: serde::de::DeserializeOwned;

    /// Asked once before the push. `Ok` lets it go on, if every other hook of the registry agrees; it must change nothing anywhere when
    /// [`Push::dry_run`] is true.
    ///
    /// # Errors
    /// Any [`Refusal`]: nothing is pushed then.
    fn prepare(push: &Push, settings: Self::Settings) -> Result<(), Refusal>;
}

#[doc(hidden)]
pub use export::implementation as __implementation;
