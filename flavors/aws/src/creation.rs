//! How a repository is created, in the words of `CreateRepository`:
//! <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html>.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tag_pattern::TagPattern;

/// What a repository that is created is like.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Creation {
    pub(crate) image_tag_mutability: ImageTagMutability,
    pub(crate) exclusion_filters: Option<Vec<String>>,
    pub(crate) encryption_type: Option<EncryptionType>,
    pub(crate) kms_key: Option<String>,
    pub(crate) scan_on_push: Option<bool>,
    pub(crate) tags: BTreeMap<String, String>,
}

/// Whether a tag may be moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum ImageTagMutability {
    #[default]
    Mutable,
    Immutable,
    /// Tags that match a filter stay where they are.
    MutableWithExclusion,
    /// Tags that match a filter may be moved.
    ImmutableWithExclusion,
}

/// Whose key the images are encrypted with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum EncryptionType {
    #[serde(rename = "AES256")]
    Aes256,
    #[serde(rename = "KMS")]
    Kms,
    #[serde(rename = "KMS_DSSE")]
    KmsDsse,
}

/// The request, its members in the order of the settings.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    registry_id: &'a str,
    repository_name: &'a str,
    image_tag_mutability: ImageTagMutability,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_tag_mutability_exclusion_filters: Option<Vec<ExclusionFilter<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    encryption_configuration: Option<EncryptionConfiguration<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_scanning_configuration: Option<ImageScanningConfiguration>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<Tag<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ExclusionFilter<'a> {
    filter_type: &'static str,
    filter: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EncryptionConfiguration<'a> {
    encryption_type: EncryptionType,
    #[serde(skip_serializing_if = "Option::is_none")]
    kms_key: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ImageScanningConfiguration {
    scan_on_push: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Tag<'a> {
    key: &'a str,
    value: &'a str,
}

impl Creation {
    /// What ECR would refuse.
    pub(crate) fn check(&self) -> Result<(), String> {
        let Self { image_tag_mutability, exclusion_filters, encryption_type, kms_key, tags, .. } = self;
        check_filters(*image_tag_mutability, exclusion_filters.as_deref())?;
        match (kms_key, encryption_type) {
            (Some(_), None | Some(EncryptionType::Aes256)) => {
                return Err("`kms_key` and `encryption_type`: a key is for `KMS` or `KMS_DSSE`".to_owned());
            }
            (Some(key), _) if !(1..=2048).contains(&key.len()) => {
                return Err("`kms_key`: it is the alias, the ID or the ARN of a key, of 1 to 2048 characters".to_owned());
            }
            _ => {}
        }
        // <https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-using-tags.html#tag-restrictions>
        let is_tag = |key: &str, value: &str| {
            let is_own = key.get(..4).is_none_or(|prefix| !prefix.eq_ignore_ascii_case("aws:"));
            is_own && (1..=128).contains(&key.chars().count()) && value.chars().count() <= 256
        };
        if tags.len() > 50 {
            return Err("`tags`: a repository has at most 50 tags".to_owned());
        }
        match tags.iter().find(|(key, value)| !is_tag(key, value)) {
            Some((key, _)) => {
                Err(format!("`tags`: `{key}`: a key has 1 to 128 characters, and none of AWS's `aws:` in front; a value has at most 256"))
            }
            None => Ok(()),
        }
    }

    /// The body of the request that creates the repository.
    pub(crate) fn request(&self, account: &str, repository: &str) -> String {
        let Self { image_tag_mutability, exclusion_filters, encryption_type, kms_key, scan_on_push, tags } = self;
        let filter = |filter| ExclusionFilter { filter_type: "WILDCARD", filter };
        let request = Request {
            registry_id: account,
            repository_name: repository,
            image_tag_mutability: *image_tag_mutability,
            image_tag_mutability_exclusion_filters: exclusion_filters
                .as_ref()
                .map(|filters| filters.iter().map(String::as_str).map(filter).collect()),
            encryption_configuration: encryption_type
                .map(|encryption_type| EncryptionConfiguration { encryption_type, kms_key: kms_key.as_deref() }),
            image_scanning_configuration: scan_on_push.map(|scan_on_push| ImageScanningConfiguration { scan_on_push }),
            tags: tags.iter().map(|(key, value)| Tag { key, value }).collect(),
        };
        // Texts, flags and lists: there is nothing that cannot be written.
        serde_json::to_string(&request).unwrap_or_default()
    }

    /// The actions that the request needs: tags need one of their own.
    pub(crate) fn actions(&self) -> &'static [&'static str] {
        if self.tags.is_empty() { &["CreateRepository"] } else { &["CreateRepository", "TagResource"] }
    }
}

/// <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageTagMutabilityExclusionFilter.html>
fn check_filters(mutability: ImageTagMutability, filters: Option<&[String]>) -> Result<(), String> {
    const SETTING: &str = "`image_tag_mutability_exclusion_filters`";
    let name = match mutability {
        ImageTagMutability::MutableWithExclusion => "MUTABLE_WITH_EXCLUSION",
        ImageTagMutability::ImmutableWithExclusion => "IMMUTABLE_WITH_EXCLUSION",
        ImageTagMutability::Mutable | ImageTagMutability::Immutable if filters.is_some() => {
            return Err(format!("{SETTING} and `image_tag_mutability`: only with `MUTABLE_WITH_EXCLUSION` or `IMMUTABLE_WITH_EXCLUSION`"));
        }
        ImageTagMutability::Mutable | ImageTagMutability::Immutable => return Ok(()),
    };
    let filters = filters.unwrap_or_default();
    if !(1..=5).contains(&filters.len()) {
        return Err(format!("{SETTING}: `{name}` needs 1 to 5 filters of tags, as `dev-*`"));
    }
    let is_filter = |text: &&String| {
        (1..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._*-".contains(&byte))
    };
    if let Some(text) = filters.iter().find(|text| !is_filter(text)) {
        return Err(format!("{SETTING}: `{text}` is no filter: 1 to 128 letters, digits, `.`, `_`, `-`, and `*` for any characters"));
    }
    // ECR takes both kinds, and they say something else than they seem to.
    for text in filters {
        match TagPattern::try_from(text.clone()) {
            Err(problem) => return Err(format!("{SETTING}: {problem}")),
            Ok(every) if every.is_every() => {
                let plain = if mutability == ImageTagMutability::ImmutableWithExclusion { "MUTABLE" } else { "IMMUTABLE" };
                return Err(format!("{SETTING}: `{text}` is every tag, so that `{name}` is `{plain}`: set that"));
            }
            Ok(_) => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_says_what_was_set_and_nothing_else() {
        let bare = Creation {
            image_tag_mutability: ImageTagMutability::Mutable,
            exclusion_filters: None,
            encryption_type: None,
            kms_key: None,
            scan_on_push: None,
            tags: BTreeMap::new(),
        };
        assert_eq!(
            bare.request("123456789012", "team/app"),
            r#"{"registryId":"123456789012","repositoryName":"team/app","imageTagMutability":"MUTABLE"}"#
        );
        assert_eq!(bare.actions(), ["CreateRepository"]);
        let full = Creation {
            image_tag_mutability: ImageTagMutability::ImmutableWithExclusion,
            exclusion_filters: Some(vec!["latest".to_owned(), "dev-*".to_owned()]),
            encryption_type: Some(EncryptionType::KmsDsse),
            kms_key: Some("alias/images".to_owned()),
            scan_on_push: Some(true),
            tags: [("team".to_owned(), "a \"b\"".to_owned())].into(),
        };
        assert_eq!(full.check(), Ok(()));
        assert_eq!(full.actions(), ["CreateRepository", "TagResource"]);
        assert_eq!(
            full.request("123456789012", "team/app"),
            r#"{"registryId":"123456789012","repositoryName":"team/app","imageTagMutability":"IMMUTABLE_WITH_EXCLUSION","#.to_owned()
                + r#""imageTagMutabilityExclusionFilters":[{"filterType":"WILDCARD","filter":"latest"},{"filterType":"WILDCARD","filter":"dev-*"}],"#
                + r#""encryptionConfiguration":{"encryptionType":"KMS_DSSE","kmsKey":"alias/images"},"#
                + r#""imageScanningConfiguration":{"scanOnPush":true},"tags":[{"Key":"team","Value":"a \"b\""}]}"#
        );
    }
}
