//! What a registry can do wrong.
//!
//! A [`Rule`] is a [`Switch`] with the requests that it applies to. The server asks for the rules at three points: before a request is
//! looked at, where bytes are stored, and when the reply is ready. A new case in a test is one line:
//!
//! ```
//! use pushgate_test_registry::{Rule, Step, Switch};
//!
//! let unavailable_twice = Rule::on(Step::ManifestPut, Switch::Status(503)).times(2);
//! let other_bytes = Rule::on(Step::ManifestGet, Switch::Body(b"{}".as_slice().into()));
//! let lying_header = Rule::on(Step::ManifestPut, Switch::Header("docker-content-digest", "sha256:00".to_owned()));
//! # let _ = (unavailable_twice, other_bytes, lying_header);
//! ```

use std::time::Duration;

use bytes::Bytes;
use http::Method;

/// What a request is, in the words of the distribution specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Any request. Only for rules; no request is recorded as this.
    Any,
    /// `GET /v2/`.
    Ping,
    /// `GET` or `POST /token`.
    Token,
    /// `HEAD …/blobs/<digest>`.
    BlobHead,
    /// `GET …/blobs/<digest>`.
    BlobGet,
    /// `DELETE …/blobs/<digest>`.
    BlobDelete,
    /// `POST …/blobs/uploads/`. Rules for it also apply to [`Self::UploadMount`], which opens an upload too; requests are recorded as it only
    /// if they ask for no mount.
    UploadStart,
    /// `POST …/blobs/uploads/?mount=…`.
    UploadMount,
    /// `GET …/blobs/uploads/<id>`.
    UploadStatus,
    /// `PATCH …/blobs/uploads/<id>`.
    UploadChunk,
    /// `PUT …/blobs/uploads/<id>?digest=…`.
    UploadFinish,
    /// `DELETE …/blobs/uploads/<id>`.
    UploadCancel,
    /// `HEAD …/manifests/<reference>`.
    ManifestHead,
    /// `GET …/manifests/<reference>`.
    ManifestGet,
    /// `PUT …/manifests/<reference>`.
    ManifestPut,
    /// `DELETE …/manifests/<reference>`.
    ManifestDelete,
    /// `GET …/tags/list`.
    TagList,
    /// `GET …/referrers/<digest>`.
    Referrers,
    /// Anything else.
    Other,
}

/// One way to misbehave.
#[derive(Clone, Debug)]
pub enum Switch {
    /// Reads the request, then answers this status with an error in the specification's form.
    Status(u16),
    /// Answers this status without reading the request's body, and closes.
    EarlyStatus(u16),
    /// Reads the request, then answers exactly this.
    Reply {
        /// The status.
        status: u16,
        /// The header fields, besides `content-length`.
        headers: Vec<(&'static str, String)>,
        /// The body.
        body: Bytes,
    },
    /// An HTML page of about this many bytes that repeats the request's `Authorization` again and again.
    HtmlEcho {
        /// The status.
        status: u16,
        /// The size of the page, in bytes.
        size: usize,
    },
    /// Writes these bytes to the connection instead of a reply, and closes: for what no HTTP library would send.
    Raw(Bytes),
    /// Answers this status with the `location` of the same path and query at another origin (`http://host:port`).
    Redirect {
        /// The status, 307 for example.
        status: u16,
        /// Scheme and authority.
        origin: String,
    },
    /// Resets the connection (RST) once this many bytes of the request's body were read; 0 is before any of it.
    ResetAfterRequest(u64),
    /// Takes this many bytes of the request's body, then neither reads nor answers until the client gives up.
    StallAfterRequest(u64),
    /// Looks at the request only once a request of this step has done its work, since the start or the last
    /// [`crate::Registry::forget_requests`]. Such a request may still be waiting for its reply.
    WaitFor(Step),
    /// Ends the connection after this many bytes of the reply's body.
    CutReplyAfter(u64),
    /// Sends this many bytes of the reply's body and then nothing, without ending.
    StallReplyAfter(u64),
    /// Sends the reply's body byte by byte.
    Drip(Duration),
    /// Replaces the reply's body by one that never ends, without a length.
    EndlessBody,
    /// Replaces the reply's body by one that claims this length and sends as much of it as the client takes.
    GiganticBody(u64),
    /// Replaces the reply's body by these bytes and leaves the header, but for `content-length`, as it was.
    Body(Bytes),
    /// Sets a field of the reply's header.
    Header(&'static str, String),
    /// Leaves out a field of the reply's header.
    WithoutHeader(&'static str),
    /// Answers 401 with this `www-authenticate`, whatever the credentials are.
    Challenge(String),
    /// Answers 401 with the honest challenge, whatever the credentials are.
    Unauthorized,
    /// Where a challenge is sent, it names this realm.
    Realm(String),
    /// The token that `/token` gives. The registry takes it, unless it cannot be sent.
    Token(String),
    /// `ManifestPut` answers 201 but lets the tag point to these bytes, of the same media type.
    KeepOther(Bytes),
    /// `ManifestPut` and `UploadFinish` answer 201 and keep nothing.
    Forget,
    /// `ManifestPut` keeps the manifest, and the next so many reads of what it was sent to are answered with what was
    /// there before.
    Late(u64),
    /// Does what is asked for, and answers this status where that succeeded.
    Answer(u16),
    /// `ManifestGet` and `ManifestHead` look at the first line of `accept` alone, and do not find what it does not
    /// name.
    FirstAcceptLine,
    /// `UploadChunk` keeps so many bytes of each chunk, and says so.
    TakeOnly(u64),
    /// `UploadMount` opens an upload, as registries do that do not know mounts.
    IgnoreMount,
    /// Blobs and manifests are accepted whatever digest the client claims, and kept under the claimed one.
    Gullible,
}

/// A [`Switch`] with the requests that it applies to.
#[derive(Clone, Debug)]
pub struct Rule {
    pub(crate) step: Step,
    pub(crate) switch: Switch,
    pub(crate) method: Option<Method>,
    pub(crate) containing: Option<String>,
    pub(crate) skip: u64,
    pub(crate) times: Option<u64>,
}

impl Rule {
    /// `switch` applies to every request that is `step`.
    #[must_use]
    pub fn on(step: Step, switch: Switch) -> Self {
        Self { step, switch, method: None, containing: None, skip: 0, times: None }
    }

    /// Only to the next `count` requests that match.
    #[must_use]
    pub fn times(mut self, count: u64) -> Self {
        self.times = Some(count);
        self
    }

    /// Not to the first `count` requests that match.
    #[must_use]
    pub fn after(mut self, count: u64) -> Self {
        self.skip = count;
        self
    }

    /// Only to requests with this method.
    #[must_use]
    pub fn method(mut self, method: Method) -> Self {
        self.method = Some(method);
        self
    }

    /// Only to requests with this text in their path or query.
    #[must_use]
    pub fn containing(mut self, text: &str) -> Self {
        self.containing = Some(text.to_owned());
        self
    }

    /// Whether the rule applies to this request; counts it if it matches.
    pub(crate) fn take(&mut self, step: Step, method: &Method, target: &str) -> bool {
        let opens_upload = self.step == Step::UploadStart && step == Step::UploadMount;
        let matches = (self.step == Step::Any || self.step == step || opens_upload)
            && self.method.as_ref().is_none_or(|wanted| wanted == method)
            && self.containing.as_ref().is_none_or(|text| target.contains(text.as_str()));
        if !matches || self.times == Some(0) {
            return false;
        }
        if self.skip > 0 {
            self.skip -= 1;
            return false;
        }
        if let Some(left) = &mut self.times {
            *left -= 1;
        }
        true
    }
}
