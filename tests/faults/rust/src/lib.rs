//! Does what a flavor must not do: what the tag says.

use pushgate_flavor::{Flavor, NoSettings, Push, Refusal, flavor};

struct Hook;

impl Flavor for Hook {
    type Settings = NoSettings;

    fn prepare(push: &Push, _: NoSettings) -> Result<(), Refusal> {
        match push.tag() {
            Some("throw") => panic!("the tag is odd"),
            Some("print") => println!("printed by the flavor"),
            _ => {}
        }
        Ok(())
    }
}

flavor!(Hook);
