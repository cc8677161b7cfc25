//! Does what a flavor must not do: what the tag says.

mod absent;
mod forgotten;

use std::hash::{BuildHasher, RandomState};
use std::time::{SystemTime, UNIX_EPOCH};

use pushgate_flavor::{Flavor, NoSettings, Push, Refusal, deny, flavor};

struct Hook;

impl Flavor for Hook {
    type Settings = NoSettings;

    fn prepare(push: &Push, _: NoSettings) -> Result<(), Refusal> {
        match push.tag() {
            Some("throw") => panic!("the tag is odd"),
            Some("print") => println!("printed by the flavor"),
            Some("clock") => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("a time after 1970");
                return deny("clock", since.as_secs().to_string()).into();
            }
            // What the order of a `HashMap` depends on.
            Some("random") => return deny("random", RandomState::new().hash_one(1).to_string()).into(),
            Some(tag) => return forgotten::forgets(push, tag).and_then(|()| absent::wants(tag)),
            None => {}
        }
        Ok(())
    }
}

flavor!(Hook);
