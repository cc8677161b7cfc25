//! A push to try a flavor with, natively: `cargo test` in the flavor's own crate.
//!
//! ```
//! # use pushgate_flavor::{Flavor, NoSettings, Push, Refusal, deny, log};
//! use pushgate_flavor::testing::{TestImage, TestPush, take_log};
//! # struct Sourced;
//! # impl Flavor for Sourced {
//! #     type Settings = NoSettings;
//! #     fn prepare(push: &Push, _: NoSettings) -> Result<(), Refusal> {
//! #         log::info(push.reference());
//! #         match push.images()?.iter().find(|image| image.label("source").is_none()) {
//! #             Some(image) => deny("label.source", image.platform()).into(),
//! #             None => Ok(()),
//! #         }
//! #     }
//! # }
//!
//! let push = TestPush::new("registry.example.com", "team/app").tag("v1").image(TestImage::new("linux/amd64").label("source", "here"));
//! assert_eq!(push.clone().ask::<Sourced>(), Ok(()));
//! assert_eq!(take_log()[0].1, "registry.example.com/team/app:v1");
//!
//! let refusal = push.image(TestImage::new("linux/arm64/v8")).ask::<Sourced>().unwrap_err();
//! assert_eq!(refusal, deny("label.source", "linux/arm64/v8").into());
//! ```

use crate::http::{HttpError, Response};
use crate::log::Level;
use crate::registry::QueryError;
use crate::{Flavor, InspectError, Push, Refusal, host, made, settings};

/// A push that a test describes: no tag, no images, `{}` as settings, asked for at the second 0, no dry run, until something else is said.
#[derive(Clone)]
pub struct TestPush(host::ImagePush);

impl TestPush {
    /// A push to `repository` (`team/app`) of `registry` (`registry.example.com`), whose registered URI is the registry's host.
    #[must_use]
    pub fn new(registry: &str, repository: &str) -> Self {
        Self(host::ImagePush {
            registry: registry.to_owned(),
            repository: repository.to_owned(),
            tag: None,
            digest: format!("sha256:{}", "0".repeat(64)),
            registry_uri: registry.to_owned(),
            settings: "{}".to_owned(),
            requested_at: 0,
            dry_run: false,
            images: Err(InspectError::NotFound),
            pushed_digest: None,
            answers: host::Answers::default(),
        })
    }

    /// Pushed with this tag instead of by digest only.
    #[must_use]
    pub fn tag(mut self, tag: &str) -> Self {
        self.0.tag = Some(tag.to_owned());
        self
    }

    /// The URI that the registry is registered with.
    #[must_use]
    pub fn registry_uri(mut self, uri: &str) -> Self {
        self.0.registry_uri = uri.to_owned();
        self
    }

    /// The settings: the text of a JSON object.
    #[must_use]
    pub fn settings(mut self, json: impl Into<String>) -> Self {
        self.0.settings = json.into();
        self
    }

    /// When the push was asked for, in seconds since 1970-01-01 UTC.
    #[must_use]
    pub fn requested_at(mut self, seconds: u64) -> Self {
        self.0.requested_at = seconds;
        self
    }

    /// Nothing will be pushed whatever the answer is.
    #[must_use]
    pub fn dry_run(mut self) -> Self {
        self.0.dry_run = true;
        self
    }

    /// One image more. Until there is one, the images are [`InspectError::NotFound`].
    #[must_use]
    pub fn image(mut self, image: TestImage) -> Self {
        let mut images = self.0.images.unwrap_or_default();
        images.push(image.0);
        self.0.images = Ok(images);
        self
    }

    /// Looking at the images fails.
    #[must_use]
    pub fn no_images(mut self, error: InspectError) -> Self {
        self.0.images = Err(error);
        self
    }

    /// The digest that the tag points to after the push. Until it is said, nobody can tell.
    #[must_use]
    pub fn digest(mut self, digest: &str) -> Self {
        self.0.pushed_digest = Some(digest.to_owned());
        self
    }

    /// What the registry answers when it is asked whether it has a repository. What has no answer was not granted.
    #[must_use]
    pub fn repository_exists(mut self, repository: &str, answer: Result<bool, QueryError>) -> Self {
        self.0.answers.exists.push((repository.to_owned(), answer));
        self
    }

    /// All tags of a repository, of which the flavor gets the page that it asks for.
    #[must_use]
    pub fn tags(mut self, repository: &str, answer: Result<Vec<String>, QueryError>) -> Self {
        self.0.answers.tags.push((repository.to_owned(), answer));
        self
    }

    /// The digest that a tag points to.
    #[must_use]
    pub fn manifest_digest(mut self, repository: &str, tag: &str, answer: Result<Option<String>, QueryError>) -> Self {
        self.0.answers.digests.push(((repository.to_owned(), tag.to_owned()), answer));
        self
    }

    /// The response to a request with this method to this URL.
    #[must_use]
    pub fn response(mut self, method: &str, url: &str, answer: Result<Response, HttpError>) -> Self {
        self.0.answers.responses.push(((method.to_owned(), url.to_owned()), answer));
        self
    }

    /// Asks the flavor, as the host would: reads the settings, then calls the hook.
    ///
    /// # Errors
    /// The flavor's refusal, or [`Refusal::Misconfigured`] when the settings are not what it takes.
    ///
    /// # Panics
    /// Where the flavor would approve although it made a refusal that it did not return: in a push that is the flavor's failure.
    #[track_caller]
    pub fn ask<F: Flavor>(mut self) -> Result<(), Refusal> {
        made::begin();
        std::mem::take(&mut self.0.answers).give();
        let push = Push::new(self.0);
        F::prepare(&push, settings::parse(push.settings())?)?;
        let forgotten = made::forgotten();
        assert!(forgotten.is_none(), "{}", forgotten.unwrap_or_default());
        Ok(())
    }
}

/// An image that a test describes: no labels, no annotations, `{}` as its config, unknown sizes.
#[derive(Clone)]
pub struct TestImage(host::Image);

impl TestImage {
    /// An image for one platform: `linux/amd64`.
    #[must_use]
    pub fn new(platform: &str) -> Self {
        Self(host::Image {
            platform: platform.to_owned(),
            labels: Vec::new(),
            config: "{}".to_owned(),
            compressed_size: None,
            uncompressed_size: None,
            annotations: Vec::new(),
        })
    }

    /// One label more. The config is not changed by it.
    #[must_use]
    pub fn label(mut self, key: &str, value: &str) -> Self {
        self.0.labels.push((key.to_owned(), value.to_owned()));
        self.0.labels.sort();
        self
    }

    /// One annotation of its manifest more.
    #[must_use]
    pub fn annotation(mut self, key: &str, value: &str) -> Self {
        self.0.annotations.push((key.to_owned(), value.to_owned()));
        self.0.annotations.sort();
        self
    }

    /// The config: the text of a JSON object.
    #[must_use]
    pub fn config(mut self, json: impl Into<String>) -> Self {
        self.0.config = json.into();
        self
    }

    /// What a registry holds of it, in bytes.
    #[must_use]
    pub fn compressed_size(mut self, bytes: u64) -> Self {
        self.0.compressed_size = Some(bytes);
        self
    }

    /// Its layers uncompressed, in bytes.
    #[must_use]
    pub fn uncompressed_size(mut self, bytes: u64) -> Self {
        self.0.uncompressed_size = Some(bytes);
        self
    }
}

/// The messages that were logged in this thread since the last call.
#[must_use]
pub fn take_log() -> Vec<(Level, String)> {
    host::take_log()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Image, NoSettings, Violations, deny};

    struct Sizes;

    impl Flavor for Sizes {
        type Settings = NoSettings;

        fn prepare(push: &Push, _: NoSettings) -> Result<(), Refusal> {
            let sizes: Vec<_> = push.images()?.iter().map(|image| (image.compressed_size(), image.uncompressed_size())).collect();
            Err(Refusal::other(format!("{sizes:?}")))
        }
    }

    fn helper(push: &Push) -> Result<usize, Refusal> {
        Ok(push.images()?.len())
    }

    /// Makes a refusal of the kind that the tag names, and approves unless it is to be given.
    struct Forgets;

    impl Flavor for Forgets {
        type Settings = NoSettings;

        fn prepare(push: &Push, _: NoSettings) -> Result<(), Refusal> {
            let tag = push.tag().unwrap_or_default();
            let refusal: Refusal = match tag {
                "approves" => return Ok(()),
                "unavailable" => Refusal::unavailable("gone"),
                "misconfigured" => Refusal::misconfigured("tags: none"),
                "other" => Refusal::other("no"),
                "images" => {
                    let _ = helper(push);
                    return Ok(());
                }
                "in a list" => {
                    let _found = Vec::from([Refusal::other("no")]);
                    return Ok(());
                }
                "of the same words" => {
                    let _forgotten = Refusal::unavailable("gone");
                    let dropped = Refusal::unavailable("gone");
                    dropped.clone().withdraw();
                    dropped.withdraw();
                    return Ok(());
                }
                "collected" => {
                    let _: Violations = [deny("a", "b")].into_iter().collect();
                    return Ok(());
                }
                "withdrawn" => {
                    let violation = deny("a", "b").hint("c");
                    violation.clone().withdraw();
                    let mut violations = Violations::new();
                    violations.push(violation);
                    violations.push(deny("d", "e"));
                    violations.withdraw();
                    Refusal::unavailable("gone").withdraw();
                    Refusal::from(deny("f", "g")).withdraw();
                    return Ok(());
                }
                _ => deny("a", "b").into(),
            };
            if tag == "given" {
                let _ = deny("c", "d");
                return Err(refusal);
            }
            Ok(())
        }
    }

    struct Digest;

    impl Flavor for Digest {
        type Settings = NoSettings;

        fn prepare(push: &Push, _: NoSettings) -> Result<(), Refusal> {
            Err(Refusal::other(format!("{:?}", push.digest()?)))
        }
    }

    #[test]
    fn a_refusal_that_was_made_and_never_given_fails_the_call() {
        let ask = |tag: &str| TestPush::new("registry.example.com", "app").tag(tag).ask::<Forgets>();
        for tag in ["denied", "unavailable", "misconfigured", "other", "images", "in a list", "of the same words", "collected"] {
            let panic = std::panic::catch_unwind(|| ask(tag)).unwrap_err();
            let message = panic.downcast_ref::<String>().unwrap();
            let (place, rest) = message.split_once(" and never given").unwrap();
            let line = place.strip_prefix(&format!("a refusal was made at {}:", file!())).unwrap();
            assert!(line.parse::<u32>().unwrap() > 0 && rest == ": return it, or drop it with withdraw()", "{message}");
        }
        assert_eq!(ask("given"), Err(deny("a", "b").into()));
        for tag in ["approves", "withdrawn"] {
            assert_eq!(ask(tag), Ok(()), "{tag}");
        }
    }

    #[test]
    fn the_digest_is_unknown_until_it_is_described() {
        let push = || TestPush::new("registry.example.com", "app");
        assert_eq!(push().ask::<Digest>(), Err(Refusal::other("None".to_owned())));
        assert_eq!(push().digest("sha256:00").ask::<Digest>(), Err(Refusal::other("Some(\"sha256:00\")".to_owned())));
        let unreadable = push().no_images(InspectError::Unavailable("gone".to_owned()));
        assert_eq!(unreadable.ask::<Digest>(), Err(Refusal::unavailable("the images cannot be read: gone".to_owned())));
        let image = TestImage::new("linux/amd64").annotation("b", "2").annotation("a", "1");
        let image = Image::new(image.0);
        assert_eq!((image.annotation("a"), image.annotation("c"), image.annotations().len()), (Some("1"), None, 2));
    }

    #[test]
    fn sizes_are_unknown_until_they_are_described() {
        let image = || TestImage::new("linux/amd64");
        let push = TestPush::new("registry.example.com", "app").image(image().compressed_size(1 << 40).uncompressed_size(0)).image(image());
        assert_eq!(push.ask::<Sizes>(), Err(Refusal::other("[(Some(1099511627776), Some(0)), (None, None)]".to_owned())));
    }
}
