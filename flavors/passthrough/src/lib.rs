//! Approves every push: the flavor to copy.

use pushgate_flavor::{Flavor, NoSettings, Push, Refusal, flavor, log};

struct Passthrough;

impl Flavor for Passthrough {
    type Settings = NoSettings;

    fn prepare(push: &Push, _settings: NoSettings) -> Result<(), Refusal> {
        log::debug(format_args!("{} may pass", push.reference()));
        Ok(())
    }
}

flavor!(Passthrough);

#[cfg(test)]
mod tests {
    use pushgate_flavor::testing::TestPush;

    use super::*;

    #[test]
    fn everything_passes() {
        assert_eq!(TestPush::new("registry.example.com", "team/app").tag("latest").ask::<Passthrough>(), Ok(()));
    }

    #[test]
    fn there_are_no_settings() {
        let push = TestPush::new("registry.example.com", "team/app").settings(r#"{"tags":[]}"#);
        assert!(matches!(push.ask::<Passthrough>(), Err(Refusal::Misconfigured(_))));
    }
}
