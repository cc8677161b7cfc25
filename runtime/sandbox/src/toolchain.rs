//! What a component was made with, as far as its outside tells: what goes wrong differs from one language to the next.

use crate::absent::Absent;

/// The tools that leave a trace at the outside of a component, which is there also when it comes compiled from the cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Toolchain {
    /// componentize-py: Python.
    Python,
    /// componentize-qjs, which `jco` calls: JavaScript.
    JavaScript,
    /// Any other.
    Other,
}

impl Toolchain {
    /// Both leave an export behind that only they themselves call.
    pub(crate) fn of(exports: impl Fn(&str) -> bool) -> Self {
        match () {
            () if exports("exports") => Self::Python,
            () if exports("init") => Self::JavaScript,
            () => Self::Other,
        }
    }

    /// The language that it was written in, and the tool. What the modules in it say is about the interpreter, which was written in another.
    pub(crate) const fn names(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Python => Some(("Python", "componentize-py")),
            Self::JavaScript => Some(("JavaScript", "componentize-qjs")),
            Self::Other => None,
        }
    }

    /// What its author can look for when a call ended without a word.
    pub(crate) const fn about_silence(self) -> &'static str {
        match self {
            Self::Python => {
                "it left no message. In Python without WASI that is an exception that nothing caught, a module that is imported inside a function (import at the top of \
                 the module), `print`, or an answer of the wrong shape: a refusal that is returned instead of raised, nothing returned, a violation without \
                 `details`. The SDK says which; so does a build with WASI, as the `debug-component` of `flavor.toml`"
            }
            Self::JavaScript => {
                "it left no message. In JavaScript that is an `async` hook, an error that is no refusal, or an answer of the wrong shape: a refusal that is returned \
                 instead of thrown, nothing returned, a violation without `details`, a number where a text belongs. The SDK says which"
            }
            Self::Other => "it left no message: log with level `error` before giving up",
        }
    }

    /// What its author can do about its last words: those of its tool, which speaks of its own code, or those of an error of what it looked for.
    pub(crate) fn about_words(self, words: &str, looked_for: Option<Absent>) -> Option<&'static str> {
        let says = |text: &str| words.contains(text);
        match self {
            Self::JavaScript if says("from: \"promise\"") => {
                Some("the hook is `async`: a flavor's hook answers before it returns: remove `async` and `await`")
            }
            Self::JavaScript if says("expected enum string") => {
                Some("the hook returned something else than `approved`: throw a refusal, and return `approved` where there is none")
            }
            Self::Python if says("ModuleNotFoundError") || says("ImportError") => {
                Some("a module that is imported inside a function is not in the component: import it at the top of the module")
            }
            Self::Python if says("object has no attribute 'value'") => {
                Some("the hook returned something else than `Approval.APPROVED`: raise a refusal, and return that where there is none")
            }
            Self::Other => Absent::of_words(words, looked_for).map(Absent::instead),
            Self::Python | Self::JavaScript => None,
        }
    }

    /// What its author can look for when it called this function of WASI, after these last words.
    pub(crate) fn about_wasi(self, function: &str, last_words: Option<&str>) -> &'static str {
        if last_words.is_some_and(|words| words.contains("nanotime returning zero")) {
            return "the runtime of Go waits, where the component has the usual adapter: make the component with `pushgate flavor component`, whose \
                    adapter has a clock for it";
        }
        let (interface, function) = function.split_once('#').unwrap_or((function, ""));
        let interface = interface.split('@').next().unwrap_or_default();
        match Absent::of_function(interface, function) {
            Some(Absent::Files) if self == Self::Python => {
                "a file is read, or a module is imported inside a function: import at the top of the module"
            }
            Some(absent) => absent.instead(),
            None => "a flavor decides by what `image-push` says and by the capabilities of the contract",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the tools say, of versions 0.25 of componentize-py and 1.35 of jco.
    #[test]
    fn the_words_of_a_tool_are_explained() {
        for (toolchain, words, expected) in [
            (
                Toolchain::JavaScript,
                "thread '<unnamed>' (1) panicked at crates/runtime/src/call.rs:299:18: expected enum string: FromJs { from: \"promise\", to: \"string\", message: None }",
                Some("`async`"),
            ),
            (
                Toolchain::JavaScript,
                "panicked at crates/runtime/src/call.rs:299:18: expected enum string: FromJs { from: \"undefined\", to: \"string\", message: None }",
                Some("return `approved`"),
            ),
            (Toolchain::JavaScript, "Failed to call 'prepare': Value(Exception( Exception { message: Some(\"oops\")", None),
            (
                Toolchain::Python,
                "ModuleNotFoundError: No module named 'colorsys' thread '<unnamed>' (1) panicked at runtime/src/lib.rs:1293:29",
                Some("at the top of the module"),
            ),
            (
                Toolchain::Python,
                "PyErr { type: <class 'AttributeError'>, value: AttributeError(\"'NoneType' object has no attribute 'value'\"), traceback: None }",
                Some("`Approval.APPROVED`"),
            ),
            (Toolchain::Other, "ModuleNotFoundError", None),
        ] {
            let advice = toolchain.about_words(words, None);
            assert!(advice.map_or(expected.is_none(), |advice| expected.is_some_and(|part| advice.contains(part))), "{words}: {advice:?}");
        }
    }
}
