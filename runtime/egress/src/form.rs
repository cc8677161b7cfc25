//! How a credential is added to a request.

/// How a credential is added to a request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum CredentialForm {
    /// `Authorization: Basic`: username and password.
    Basic,
    /// `Authorization: Bearer`: a token.
    Bearer,
    /// Signature Version 4 of AWS, which is good for one service in one region.
    SigV4 {
        /// The service, such as `ecr`.
        service: String,
        /// The region, such as `eu-central-1`.
        region: String,
    },
}
