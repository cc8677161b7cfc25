//! A flavor's HTTP requests, to the origins that it was granted.

use pushgate_credentials::CredentialSources;
use pushgate_egress::{BoundCredential, OutboundClient, OutboundError, OutboundRequest};
use pushgate_net::{HttpGrant, RequestBudget};
use pushgate_sandbox::{HttpError, HttpRequest, HttpResponse};

use super::before::Unanswered;
use super::dry_run::refused_in_a_dry_run;
use super::missing_grants::granting;
use crate::credential_binding::CredentialBinding;
use crate::exit::Failure;
use crate::grant::Grant;
use crate::hook::Hook;

/// The requests of one hook.
pub(super) struct HttpRequests {
    hook: Hook,
    /// The name of the registry that has the hook, if it is registered.
    registry: Option<String>,
    client: OutboundClient,
    /// Pays for them, and for those that their credentials cost.
    budget: RequestBudget,
    /// Nothing may change anywhere.
    dry_run: bool,
}

impl HttpRequests {
    /// None if no origin is granted.
    pub(super) fn new(
        hook: &Hook,
        registry: Option<&str>,
        sources: &CredentialSources,
        dry_run: bool,
        budget: RequestBudget,
    ) -> Option<Self> {
        let grants: Vec<HttpGrant> = hook.grants.iter().filter_map(http_grant).collect();
        let bound = hook.credentials.iter().map(bound).collect();
        let client = || OutboundClient::new(grants.clone(), bound, sources.clone());
        let (hook, registry) = (hook.clone(), registry.map(str::to_owned));
        (!grants.is_empty()).then(|| Self { hook, registry, client: client(), budget, dry_run })
    }

    pub(super) async fn send(&self, request: HttpRequest, limit: usize) -> Result<HttpResponse, Unanswered<HttpError>> {
        if let (true, Some(refused)) = (self.dry_run, refused_in_a_dry_run(&request)) {
            return Err(Unanswered::from(refused));
        }
        let HttpRequest { method, url, headers, body } = request;
        tracing::info!(target: "flavor", "{}: sends a {method} request", self.hook.label);
        let sent = self.budget.pay_for(self.client.send(OutboundRequest { method, url, headers, body }, limit)).await;
        let response = sent.map_err(|error| self.unanswered(error))?;
        Ok(HttpResponse { status: response.status, headers: response.headers, body: response.body })
    }
}

impl HttpRequests {
    fn unanswered(&self, error: OutboundError) -> Unanswered<HttpError> {
        let grant =
            |origin: &str, private: &str| granting(&self.hook, self.registry.as_deref(), &[format!("--grant http={origin}{private}")]);
        let hint = match &error {
            OutboundError::NotGranted { origin: Some(origin) } => {
                Some(format!("if the flavor may go there, grant it with {}", grant(origin, "")))
            }
            OutboundError::Address { origin } => Some(format!(
                "a private address needs {}; those of this machine, of link-local services and of a cloud's metadata are never given by a name",
                grant(origin, ",private")
            )),
            _ => None,
        };
        unanswered(error, hint)
    }
}

fn http_grant(grant: &Grant) -> Option<HttpGrant> {
    let Grant::Http { origin, private } = grant else { return None };
    Some(HttpGrant::new(origin.clone(), *private))
}

fn bound(binding: &CredentialBinding) -> BoundCredential {
    BoundCredential::new(binding.origin.clone(), binding.form.clone())
}

/// What the flavor is told, and what the operator is told, with this hint where one is given. What is the flavor's own fault is no failure of the
/// capability.
fn unanswered(error: OutboundError, hint: Option<String>) -> Unanswered<HttpError> {
    let told = match &error {
        OutboundError::Invalid { problem } => return Unanswered::from(HttpError::InvalidRequest(problem.clone())),
        OutboundError::LimitExceeded { .. } | OutboundError::OutOfRequests { .. } => return Unanswered::from(HttpError::LimitExceeded),
        OutboundError::TooLarge { .. } => HttpError::TooLarge,
        OutboundError::NotGranted { .. } | OutboundError::Address { .. } => HttpError::NotGranted(error.to_string()),
        OutboundError::TimedOut { .. } => HttpError::TimedOut,
        OutboundError::Unreachable { .. } => HttpError::Unreachable("no connection could be made".to_owned()),
        OutboundError::Disconnected { .. } => HttpError::Unreachable("the connection broke off before the response was whole".to_owned()),
        OutboundError::NoCredential { .. } => HttpError::Other("the host has no credential for this origin".to_owned()),
        OutboundError::Credential { .. } | OutboundError::CredentialSource(_) => {
            HttpError::Other("the host cannot use its credential for this origin".to_owned())
        }
        OutboundError::Packed { .. } => HttpError::Other("the response is packed, which was not asked for".to_owned()),
        OutboundError::Tls { .. } => HttpError::Other("the request could not be sent".to_owned()),
    };
    let mut failure = Failure::from(error);
    failure.hint = hint.or(failure.hint);
    Unanswered { told, failure: Some(failure) }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;
    use std::io;
    use std::sync::{Arc, Mutex};

    use pushgate_credentials::{Credentials, Secret, Server};
    use pushgate_egress::CredentialForm;
    use pushgate_reference::{Host, Origin, Scheme};
    use pushgate_test_registry::{Options, Registry, Rule, Step, Switch};
    use tracing_subscriber::fmt::MakeWriter;

    use super::*;
    use crate::flavors::Component;
    use crate::hook_limits::HookLimits;
    use crate::hook_mode::HookMode;
    use crate::settings::Settings;

    #[derive(Clone, Default)]
    struct Buffer(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Buffer {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl<'a> MakeWriter<'a> for Buffer {
        type Writer = Self;

        fn make_writer(&'a self) -> Self {
            self.clone()
        }
    }

    /// F-17: every library at its most talkative.
    #[test]
    fn no_library_writes_a_credential_into_the_log() {
        let echo = Rule::on(Step::Any, Switch::HtmlEcho { status: 200, size: 1_000 });
        let server = Registry::start_blocking(Options::default().misbehave(echo)).unwrap();
        let home = tempfile::tempdir().unwrap();
        let sources = CredentialSources::from_environment(|name| match name {
            "HOME" => Some(home.path().into()),
            "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" | "AWS_SESSION_TOKEN" => Some(OsString::from("S3CRET-CANARY-aws")),
            _ => None,
        });
        let kept = Credentials::from_input("alice", Secret::new("S3CRET-CANARY-kept".to_owned())).unwrap();
        sources.docker().store(Server::origin(&server.origin()), &kept).unwrap();
        let origin = Origin::new(Scheme::Http, &Host::parse(&server.host()).unwrap());
        let sigv4 = CredentialForm::SigV4 { service: "ecr".to_owned(), region: "eu-central-1".to_owned() };
        let log = Buffer::default();
        let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(log.clone()).finish();
        let _guard = tracing::subscriber::set_default(subscriber);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        for form in [CredentialForm::Basic, CredentialForm::Bearer, sigv4] {
            let grants = vec![HttpGrant::new(origin.clone(), false)];
            let bound = vec![BoundCredential::new(origin.clone(), form.clone())];
            let client = OutboundClient::new(grants, bound, sources.clone());
            let hook = Hook {
                label: "f".to_owned(),
                component: Component::File("f.wasm".into()),
                settings: Settings::default(),
                grants: Vec::new(),
                credentials: Vec::new(),
                limits: HookLimits::default(),
                mode: HookMode::default(),
            };
            let requests = HttpRequests { hook, registry: None, client, budget: RequestBudget::new(1), dry_run: true };
            let request = HttpRequest { method: "GET".to_owned(), url: server.origin(), headers: Vec::new(), body: Vec::new() };
            let response = runtime.block_on(requests.send(request, 1 << 20)).unwrap();
            assert!(!String::from_utf8_lossy(&response.body).contains("CANARY"), "{form:?}");
        }
        let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        assert!(text.contains("response to a flavor"), "{text}");
        assert!(!text.contains("CANARY"), "{text}");
        for request in server.requests() {
            let secret = request.header("authorization").unwrap().rsplit([' ', '=']).find(|part| part.len() > 8).unwrap();
            assert!(!text.contains(secret), "{secret}: {text}");
        }
    }
}
