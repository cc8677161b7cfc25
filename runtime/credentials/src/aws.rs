//! What the environment says about keys of AWS. Nothing is read or asked before keys are needed.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fmt;

/// The variables that say where keys lie, or hold them.
const VARIABLES: [&str; 16] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_PROFILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_CONFIG_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_REGION",
    "AWS_STS_REGIONAL_ENDPOINTS",
    "HOME",
];

/// Where keys of AWS may lie: the variables of its tools, as they were at the start.
#[derive(Clone, Default)]
pub struct AwsSources(HashMap<String, String>);

impl fmt::Debug for AwsSources {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut names: Vec<_> = self.0.keys().collect();
        names.sort();
        formatter.debug_tuple("AwsSources").field(&names).finish()
    }
}

impl AwsSources {
    /// The environment as `variable` tells it. What is not Unicode is no key and no path of one.
    pub fn from_environment(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let set = |name: &&str| Some(((*name).to_owned(), variable(name)?.into_string().ok().filter(|value| !value.is_empty())?));
        Self(VARIABLES.iter().filter_map(set).collect())
    }

    /// Those that are set. Their values may be keys.
    #[must_use]
    pub fn variables(&self) -> &HashMap<String, String> {
        &self.0
    }
}
