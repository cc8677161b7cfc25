//! What the operator wants to happen when the repository does not exist.

use std::collections::BTreeMap;

use pushgate_flavor::Refusal;
use serde::Deserialize;

use crate::creation::{Creation, EncryptionType, ImageTagMutability};

/// The settings as they are given.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    missing_repository: Option<MissingRepository>,
    #[serde(default)]
    create_repository: bool,
    image_tag_mutability: Option<ImageTagMutability>,
    image_tag_mutability_exclusion_filters: Option<Vec<String>>,
    encryption_type: Option<EncryptionType>,
    kms_key: Option<String>,
    scan_on_push: Option<bool>,
    tags: Option<BTreeMap<String, String>>,
    endpoint: Option<String>,
}

/// What becomes of a push whose repository does not exist and is not created.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum MissingRepository {
    /// It goes on with a warning, as ZenML lets it.
    #[default]
    Warn,
    Refuse,
}

/// What to do about a repository that does not exist.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Plan {
    Accept(MissingRepository),
    Create(Creation),
}

impl Settings {
    /// The plan, and the origin of the API where it is not the usual one.
    ///
    /// # Errors
    /// Settings that contradict each other, with both names; what ECR does not take; an endpoint that is no origin.
    pub(crate) fn plan(self) -> Result<(Plan, Option<String>), Refusal> {
        let misconfigured = |text: String| Err(Refusal::misconfigured(text));
        if self.create_repository && self.missing_repository.is_some() {
            let text = "`create_repository` and `missing_repository`: a repository that is created is not missing; give one of the two";
            return misconfigured(text.to_owned());
        }
        if let Some(endpoint) = &self.endpoint
            && !is_origin(endpoint)
        {
            return misconfigured(format!("endpoint: `{endpoint}` is no origin, as `https://host` is"));
        }
        let of_creation = [
            ("image_tag_mutability", self.image_tag_mutability.is_some()),
            ("image_tag_mutability_exclusion_filters", self.image_tag_mutability_exclusion_filters.is_some()),
            ("encryption_type", self.encryption_type.is_some()),
            ("kms_key", self.kms_key.is_some()),
            ("scan_on_push", self.scan_on_push.is_some()),
            ("tags", self.tags.is_some()),
        ];
        if let (false, Some((setting, _))) = (self.create_repository, of_creation.iter().find(|(_, given)| *given)) {
            return misconfigured(format!("`{setting}` and `create_repository`: `{setting}` is for a repository that is created"));
        }
        let plan = match self.create_repository {
            true => Plan::Create(Creation {
                image_tag_mutability: self.image_tag_mutability.unwrap_or_default(),
                exclusion_filters: self.image_tag_mutability_exclusion_filters,
                encryption_type: self.encryption_type,
                kms_key: self.kms_key,
                scan_on_push: self.scan_on_push,
                tags: self.tags.unwrap_or_default(),
            }),
            false => Plan::Accept(self.missing_repository.unwrap_or_default()),
        };
        if let Plan::Create(creation) = &plan {
            creation.check().map_err(Refusal::misconfigured)?;
        }
        Ok((plan, self.endpoint))
    }
}

/// Whether a text is scheme and authority alone. What else is wrong with it, the host finds out when it compares it with the grants.
fn is_origin(text: &str) -> bool {
    let authority = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    authority.is_some_and(|authority| !authority.is_empty() && !authority.contains(['/', '?', '#', '@']))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refused(settings: serde_json::Value) -> String {
        match serde_json::from_value::<Settings>(settings.clone()).unwrap().plan() {
            Err(Refusal::Misconfigured(text)) => text.into(),
            other => panic!("{settings}: {other:?}"),
        }
    }

    #[test]
    fn what_ecr_does_not_take_is_misconfigured() {
        for (settings, expected) in [
            (json!({ "image_tag_mutability": "IMMUTABLE" }), "`image_tag_mutability` and `create_repository`"),
            (json!({ "encryption_type": "KMS" }), "`encryption_type` and `create_repository`"),
            (json!({ "scan_on_push": false }), "`scan_on_push` and `create_repository`"),
            (json!({ "tags": {} }), "`tags` and `create_repository`: `tags` is for a repository that is created"),
        ] {
            let text = refused(settings.clone());
            assert!(text.starts_with(expected), "{settings}: {text}");
        }
        let filters = "image_tag_mutability_exclusion_filters";
        let long = "a".repeat(129);
        for (settings, expected) in [
            (
                json!({ "image_tag_mutability": "IMMUTABLE_WITH_EXCLUSION" }),
                "`image_tag_mutability_exclusion_filters`: `IMMUTABLE_WITH_EXCLUSION` needs",
            ),
            (json!({ "image_tag_mutability": "MUTABLE_WITH_EXCLUSION", filters: [] }), "needs 1 to 5 filters"),
            (json!({ "image_tag_mutability": "MUTABLE_WITH_EXCLUSION", filters: ["a", "b", "c", "d", "e", "f"] }), "needs 1 to 5 filters"),
            (json!({ "image_tag_mutability": "MUTABLE_WITH_EXCLUSION", filters: ["v?"] }), "`v?` is no filter"),
            (json!({ "image_tag_mutability": "MUTABLE_WITH_EXCLUSION", filters: [""] }), "`` is no filter"),
            (json!({ "image_tag_mutability": "MUTABLE_WITH_EXCLUSION", filters: [long] }), "is no filter"),
            (
                json!({ "image_tag_mutability": "IMMUTABLE_WITH_EXCLUSION", filters: ["dev-*", "**"] }),
                "`**` is every tag, so that `IMMUTABLE_WITH_EXCLUSION` is `MUTABLE`: set that",
            ),
            (json!({ "image_tag_mutability": "MUTABLE_WITH_EXCLUSION", filters: ["*"] }), "is `IMMUTABLE`: set that"),
            (json!({ "image_tag_mutability": "MUTABLE_WITH_EXCLUSION", filters: ["-dev"] }), "`-dev` matches no tag"),
            (
                json!({ "image_tag_mutability": "IMMUTABLE", filters: ["dev-*"] }),
                "only with `MUTABLE_WITH_EXCLUSION` or `IMMUTABLE_WITH_EXCLUSION`",
            ),
            (json!({ filters: ["dev-*"] }), "only with `MUTABLE_WITH_EXCLUSION` or `IMMUTABLE_WITH_EXCLUSION`"),
            (json!({ "kms_key": "alias/images" }), "`kms_key` and `encryption_type`: a key is for `KMS` or `KMS_DSSE`"),
            (json!({ "kms_key": "alias/images", "encryption_type": "AES256" }), "`kms_key` and `encryption_type`"),
            (json!({ "kms_key": "", "encryption_type": "KMS" }), "`kms_key`: "),
            (json!({ "tags": { "": "x" } }), "`tags`: "),
            (json!({ "tags": { "aws:team": "x" } }), "`tags`: "),
            (json!({ "tags": { "AWS:team": "x" } }), "`tags`: "),
            (json!({ "tags": { "team": "x".repeat(257) } }), "`tags`: "),
        ] {
            let mut settings = settings;
            settings["create_repository"] = true.into();
            let text = refused(settings.clone());
            assert!(text.contains(expected), "{settings}: {text}");
        }
    }
}
