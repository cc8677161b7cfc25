//! moto's server: Amazon's APIs, of which ECR and IAM are asked, one process for each test that wants one.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use super::built;

/// A running moto; it ends when this goes.
pub(crate) struct Moto {
    process: Child,
    host: String,
}

/// The keys of a user that moto knows.
pub(crate) struct Keys {
    pub(crate) id: String,
    pub(crate) secret: String,
}

impl Moto {
    /// One that takes every signature, until [`Self::check_signatures`].
    pub(crate) fn start() -> Self {
        let mut process = Command::new(built("PUSHGATE_TEST_MOTO"))
            .args(["-H", "127.0.0.1", "-p", "0"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("moto_server runs");
        let mut lines = BufReader::new(process.stderr.take().expect("its log")).lines();
        let mut listens =
            lines.by_ref().map_while(Result::ok).filter_map(|line| Some(line.split_once("Running on http://")?.1.trim().to_owned()));
        let host = listens.next().expect("it says where it listens");
        // The log is read on, so that the server never waits for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        Self { process, host }
    }

    /// `http://127.0.0.1:PORT`.
    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.host)
    }

    /// Asks its ECR; `status` is what it must answer.
    #[track_caller]
    pub(crate) fn ecr(&self, action: &str, question: &Value, status: u16) -> Value {
        let target = format!("AmazonEC2ContainerRegistry_V20150921.{action}");
        let fields = [
            ("content-type", "application/x-amz-json-1.1"),
            ("x-amz-target", &target),
            ("authorization", &unsigned("ecr", "eu-central-1")),
        ];
        let (answered, body) = self.post("/", &fields, &question.to_string());
        assert_eq!(answered, status, "{action}: {body}");
        serde_json::from_str(&body).unwrap_or_else(|error| panic!("{error}: {body}"))
    }

    /// A user who may do what the policy says.
    pub(crate) fn user(&self, name: &str, policy: &Value) -> Keys {
        let iam = |question: &str| {
            let fields = [("content-type", "application/x-www-form-urlencoded"), ("authorization", &*unsigned("iam", "us-east-1"))];
            let (status, body) = self.post("/", &fields, &format!("Version=2010-05-08&UserName={name}&{question}"));
            assert_eq!(status, 200, "{body}");
            body
        };
        iam("Action=CreateUser");
        let policy: String = policy.to_string().bytes().map(|byte| format!("%{byte:02X}")).collect();
        iam(&format!("Action=PutUserPolicy&PolicyName=p&PolicyDocument={policy}"));
        let keys = iam("Action=CreateAccessKey");
        let element = |name: &str| {
            let (_, rest) = keys.split_once(&format!("<{name}>")).expect("an element");
            rest.split('<').next().expect("a text").to_owned()
        };
        Keys { id: element("AccessKeyId"), secret: element("SecretAccessKey") }
    }

    /// From now on requests need the signature of a user who may do what they ask for, or no longer.
    pub(crate) fn check_signatures(&self, check: bool) {
        let fields = [("content-type", "application/octet-stream")];
        let (status, body) = self.post("/moto-api/reset-auth", &fields, if check { "0" } else { "inf" });
        assert_eq!(status, 200, "{body}");
    }

    fn post(&self, target: &str, fields: &[(&str, &str)], body: &str) -> (u16, String) {
        let fields: String = fields.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let head =
            format!("POST {target} HTTP/1.1\r\nhost: {}\r\n{fields}content-length: {}\r\nconnection: close\r\n\r\n", self.host, body.len());
        let mut stream = TcpStream::connect(&self.host).expect("a connection");
        stream.write_all((head + body).as_bytes()).expect("a request");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        let (_, body) = answer.split_once("\r\n\r\n").expect("a head");
        (status, body.to_owned())
    }
}

/// A signature of nobody, by which moto tells service and region.
fn unsigned(service: &str, region: &str) -> String {
    format!("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/{region}/{service}/aws4_request, SignedHeaders=host, Signature=0")
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
