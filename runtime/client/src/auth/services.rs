use pushgate_net::permitted::{of_registry, realm};
use pushgate_net::{AddressPolicy, TokenServer};
use pushgate_reference::{Host, Scheme};
use url::Url;

/// The services for which a flavor ships, and those that are run by oneself: a challenge of each, as it is in public
/// documents and bug reports, and whether its token server is known.
#[test]
fn challenges_of_services() {
    for (service, host, challenge, known) in [
        (
            "Docker Hub: https://distribution.github.io/distribution/spec/auth/token/",
            "docker.io",
            r#"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:samalba/my-app:pull,push""#,
            true,
        ),
        (
            "GitHub: https://github.com/oras-project/oras/issues/968",
            "ghcr.io",
            r#"Bearer realm="https://ghcr.io/token",service="ghcr.io",scope="repository:user/image:pull""#,
            true,
        ),
        (
            "Google Artifact Registry: https://cloud.google.com/artifact-registry/docs/docker/authentication",
            "europe-docker.pkg.dev",
            r#"Bearer realm="https://europe-docker.pkg.dev/v2/token",service="europe-docker.pkg.dev""#,
            true,
        ),
        (
            "Google Container Registry: https://github.com/GoogleContainerTools/jib, RegistryClient",
            "gcr.io",
            r#"Bearer realm="https://gcr.io/v2/token",service="gcr.io",scope="repository:scratch-playground/demo-app:pull""#,
            true,
        ),
        (
            "Azure: https://azure.github.io/acr/Token-BasicAuth.html",
            "contosoregistry.azurecr.io",
            r#"Bearer realm="https://contosoregistry.azurecr.io/oauth2/token",service="contosoregistry.azurecr.io",scope="repository:hello-world:pull""#,
            true,
        ),
        (
            "DigitalOcean: https://github.com/docker/build-push-action/issues/585",
            "registry.digitalocean.com",
            r#"Bearer realm="https://api.digitalocean.com/v2/registry/auth",service="registry.digitalocean.com",scope="registry:catalog:*""#,
            true,
        ),
        (
            "Amazon ECR Public: https://github.com/oras-project/oras-dotnet/issues/395",
            "public.ecr.aws",
            r#"Bearer realm="https://public.ecr.aws/token/",service="public.ecr.aws",scope="aws""#,
            true,
        ),
        (
            "GitLab.com: https://gitlab.com/gitlab-org/container-registry, docs/spec/gitlab",
            "registry.gitlab.com",
            r#"Bearer realm="https://gitlab.com/jwt/auth",service="container_registry",scope="repository:andrew18/container-test:pull""#,
            true,
        ),
        (
            "Quay: https://github.com/regclient/regclient, internal/auth",
            "quay.io",
            r#"Bearer realm="https://quay.io/v2/auth",service="quay.io",scope="repository:org/repo:pull""#,
            true,
        ),
        (
            "Harbor: https://github.com/opentofu/opentofu/issues/3316",
            "harbor.example.com",
            r#"Bearer realm="https://harbor.example.com/service/token",service="harbor-registry",scope="repository:project/tfmod-aws-eks:pull""#,
            true,
        ),
        (
            "GitLab of one's own: https://docs.gitlab.com/administration/packages/container_registry/",
            "registry.example.com",
            r#"Bearer realm="https://gitlab.example.com/jwt/auth",service="container_registry""#,
            false,
        ),
        (
            "nobody's: a service's token server is for that service",
            "registry.example.com",
            r#"Bearer realm="https://api.digitalocean.com/v2/registry/auth""#,
            false,
        ),
    ] {
        let mut headers = http::HeaderMap::new();
        headers.insert(http::header::WWW_AUTHENTICATE, challenge.parse().unwrap());
        let challenges = crate::auth::challenge::challenges(&headers);
        let text = challenges[0].parameter("realm").unwrap();
        let registry = of_registry(Scheme::Https, &Host::parse(host).unwrap());
        let found = realm(&registry, &[], text);
        assert_eq!(found.is_ok(), known, "{service}");
        // One on another host may be on the public internet only, whatever its name leads to.
        let elsewhere =
            found.is_ok_and(|allowed| allowed.origin.hostname() != registry.hostname() && allowed.policy != AddressPolicy::Public);
        assert!(!elsewhere, "{service}");
        let origin = Url::parse(text).unwrap().origin().ascii_serialization();
        let named = [TokenServer::parse(&origin).unwrap()];
        assert_eq!(realm(&registry, &named, text).unwrap().url.as_str(), text, "{service}");
        // No other host, port or scheme of it.
        for other in [
            origin.replace("https", "http"),
            format!("{origin}:8443"),
            origin.replace("https://", "https://x."),
            format!("{origin}.evil.io"),
        ] {
            let own = other.starts_with("https") && Url::parse(&other).unwrap().host_str() == Some(registry.hostname());
            assert_eq!(realm(&registry, &[], &other).is_ok(), own, "{service}: {other}");
        }
    }
}
