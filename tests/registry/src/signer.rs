//! Tokens that another registry can check: JSON web tokens signed with ES256 (distribution's token authentication).

use std::fmt;
use std::io;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rcgen::{CertificateParams, DnType, KeyPair};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use serde_json::{Value, json};

/// How long before now a token is valid already, for a registry whose clock is not this one.
const LEEWAY: Duration = Duration::from_secs(10);
/// How long a token is valid.
pub(crate) const LIFETIME: Duration = Duration::from_secs(300);

/// Signs tokens with a key of its own. A registry that trusts [`TokenSigner::certificate`] and expects [`TokenSigner::ISSUER`] takes them.
pub struct TokenSigner {
    key: EcdsaKeyPair,
    /// In DER, as the header of each token carries it.
    der: Vec<u8>,
    certificate: String,
    random: SystemRandom,
}

impl fmt::Debug for TokenSigner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("TokenSigner").finish_non_exhaustive()
    }
}

impl TokenSigner {
    /// The `iss` of each token.
    pub const ISSUER: &'static str = "pushgate test authority";

    /// One with a fresh key.
    ///
    /// # Errors
    /// The key cannot be made.
    pub fn new() -> io::Result<Self> {
        let pair = KeyPair::generate().map_err(io::Error::other)?;
        let mut params = CertificateParams::new(Vec::new()).map_err(io::Error::other)?;
        params.distinguished_name.push(DnType::CommonName, Self::ISSUER);
        let certificate = params.self_signed(&pair).map_err(io::Error::other)?;
        let random = SystemRandom::new();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pair.serialized_der(), &random)
            .map_err(|error| io::Error::other(error.to_string()))?;
        Ok(Self { key, der: certificate.der().to_vec(), certificate: certificate.pem(), random })
    }

    /// The certificate of the key, in PEM.
    #[must_use]
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// A token for a service that grants `access`, as distribution's token specification has it.
    pub(crate) fn sign(&self, service: &str, subject: &str, number: u64, access: &Value) -> io::Result<String> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_err(io::Error::other)?;
        let header = json!({ "typ": "JWT", "alg": "ES256", "x5c": [STANDARD.encode(&self.der)] });
        let claims = json!({
            "iss": Self::ISSUER,
            "sub": subject,
            "aud": service,
            "iat": now.as_secs(),
            "nbf": now.saturating_sub(LEEWAY).as_secs(),
            "exp": (now + LIFETIME).as_secs(),
            "jti": number.to_string(),
            "access": access,
        });
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()));
        let signature =
            self.key.sign(&self.random, signed.as_bytes()).map_err(|_| io::Error::other("the system gives no random numbers"))?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}
