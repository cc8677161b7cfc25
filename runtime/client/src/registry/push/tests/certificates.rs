//! Registries that ask for a client's certificate.

use std::path::PathBuf;

use super::*;
use crate::TlsFault;
use pushgate_net::ClientCertificate;

/// A registry, and the files of a client of it.
struct Stage {
    registry: Registry,
    folder: tempfile::TempDir,
}

impl Stage {
    async fn new() -> Self {
        let mut options = Options::default().tls();
        options.client_certificates = true;
        let stage = Self { registry: start(options).await, folder: tempfile::tempdir().unwrap() };
        let identity = stage.registry.client_identity().unwrap().unwrap();
        stage.write("ca.pem", stage.registry.ca_pem().unwrap());
        stage.write("me.pem", &identity.certificate);
        stage.write("me.key", &identity.key);
        stage
    }

    fn write(&self, name: &str, content: &str) {
        std::fs::write(self.path(name), content).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn client(&self, certificate: Option<(&str, &str)>) -> Result<RegistryClient, RegistryError> {
        let client_certificate =
            certificate.map(|(certificate, key)| ClientCertificate { certificate: self.path(certificate), key: self.path(key) });
        let scheme = Scheme::Https;
        RegistryClient::new(ClientOptions {
            scheme,
            ca_file: Some(self.path("ca.pem")),
            client_certificate,
            ..options(&self.registry, Credentials::Anonymous)
        })
    }
}

#[tokio::test]
async fn a_certificate_opens_the_registry_and_none_or_another_does_not() {
    let stage = Stage::new().await;
    push(&stage.client(Some(("me.pem", "me.key"))).unwrap(), &image().1).await.unwrap();
    assert!(stage.registry.tag_digest(REPOSITORY, "v1").is_some());

    let other = Stage::new().await;
    stage.write("other.pem", &std::fs::read_to_string(other.path("me.pem")).unwrap());
    stage.write("other.key", &std::fs::read_to_string(other.path("me.key")).unwrap());
    for certificate in [None, Some(("other.pem", "other.key"))] {
        let error = registry_error(push(&stage.client(certificate).unwrap(), &image().1).await);
        assert_eq!(error.tls_fault(), Some(TlsFault::CertificateRequired), "{error:?}");
    }
}

#[tokio::test]
async fn files_that_cannot_be_used_are_named_and_not_quoted() {
    let stage = Stage::new().await;
    let key = std::fs::read_to_string(stage.path("me.key")).unwrap();
    let body = key.lines().nth(1).unwrap().to_owned();
    stage.write("empty", "");
    stage.write("broken.key", &key.replace("-----END", "!-----END"));
    stage.write("garbage.key", &format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", body.get(..40).unwrap()));
    stage.write("garbage.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    let other = Stage::new().await;
    stage.write("other.key", &std::fs::read_to_string(other.path("me.key")).unwrap());
    for (certificate, key, named, words) in [
        ("absent.pem", "me.key", "absent.pem", "cannot be read"),
        ("empty", "me.key", "empty", "holds no certificate"),
        ("garbage.pem", "me.key", "garbage.pem", "cannot be used"),
        ("me.pem", "absent.key", "absent.key", "cannot be read"),
        ("me.pem", "empty", "empty", "no private key"),
        ("me.pem", "me.pem", "me.pem", "no private key"),
        ("me.pem", "broken.key", "broken.key", "no private key"),
        ("me.pem", "garbage.key", "garbage.key", "no private key"),
        ("me.pem", "other.key", "other.key", "is not the key of"),
    ] {
        let error = stage.client(Some((certificate, key))).unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(matches!(error, RegistryError::Trust(CertificateError::ClientCertificate { .. })), "{shown}");
        assert!(shown.contains(named) && shown.contains(words), "{words}: {shown}");
        assert!(!shown.contains(&body) && !shown.contains(body.get(..20).unwrap()), "{shown}");
    }
}

#[tokio::test]
async fn a_key_that_others_can_read_is_a_warning() {
    use std::os::unix::fs::PermissionsExt as _;
    let stage = Stage::new().await;
    let files = ClientCertificate { certificate: stage.path("me.pem"), key: stage.path("me.key") };
    for (mode, warned) in [(0o600, false), (0o400, false), (0o640, true), (0o644, true)] {
        std::fs::set_permissions(&files.key, std::fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(files.warning().is_some_and(|warning| warning.contains("me.key")), warned, "{mode:o}");
    }
}
