//! What an engine can do wrong. A [`Rule`] is a [`Switch`] with the requests that it applies to; a new case in a test is one line.

use bytes::Bytes;

/// What a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// Any request. Only for rules; no request is recorded as this.
    Any,
    /// `GET` or `HEAD /_ping`.
    Ping,
    /// `GET /version`.
    Version,
    /// `GET /info`.
    Info,
    /// `GET /images/NAME/json`.
    Inspect,
    /// `GET /images/NAME/get`.
    Export,
    /// `POST /images/NAME/push`.
    Push,
    /// `POST /images/NAME/tag`.
    Tag,
    /// Anything else.
    Other,
}

/// Where in the stream of a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    /// Before anything was sent to the registry.
    First,
    /// After the layers, before the manifest.
    Middle,
    /// After everything, the digest included.
    Last,
}

/// One way to misbehave.
#[derive(Clone, Debug)]
pub enum Switch {
    /// Answers this status with a message as the engine words errors.
    Status(u16),
    /// Answers exactly this.
    Reply {
        /// The status.
        status: u16,
        /// The `content-type`.
        content_type: &'static str,
        /// The body.
        body: Bytes,
    },
    /// An HTML page of about this many bytes that repeats the credentials, as sent and decoded, again and again.
    HtmlEcho {
        /// The status.
        status: u16,
        /// The size of the page, in bytes.
        size: usize,
    },
    /// Ends the connection without an answer.
    Hangup,
    /// Never answers.
    Stall,
    /// Sets a field of the reply's header.
    Header(&'static str, String),
    /// Once the request is answered, a name points to another image.
    Retag {
        /// The name with its tag, `127.0.0.1:5000/team/app:v1`.
        name: String,
        /// The ID of an image that the engine has.
        image_id: String,
    },
    /// A push sends this image (by ID) instead of the one that is tagged, as when the tag moves meanwhile.
    PushOther(String),
    /// A push says what it always says, and sends nothing.
    PushNothing,
    /// The registry's answer to each layer is lost once: the daemon tries again, and finds the layer there.
    LoseLayerAnswers,
    /// A push answers 200, says nothing and sends nothing.
    SayNothing,
    /// The stream of a push ends with this line; what belongs after the position is neither done nor said.
    StreamError {
        /// Where.
        position: Position,
        /// The line; see [`error_line`] and its siblings.
        line: String,
    },
    /// The stream of a push goes without the status text that has the digest.
    WithoutDigestText,
    /// The stream of a push goes without the `aux` value.
    WithoutAux,
    /// The stream of a push names this digest.
    WrongDigest(String),
    /// An additional line in the stream of a push, before the last lines.
    ExtraLine(String),
    /// The connection ends after so many lines of the stream of a push.
    CutStreamAfter(usize),
    /// So many lines of the stream of a push, then silence.
    StallStreamAfter(usize),
    /// An export is of this image (by ID) instead of the one that was asked for.
    ExportOther(String),
    /// An export ends properly after so many bytes.
    EndExportAfter(usize),
    /// The connection ends after so many bytes of an export.
    CutExportAfter(usize),
    /// So many bytes of an export, then silence.
    StallExportAfter(usize),
    /// An export goes on for ever.
    EndlessExport,
    /// An export is this instead.
    ExportBytes(Bytes),
    /// The stream of a push comes in chunks of this many bytes, whatever the lines are.
    Chunks(usize),
}

/// A line with `error` alone, as old daemons wrote.
#[must_use]
pub fn error_line(message: &str) -> String {
    serde_json::json!({ "error": message }).to_string()
}

/// A line with `errorDetail` alone.
#[must_use]
pub fn error_detail_line(message: &str) -> String {
    serde_json::json!({ "errorDetail": { "message": message } }).to_string()
}

/// A line whose `errorDetail` has a code and no message.
#[must_use]
pub fn error_detail_without_message_line(code: i64) -> String {
    serde_json::json!({ "errorDetail": { "code": code } }).to_string()
}

/// A line whose `errorDetail` is null beside an `error`.
#[must_use]
pub fn error_detail_null_line(message: &str) -> String {
    serde_json::json!({ "errorDetail": null, "error": message }).to_string()
}

/// A line with both, as Docker 20.10 writes.
#[must_use]
pub fn real_error_line(message: &str) -> String {
    serde_json::json!({ "errorDetail": { "message": message }, "error": message }).to_string()
}

/// A [`Switch`] with the requests that it applies to.
#[derive(Clone, Debug)]
pub struct Rule {
    endpoint: Endpoint,
    pub(crate) switch: Switch,
    skip: u64,
    times: Option<u64>,
}

impl Rule {
    /// `switch` applies to every request to `endpoint`.
    #[must_use]
    pub fn on(endpoint: Endpoint, switch: Switch) -> Self {
        Self { endpoint, switch, skip: 0, times: None }
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

    /// Whether the rule applies to this request; counts it if it matches.
    pub(crate) fn take(&mut self, endpoint: Endpoint) -> bool {
        let matches = self.endpoint == Endpoint::Any || self.endpoint == endpoint;
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
