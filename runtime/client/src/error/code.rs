//! What registries call their errors (OCI distribution specification 1.1, "Error Codes").

use std::fmt;

/// A code of an error in an answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// `BLOB_UNKNOWN`: the repository does not have the blob.
    BlobUnknown,
    /// `BLOB_UPLOAD_INVALID`: the upload cannot go on.
    BlobUploadInvalid,
    /// `BLOB_UPLOAD_UNKNOWN`: there is no such upload, or no longer.
    BlobUploadUnknown,
    /// `DIGEST_INVALID`: the content has another digest.
    DigestInvalid,
    /// `MANIFEST_BLOB_UNKNOWN`: a manifest names what the repository does not have.
    ManifestBlobUnknown,
    /// `MANIFEST_INVALID`: the manifest is none.
    ManifestInvalid,
    /// `MANIFEST_UNKNOWN`: the repository does not have the manifest.
    ManifestUnknown,
    /// `NAME_INVALID`: the repository can have no such name.
    NameInvalid,
    /// `NAME_UNKNOWN`: there is no such repository.
    NameUnknown,
    /// `SIZE_INVALID`: the content has another size.
    SizeInvalid,
    /// `UNAUTHORIZED`: credentials are missing, or wrong.
    Unauthorized,
    /// `DENIED`: the credentials are not for this.
    Denied,
    /// `UNSUPPORTED`: the registry cannot do that.
    Unsupported,
    /// `TOOMANYREQUESTS`: not so fast.
    TooManyRequests,
    /// One that the specification does not know, at most 64 characters. It may hold anything.
    Other(Box<str>),
}

/// How much of a code is kept, in characters.
const MAX_CODE: usize = 64;

impl ErrorCode {
    /// Reads a code.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text {
            "BLOB_UNKNOWN" => Self::BlobUnknown,
            "BLOB_UPLOAD_INVALID" => Self::BlobUploadInvalid,
            "BLOB_UPLOAD_UNKNOWN" => Self::BlobUploadUnknown,
            "DIGEST_INVALID" => Self::DigestInvalid,
            "MANIFEST_BLOB_UNKNOWN" => Self::ManifestBlobUnknown,
            "MANIFEST_INVALID" => Self::ManifestInvalid,
            "MANIFEST_UNKNOWN" => Self::ManifestUnknown,
            "NAME_INVALID" => Self::NameInvalid,
            "NAME_UNKNOWN" => Self::NameUnknown,
            "SIZE_INVALID" => Self::SizeInvalid,
            "UNAUTHORIZED" => Self::Unauthorized,
            "DENIED" => Self::Denied,
            "UNSUPPORTED" => Self::Unsupported,
            "TOOMANYREQUESTS" => Self::TooManyRequests,
            other => Self::Other(other.chars().take(MAX_CODE).collect()),
        }
    }

    /// The code, as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::BlobUnknown => "BLOB_UNKNOWN",
            Self::BlobUploadInvalid => "BLOB_UPLOAD_INVALID",
            Self::BlobUploadUnknown => "BLOB_UPLOAD_UNKNOWN",
            Self::DigestInvalid => "DIGEST_INVALID",
            Self::ManifestBlobUnknown => "MANIFEST_BLOB_UNKNOWN",
            Self::ManifestInvalid => "MANIFEST_INVALID",
            Self::ManifestUnknown => "MANIFEST_UNKNOWN",
            Self::NameInvalid => "NAME_INVALID",
            Self::NameUnknown => "NAME_UNKNOWN",
            Self::SizeInvalid => "SIZE_INVALID",
            Self::Unauthorized => "UNAUTHORIZED",
            Self::Denied => "DENIED",
            Self::Unsupported => "UNSUPPORTED",
            Self::TooManyRequests => "TOOMANYREQUESTS",
            Self::Other(code) => code,
        }
    }
}

/// What a 404 is about, as far as its codes say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// The repository.
    Repository,
    /// A blob.
    Blob,
    /// The upload, which a registry may forget.
    Upload,
    /// A manifest.
    Manifest,
    /// The registry does not say.
    Unsaid,
}

impl Missing {
    /// What the first code that says so calls missing.
    pub(crate) fn of(codes: &[ErrorCode]) -> Self {
        let missing = |code: &ErrorCode| match code {
            ErrorCode::NameUnknown => Some(Self::Repository),
            ErrorCode::BlobUnknown | ErrorCode::ManifestBlobUnknown => Some(Self::Blob),
            ErrorCode::BlobUploadUnknown => Some(Self::Upload),
            ErrorCode::ManifestUnknown => Some(Self::Manifest),
            _ => None,
        };
        codes.iter().find_map(missing).unwrap_or(Self::Unsaid)
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Repository => "the repository does not exist",
            Self::Blob => "the registry does not have the blob",
            Self::Upload => "the registry does not know the upload",
            Self::Manifest => "the registry does not have the manifest",
            Self::Unsaid => "not found (status 404)",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_and_written_alike() {
        for code in ["BLOB_UNKNOWN", "NAME_UNKNOWN", "TOOMANYREQUESTS", "MANIFEST_BLOB_UNKNOWN", "QUOTA_EXCEEDED", ""] {
            assert_eq!(ErrorCode::parse(code).as_str(), code);
        }
        assert_eq!(ErrorCode::parse("name_unknown"), ErrorCode::Other("name_unknown".into()), "codes have one spelling");
        assert_eq!(ErrorCode::parse(&"X".repeat(1000)).as_str().len(), MAX_CODE);
    }

    #[test]
    fn a_404_is_about_what_its_code_names() {
        let missing = |codes: &[&str]| Missing::of(&codes.iter().map(|code| ErrorCode::parse(code)).collect::<Vec<_>>());
        assert_eq!(missing(&["NAME_UNKNOWN"]), Missing::Repository);
        assert_eq!(missing(&["NOT_FOUND", "BLOB_UPLOAD_UNKNOWN"]), Missing::Upload);
        assert_eq!(missing(&["BLOB_UNKNOWN"]), Missing::Blob);
        assert_eq!(missing(&["MANIFEST_UNKNOWN"]), Missing::Manifest);
        assert_eq!(missing(&["DENIED"]), Missing::Unsaid);
        assert_eq!(missing(&[]), Missing::Unsaid);
    }
}
