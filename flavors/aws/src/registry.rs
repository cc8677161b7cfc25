//! The private registry of an account in a region, as its host names it.

use std::fmt;

/// A private registry of Amazon ECR.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Registry {
    /// The account: twelve digits.
    pub(crate) account: String,
    /// `eu-central-1`.
    pub(crate) region: String,
    /// Whether it is asked at an endpoint whose cryptography is validated (FIPS 140).
    fips: bool,
    /// Whether that endpoint has IPv6 addresses too.
    dual_stack: bool,
    domain: &'static Domain,
}

/// The names of a partition of AWS.
#[derive(Debug, PartialEq, Eq)]
struct Domain {
    /// As an ARN names it.
    partition: &'static str,
    /// What its regions begin with, and those of no partition behind it.
    regions: &'static str,
    /// What registries and the API end with.
    ipv4: &'static str,
    /// What both end with where they have IPv6 addresses too: registries after `on.`, the API after `api.`.
    dual_stack: &'static str,
}

/// `partitions.json` of AWS's SDKs (<https://github.com/boto/botocore>), after which the API is `api.ecr`, and with IPv6 `ecr`; what registries are
/// called stands in <https://docs.aws.amazon.com/general/latest/gr/ecr.html> and in `ecrPattern` of
/// <https://github.com/awslabs/amazon-ecr-credential-helper>. The partition `aws-us-gov` has the names of `aws`.
const DOMAINS: [Domain; 7] = [
    Domain { partition: "aws-cn", regions: "cn-", ipv4: "amazonaws.com.cn", dual_stack: "amazonwebservices.com.cn" },
    Domain { partition: "aws-eusc", regions: "eusc-", ipv4: "amazonaws.eu", dual_stack: "amazonwebservices.eu" },
    Domain { partition: "aws-iso", regions: "us-iso-", ipv4: "c2s.ic.gov", dual_stack: "aws.ic.gov" },
    Domain { partition: "aws-iso-b", regions: "us-isob-", ipv4: "sc2s.sgov.gov", dual_stack: "aws.scloud" },
    Domain { partition: "aws-iso-e", regions: "eu-isoe-", ipv4: "cloud.adc-e.uk", dual_stack: "cloud-aws.adc-e.uk" },
    Domain { partition: "aws-iso-f", regions: "us-isof-", ipv4: "csp.hci.ic.gov", dual_stack: "aws.hci.ic.gov" },
    Domain { partition: "aws", regions: "", ipv4: "amazonaws.com", dual_stack: "aws" },
];

/// Amazon's registry for everybody, another service with another API.
const PUBLIC: &str = "public.ecr.aws";

impl Registry {
    /// Reads it from the registry's URI, whose path says nothing about it.
    ///
    /// # Errors
    /// The host is none of a private registry; the text says what one is.
    pub(crate) fn parse(uri: &str) -> Result<Self, String> {
        let host = uri.split('/').next().unwrap_or_default();
        if host == PUBLIC {
            return Err(format!(
                "the registry's URI `{uri}` is in Amazon ECR Public, whose repositories this flavor cannot ask for: it is for private \
                 registries, `ACCOUNT.dkr.ecr.REGION.amazonaws.com`; leave it out here"
            ));
        }
        Self::from_host(host).ok_or_else(|| {
            format!(
                "the registry's URI `{uri}` is not in Amazon ECR, whose hosts are `ACCOUNT.dkr.ecr.REGION.amazonaws.com`, where ACCOUNT is 12 \
                 digits, and its variants for FIPS, IPv6, and other partitions than `aws`"
            )
        })
    }

    fn from_host(host: &str) -> Option<Self> {
        let (account, rest) = host.split_once('.')?;
        // dkr.ecr[-fips].REGION.amazonaws.com, or dkr-ecr[-fips].REGION.on.aws.
        let (dual_stack, rest) = match rest.strip_prefix("dkr.ecr") {
            Some(rest) => (false, rest),
            None => (true, rest.strip_prefix("dkr-ecr")?),
        };
        let (fips, rest) = match rest.strip_prefix("-fips.") {
            Some(rest) => (true, rest),
            None => (false, rest.strip_prefix('.')?),
        };
        let (region, name) = rest.split_once('.')?;
        let domain = DOMAINS.iter().find(|domain| region.starts_with(domain.regions))?;
        let is_named = if dual_stack { name.strip_prefix("on.") == Some(domain.dual_stack) } else { name == domain.ipv4 };
        let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
        let is_region =
            region.contains('-') && region.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        (is_named && is_account && is_region).then(|| Self {
            account: account.to_owned(),
            region: region.to_owned(),
            fips,
            dual_stack,
            domain,
        })
    }

    /// The origin of the API: the endpoint that the SDKs of AWS would ask.
    pub(crate) fn endpoint(&self) -> String {
        let Self { region, fips, dual_stack, domain, .. } = self;
        let service = match (fips, dual_stack) {
            (true, _) => "ecr-fips",
            (false, true) => "ecr",
            (false, false) => "api.ecr",
        };
        let name = if *dual_stack { format!("api.{}", domain.dual_stack) } else { domain.ipv4.to_owned() };
        format!("https://{service}.{region}.{name}")
    }

    /// The ARN of one of its repositories, as a policy names it.
    pub(crate) fn arn(&self, repository: &str) -> String {
        let partition = if self.region.starts_with("us-gov-") { "aws-us-gov" } else { self.domain.partition };
        format!("arn:{partition}:ecr:{}:{}:repository/{repository}", self.region, self.account)
    }
}

/// `123456789012 in eu-central-1`.
impl fmt::Display for Registry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} in {}", self.account, self.region)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_lead_to_the_endpoint_of_the_sdks() {
        for (host, endpoint, arn) in [
            ("dkr.ecr.eu-central-1.amazonaws.com", "https://api.ecr.eu-central-1.amazonaws.com", "arn:aws:ecr:eu-central-1"),
            ("dkr.ecr-fips.us-east-1.amazonaws.com", "https://ecr-fips.us-east-1.amazonaws.com", "arn:aws:ecr:us-east-1"),
            ("dkr-ecr.us-east-1.on.aws", "https://ecr.us-east-1.api.aws", "arn:aws:ecr:us-east-1"),
            ("dkr-ecr-fips.us-east-1.on.aws", "https://ecr-fips.us-east-1.api.aws", "arn:aws:ecr:us-east-1"),
            ("dkr.ecr.us-gov-west-1.amazonaws.com", "https://api.ecr.us-gov-west-1.amazonaws.com", "arn:aws-us-gov:ecr:us-gov-west-1"),
            ("dkr.ecr.cn-north-1.amazonaws.com.cn", "https://api.ecr.cn-north-1.amazonaws.com.cn", "arn:aws-cn:ecr:cn-north-1"),
            (
                "dkr-ecr.cn-north-1.on.amazonwebservices.com.cn",
                "https://ecr.cn-north-1.api.amazonwebservices.com.cn",
                "arn:aws-cn:ecr:cn-north-1",
            ),
            ("dkr.ecr.eusc-de-east-1.amazonaws.eu", "https://api.ecr.eusc-de-east-1.amazonaws.eu", "arn:aws-eusc:ecr:eusc-de-east-1"),
            (
                "dkr-ecr.eusc-de-east-1.on.amazonwebservices.eu",
                "https://ecr.eusc-de-east-1.api.amazonwebservices.eu",
                "arn:aws-eusc:ecr:eusc-de-east-1",
            ),
            ("dkr.ecr.us-iso-east-1.c2s.ic.gov", "https://api.ecr.us-iso-east-1.c2s.ic.gov", "arn:aws-iso:ecr:us-iso-east-1"),
            ("dkr.ecr.us-isob-east-1.sc2s.sgov.gov", "https://api.ecr.us-isob-east-1.sc2s.sgov.gov", "arn:aws-iso-b:ecr:us-isob-east-1"),
            ("dkr.ecr.eu-isoe-west-1.cloud.adc-e.uk", "https://api.ecr.eu-isoe-west-1.cloud.adc-e.uk", "arn:aws-iso-e:ecr:eu-isoe-west-1"),
            (
                "dkr.ecr.us-isof-south-1.csp.hci.ic.gov",
                "https://api.ecr.us-isof-south-1.csp.hci.ic.gov",
                "arn:aws-iso-f:ecr:us-isof-south-1",
            ),
            ("dkr-ecr.us-iso-east-1.on.aws.ic.gov", "https://ecr.us-iso-east-1.api.aws.ic.gov", "arn:aws-iso:ecr:us-iso-east-1"),
            ("dkr.ecr.mx-central-1.amazonaws.com", "https://api.ecr.mx-central-1.amazonaws.com", "arn:aws:ecr:mx-central-1"),
        ] {
            for path in ["", "/team", "/team/app"] {
                let registry = Registry::parse(&format!("123456789012.{host}{path}")).unwrap();
                assert_eq!(registry.endpoint(), endpoint, "{host}");
                assert_eq!(registry.arn("team/app"), format!("{arn}:123456789012:repository/team/app"));
            }
        }
    }

    #[test]
    fn other_hosts_are_none_of_amazon_ecr() {
        for uri in [
            "ghcr.io",
            "public.ecr.aws/abc",
            "dkr.ecr.eu-central-1.amazonaws.com",
            "12345678901.dkr.ecr.eu-central-1.amazonaws.com",
            "1234567890123.dkr.ecr.eu-central-1.amazonaws.com",
            "12345678901a.dkr.ecr.eu-central-1.amazonaws.com",
            "123456789012.dkr.ecr.eu-central-1.amazonaws.com:443",
            "123456789012.dkr.ecr.eu-central-1.amazonaws.com.evil.example",
            "123456789012.dkr.ecr.eu-central-1.evil.amazonaws.com",
            "123456789012.dkr.ecr.amazonaws.com",
            "123456789012.dkr.ecr..amazonaws.com",
            "123456789012.dkr.ecr.eu_central_1.amazonaws.com",
            "123456789012.dkr.ecrx.eu-central-1.amazonaws.com",
            "123456789012.dkr.ecr.eu-central-1.on.aws",
            "123456789012.dkr-ecr.eu-central-1.amazonaws.com",
            "123456789012.dkr-ecr.eusc-de-east-1.amazonaws.eu",
            "123456789012.dkr-ecr.us-east-1.api.aws",
            // A region of another partition.
            "123456789012.dkr.ecr.cn-north-1.amazonaws.com",
            "123456789012.dkr.ecr.eu-central-1.amazonaws.com.cn",
            "123456789012.dkr.ecr.us-iso-east-1.amazonaws.com",
            "123456789012.dkr.ecr.us-isob-east-1.c2s.ic.gov",
            "123456789012.dkr.ecr.eusc-de-east-1.amazonaws.com",
        ] {
            assert!(Registry::parse(uri).is_err_and(|text| text.contains(uri)), "{uri}");
        }
        assert!(Registry::parse("public.ecr.aws/abc").is_err_and(|text| text.contains("is in Amazon ECR Public")));
    }
}
