//! TLS to the Engine: both sides prove who they are, with the files that Docker's client uses.

use std::net::SocketAddr;
use std::path::Path;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::*;

/// An authority that was made for one test.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: rcgen::Certificate,
}

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut parameters = CertificateParams::new(Vec::<String>::new()).unwrap();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = parameters.self_signed(&key).unwrap();
        Self { issuer: Issuer::new(parameters, key), certificate }
    }

    fn sign(&self, names: &[&str]) -> (rcgen::Certificate, KeyPair) {
        let key = KeyPair::generate().unwrap();
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        (CertificateParams::new(names).unwrap().signed_by(&key, &self.issuer).unwrap(), key)
    }

    /// Writes what a client needs that trusts this authority, and is known to it.
    fn write_client_files(&self, folder: &Path) {
        let (certificate, key) = self.sign(&["client"]);
        std::fs::write(folder.join("ca.pem"), self.certificate.pem()).unwrap();
        std::fs::write(folder.join("cert.pem"), certificate.pem()).unwrap();
        std::fs::write(folder.join("key.pem"), key.serialize_pem()).unwrap();
    }

    /// Takes TLS from clients that this authority knows, and passes on what they say.
    async fn relay(&self, to: SocketAddr) -> u16 {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.der().clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let clients = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider)).build().unwrap();
        let (certificate, key) = self.sign(&["localhost"]);
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_client_cert_verifier(clients)
            .with_single_cert(vec![certificate.der().clone()], PrivateKeyDer::try_from(key.serialize_der()).unwrap())
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    // A client that is refused, or refuses, has ended its test's connection.
                    let Ok(mut client) = acceptor.accept(stream).await else { return };
                    let mut engine = TcpStream::connect(to).await.unwrap();
                    let _ = tokio::io::copy_bidirectional(&mut client, &mut engine).await;
                });
            }
        });
        port
    }
}

fn with_files(host: String, folder: &Path) -> EngineEnvironment {
    EngineEnvironment { docker_cert_path: Some(folder.to_owned()), docker_tls_verify: Some("1".to_owned()), ..at(host) }
}

async fn refused(environment: &EngineEnvironment) -> String {
    DockerEngine::connect_with_limits(environment, limits()).await.expect_err("no trust").to_string()
}

#[tokio::test]
async fn both_sides_are_proved() {
    let fake = start(Options::default().tcp()).await;
    fake.add_image(&Image::default(), &["app:v1"]);
    let authority = Authority::new();
    let port = authority.relay(fake.tcp_address().unwrap()).await;
    let folder = tempfile::tempdir().unwrap();
    authority.write_client_files(folder.path());
    for host in [format!("tcp://localhost:{port}"), format!("https://localhost:{port}")] {
        let engine = DockerEngine::connect_with_limits(&with_files(host, folder.path()), limits()).await.unwrap();
        engine.inspect("app:v1").await.unwrap();
        assert!(engine.description().contains("https://localhost"), "{engine:?}");
    }
    // The folder in the home folder does as well.
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join(".docker")).unwrap();
    authority.write_client_files(&home.path().join(".docker"));
    let environment = EngineEnvironment { home: Some(home.path().to_owned()), ..at(format!("https://localhost:{port}")) };
    DockerEngine::connect_with_limits(&environment, limits()).await.unwrap();
}

#[tokio::test]
async fn who_is_not_proved_is_not_spoken_with() {
    let fake = start(Options::default().tcp()).await;
    let authority = Authority::new();
    let port = authority.relay(fake.tcp_address().unwrap()).await;
    let folder = tempfile::tempdir().unwrap();
    authority.write_client_files(folder.path());

    let other_name = refused(&with_files(format!("tcp://127.0.0.1:{port}"), folder.path())).await;
    assert!(other_name.contains("certificate"), "{other_name}");

    let strangers = tempfile::tempdir().unwrap();
    Authority::new().write_client_files(strangers.path());
    let unknown = refused(&with_files(format!("tcp://localhost:{port}"), strangers.path())).await;
    assert!(unknown.contains("certificate"), "{unknown}");

    // The Engine asks for a certificate, and this client has none.
    std::fs::remove_file(folder.path().join("cert.pem")).unwrap();
    std::fs::remove_file(folder.path().join("key.pem")).unwrap();
    refused(&with_files(format!("tcp://localhost:{port}"), folder.path())).await;

    // An Engine without TLS.
    let plain = fake.tcp_address().unwrap().port();
    refused(&with_files(format!("tcp://localhost:{plain}"), folder.path())).await;
    assert!(fake.requests().is_empty());
}

#[tokio::test]
async fn files_that_cannot_be_used_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let environment = with_files("tcp://localhost:1".to_owned(), folder.path());
    let absent = refused(&environment).await;
    assert!(absent.contains("ca.pem") && absent.contains("No such file"), "{absent}");
    std::fs::write(folder.path().join("ca.pem"), "hello").unwrap();
    assert!(refused(&environment).await.contains("holds no certificate"));
    Authority::new().write_client_files(folder.path());
    std::fs::write(folder.path().join("key.pem"), "S3CRET-CANARY").unwrap();
    let key = refused(&environment).await;
    assert!(key.contains("key.pem") && !key.contains("CANARY"), "{key}");
    std::fs::remove_file(folder.path().join("key.pem")).unwrap();
    assert!(refused(&environment).await.contains("key.pem"));
    std::fs::write(folder.path().join("ca.pem"), vec![b'x'; 1024 * 1024 + 1]).unwrap();
    assert!(refused(&environment).await.contains("exceeds the limit of 1 MiB"));
}
