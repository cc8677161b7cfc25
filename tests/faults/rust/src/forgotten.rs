//! Refusals that are made and never given.

use pushgate_flavor::{Push, Refusal, Violations, deny};

/// Whether the tag says that one is made here; `kept` gives another one.
pub(crate) fn forgets(push: &Push, tag: &str) -> Result<(), Refusal> {
    match tag {
        "forgotten" => {
            let _ = deny("forgotten", "made and forgotten").hint("none"); // line: forgotten
        }
        "forgotten-helper" => {
            let _ = helper(push);
        }
        "forgotten-collected" => {
            let _: Violations = [deny("forgotten", "in a list")].into_iter().collect(); // line: forgotten-collected
        }
        "forgotten-unavailable" => {
            let _ = Refusal::unavailable("gone"); // line: forgotten-unavailable
        }
        "forgotten-misconfigured" => {
            let _ = Refusal::misconfigured("tags: none"); // line: forgotten-misconfigured
        }
        "forgotten-other" => {
            let _ = Refusal::other("no"); // line: forgotten-other
        }
        "forgotten-in-a-list" => {
            let _found = vec![Refusal::other("no")]; // line: forgotten-in-a-list
        }
        "forgotten-of-the-same-words" => {
            let _forgotten = Refusal::unavailable("gone"); // line: forgotten-of-the-same-words
            let dropped = Refusal::unavailable("gone");
            dropped.clone().withdraw();
            dropped.withdraw();
        }
        "forgotten-images" => {
            let _ = images(push);
        }
        "forgotten-and-another" => {
            let _ = deny("forgotten", "made and forgotten");
            return deny("given", "made and given").into();
        }
        "dropped" => {
            if let Err(refusal) = helper(push) {
                refusal.withdraw();
            }
            deny("forgotten", "made and dropped").withdraw();
        }
        _ => {}
    }
    Ok(())
}

fn helper(push: &Push) -> Result<(), Refusal> {
    if push.tag().is_some() {
        return deny("forgotten", "the result is ignored").into(); // line: forgotten-helper
    }
    Ok(())
}

fn images(push: &Push) -> Result<usize, Refusal> {
    Ok(push.images()?.len()) // line: forgotten-images
}
