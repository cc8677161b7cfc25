//! What a token is for.

/// What is to be done in a repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Access {
    Pull,
    /// Includes [`Access::Pull`].
    Push,
}

/// What a token is for. It is made from what is to be done, and never from a challenge.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Scope {
    /// Empty where the token only proves who one is.
    pub(super) repository: String,
    pub(super) access: Access,
    /// One more repository, to pull from.
    pub(super) also_pull: Option<String>,
}

impl Scope {
    pub(super) fn of(repository: &str, access: Access, also_pull: Option<&str>) -> Self {
        Self { repository: repository.to_owned(), access, also_pull: also_pull.map(str::to_owned) }
    }

    /// Whether a token for this does for `wanted`.
    pub(super) fn covers(&self, wanted: &Self) -> bool {
        self.repository == wanted.repository
            && (self.access == Access::Push || wanted.access == Access::Pull)
            && (wanted.also_pull.is_none() || self.also_pull == wanted.also_pull)
    }

    /// In the words of the token specification, a scope for each repository.
    pub(super) fn words(&self) -> Vec<String> {
        if self.repository.is_empty() {
            return Vec::new();
        }
        let actions = match self.access {
            Access::Pull => "pull",
            Access::Push => "pull,push",
        };
        let own = format!("repository:{}:{actions}", self.repository);
        std::iter::once(own).chain(self.also_pull.iter().map(|repository| format!("repository:{repository}:pull"))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(repository: &str, access: Access, also_pull: Option<&str>) -> Scope {
        Scope { repository: repository.to_owned(), access, also_pull: also_pull.map(str::to_owned) }
    }

    #[test]
    fn what_a_token_is_enough_for() {
        let push = scope("a", Access::Push, None);
        let mount = scope("a", Access::Push, Some("b"));
        let pull = scope("a", Access::Pull, None);
        for (given, wanted, enough) in [
            (&push, &push, true),
            (&push, &pull, true),
            (&pull, &push, false),
            (&mount, &push, true),
            (&mount, &pull, true),
            (&push, &mount, false),
            (&mount, &scope("a", Access::Push, Some("c")), false),
            (&push, &scope("b", Access::Push, None), false),
            (&scope("", Access::Pull, None), &pull, false),
        ] {
            assert_eq!(given.covers(wanted), enough, "{given:?} for {wanted:?}");
        }
    }

    #[test]
    fn scopes_in_words() {
        assert!(scope("", Access::Pull, None).words().is_empty());
        assert_eq!(scope("a/b", Access::Pull, None).words(), ["repository:a/b:pull"]);
        assert_eq!(scope("a/b", Access::Push, Some("c")).words(), ["repository:a/b:pull,push", "repository:c:pull"]);
    }
}
