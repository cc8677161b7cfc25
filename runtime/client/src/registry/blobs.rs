//! Is a blob there, or can the registry take it from a repository that it has?
//!
//! A blob that is missing should cost two requests, `POST` and `PUT`, and not a question before them. So the first
//! request about one that is likely to be missing (see `questions`) is the `POST` that opens an upload and also says
//! "or mount it from the repository itself": a registry that has the blob answers 201, one that has not opens the
//! upload. Registries that do not know mounts answer 202 for blobs that they have; so while much is sent they are asked
//! in the plain way, and, once one was found out, before.

use http::header::CONTENT_LENGTH;
use http::{Method, StatusCode};
use pushgate_oci::Descriptor;

use crate::auth::Access;
use crate::error::{RegistryError, Step};
use crate::progress::LayerOutcome;
use crate::registry::client::{Call, RegistryClient, UNREAD};
use crate::registry::mounting::Mounting;
use crate::registry::names;
use crate::registry::open::Session;
use crate::registry::questions::Question;
use crate::registry::sessions::Started;

/// What may be sent without asking whether it is there: 512 KiB take less time than a question on most lines.
const SMALL: u64 = 512 * 1024;

/// Where a blob stands.
pub(super) enum Found {
    /// The repository has it.
    There(LayerOutcome),
    /// It is to be sent.
    Missing(Session),
    /// It is to be sent, unless the registry has it after all.
    Doubtful(Session),
}

impl RegistryClient {
    /// Looks for a blob, and opens an upload if the repository does not have it. `mount_from` are other repositories of the registry that
    /// may have it.
    pub(super) async fn find_blob(
        &self,
        repository: &str,
        blob: &Descriptor,
        mount_from: &[String],
        question: Question,
    ) -> Result<Found, RegistryError> {
        if !mount_from.is_empty() {
            return self.find_in_others(repository, blob, mount_from).await;
        }
        match question {
            Question::Known(true) => return Ok(Found::There(LayerOutcome::AlreadyThere)),
            Question::Known(false) => return self.start(repository, blob).await,
            Question::IsThere => return self.ask_then_start(repository, blob).await,
            Question::Upload if self.mounting.is_useless() => return self.ask_then_start(repository, blob).await,
            Question::Upload => {}
        }
        let session = match self.start_upload(repository, &blob.digest, Some(repository)).await {
            Ok(Started::Mounted) => {
                self.mounting.found(Mounting::WORKS);
                // The answer does not say how large it is, and a manifest must not name a wrong size.
                return match self.was_mounted(repository, blob).await? {
                    true => Ok(Found::There(LayerOutcome::AlreadyThere)),
                    false => self.start(repository, blob).await,
                };
            }
            Ok(Started::Session(session)) => session,
            // Nobody asked for a mount, so whatever comes of it the plain way is open, where what has nothing to do
            // with mounts comes again. Known to fail are registries that do not know the parameters or have no such
            // repository yet, that answer 401 to every mount (cc-utils#1665) and 500 (distribution#1692).
            Err(error) => {
                tracing::debug!(%error, "no mount");
                if is_about_mounts(&error) {
                    self.mounting.found(Mounting::USELESS);
                }
                return self.ask_then_start(repository, blob).await;
            }
        };
        let doubtful = blob.size > SMALL && !self.mounting.works();
        Ok(if doubtful { Found::Doubtful(session) } else { Found::Missing(session) })
    }

    /// Whether these can be names of repositories.
    pub(super) fn check_repositories(&self, repositories: &[String]) -> Result<(), RegistryError> {
        repositories.iter().try_for_each(|repository| names::repository(repository))
    }

    async fn find_in_others(&self, repository: &str, blob: &Descriptor, mount_from: &[String]) -> Result<Found, RegistryError> {
        if self.has_blob(repository, blob).await? {
            return Ok(Found::There(LayerOutcome::AlreadyThere));
        }
        let mut open: Option<Session> = None;
        for from in mount_from {
            let problem = match self.start_upload(repository, &blob.digest, Some(from)).await {
                Ok(Started::Mounted) if self.was_mounted(repository, blob).await? => return Ok(Found::There(LayerOutcome::Mounted)),
                Ok(Started::Mounted) => "the registry says that it did, and does not have the blob".to_owned(),
                // Not there: then it is sent.
                Ok(Started::Session(session)) => {
                    open = Some(session);
                    continue;
                }
                Err(error) => error.to_string(),
            };
            self.not_mounted.add_about(from, format!("layers cannot be mounted from `{from}`, and are uploaded: {problem}"));
        }
        match open {
            Some(session) => Ok(Found::Missing(session)),
            None => self.start(repository, blob).await,
        }
    }

    /// The plain way: a question, then an upload.
    pub(super) async fn ask_then_start(&self, repository: &str, blob: &Descriptor) -> Result<Found, RegistryError> {
        if self.has_blob(repository, blob).await? {
            return Ok(Found::There(LayerOutcome::AlreadyThere));
        }
        self.start(repository, blob).await
    }

    async fn start(&self, repository: &str, blob: &Descriptor) -> Result<Found, RegistryError> {
        match self.start_upload(repository, &blob.digest, None).await? {
            Started::Session(session) => Ok(Found::Missing(session)),
            Started::Mounted => Ok(Found::There(LayerOutcome::AlreadyThere)),
        }
    }

    /// Whether a registry that answered a mount with success has the blob. Only another size is an error: where it
    /// cannot be told, the blob is sent.
    async fn was_mounted(&self, repository: &str, blob: &Descriptor) -> Result<bool, RegistryError> {
        match self.has_blob(repository, blob).await {
            Err(RegistryError::BadAnswer { context, problem }) => Err(RegistryError::BadAnswer { context, problem }),
            answer => Ok(answer.unwrap_or_default()),
        }
    }

    /// Whether the repository has a blob, with the size that its descriptor says.
    pub(super) async fn has_blob(&self, repository: &str, blob: &Descriptor) -> Result<bool, RegistryError> {
        let digest = &blob.digest;
        let call = Call {
            method: Method::HEAD,
            repository,
            step: Step::LookUpBlob(digest.clone()),
            access: Access::Push,
            also_pull: None,
            limit: UNREAD,
        };
        let answer = self.call(&call, || call.bare(format!("/v2/{repository}/blobs/{digest}"))).await?;
        match answer.status {
            StatusCode::OK => {
                let length = answer.header(CONTENT_LENGTH.as_str()).and_then(|text| text.parse::<u64>().ok());
                match length {
                    // What stands before a registry may answer HEAD without a body's length: unknown, not nothing
                    // (godoxy#169, distribution#4895).
                    Some(0) => Ok(true),
                    Some(length) if length != blob.size => Err(RegistryError::BadAnswer {
                        context: self.context(&call),
                        problem: format!("the registry has the blob with {length} bytes, its descriptor says {}", blob.size),
                    }),
                    _ => Ok(true),
                }
            }
            StatusCode::NOT_FOUND => Ok(false),
            // Registries in front of an object store name the place where a blob is. We do not need to go there to know that it is.
            status if status.is_redirection() => Ok(true),
            _ => Err(self.unexpected(&call, &answer)),
        }
    }
}

/// Whether an answer says something about mounts, so that the next one will be the same.
fn is_about_mounts(error: &RegistryError) -> bool {
    match error {
        // Too slow, or too busy.
        RegistryError::Status { code: 408 | 429, .. } | RegistryError::TimedOut { .. } => false,
        RegistryError::Disconnected { .. } | RegistryError::Unreachable { .. } => false,
        _ => true,
    }
}
