//! The grants and bindings that a file brings along for the flavor of its registry. The file may be a stranger's, so they are shown, and taken over
//! only if the person says so.

use pushgate_explain::Failure;
use pushgate_gate::credential_binding::CredentialBinding;
use pushgate_gate::grant::Grant;

use crate::cli::confirm::{Confirmation, confirm};
use crate::cli::context::Context;
use crate::zenml::ZenmlHook;

/// Grants and bindings, in their canonical form.
#[derive(Debug, Default)]
pub(super) struct Brought {
    pub(super) grants: Vec<String>,
    pub(super) credentials: Vec<String>,
}

impl Brought {
    /// What the file brings.
    ///
    /// # Errors
    /// It holds something that is no grant or no binding.
    pub(super) fn of(hook: &ZenmlHook) -> Result<Self, Failure> {
        Ok(Self {
            grants: Grant::parse_all(&hook.grants)?.iter().map(ToString::to_string).collect(),
            credentials: CredentialBinding::parse_all(&hook.credentials)?.iter().map(ToString::to_string).collect(),
        })
    }

    /// What is taken over, and what is not, in words.
    ///
    /// # Errors
    /// The terminal cannot be read.
    pub(super) fn take(self, context: &Context, flavor: &str, unasked: bool) -> Result<(Self, Vec<String>), Failure> {
        let things = self.in_words();
        if things.is_empty() {
            return Ok((self, things));
        }
        if unasked {
            things.iter().for_each(|thing| context.output.note(&format!("taken over: {thing}")));
            return Ok((self, Vec::new()));
        }
        let about: Vec<String> = std::iter::once(format!("the file gives the flavor {flavor}:")).chain(self.in_words()).collect();
        match confirm(context, &about, "Take this over?")? {
            Confirmation::Yes => Ok((self, Vec::new())),
            Confirmation::No => Ok((Self::default(), things)),
            Confirmation::NotAsked => {
                Ok((Self::default(), things.into_iter().map(|thing| format!("{thing}: --grants takes it over")).collect()))
            }
        }
    }

    fn in_words(&self) -> Vec<String> {
        let grants = self.grants.iter().map(|grant| format!("the grant `{grant}`"));
        grants.chain(self.credentials.iter().map(|binding| format!("the credential `{binding}`"))).collect()
    }
}
