//! What a component was made with, as far as its outside tells: what goes wrong differs from one language to the next.

use crate::absent::Absent;

/// The tools that leave a trace at the outside of a component, which is there also when it comes compiled from the cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Toolchain {
    /// componentize-py: Python.
    Python,
    /// componentize-qjs, which `jco` calls: JavaScript.
    JavaScript,
    /// Any other.
    Other,
}

/// What probably ended a call: as far as the last words of the flavor, the function that it called and the tools that made it tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrapCause {
    /// It said nothing. What that means differs from one language to the next.
    Silence(Toolchain),
    /// A hook in JavaScript is `async`, and returned a promise.
    AsyncHook,
    /// A hook in JavaScript returned something other than an approval.
    JavaScriptResult,
    /// A hook in Python returned something other than an approval.
    PythonResult,
    /// A function in Python imports a module, which is not in the component.
    ImportInFunction,
    /// A program in Python read a file, or a function in it imports a module.
    FileOrImport,
    /// It looked for something that a flavor does not have.
    Absent(Absent),
    /// The runtime of Go waits, by a clock that the adapter in the component does not have.
    GoWaits,
    /// It called another function of WASI.
    OtherWasi,
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

    /// What the last words are about: those of the tool, which speaks of its own code, or those of an error of what the program looked for.
    pub(crate) fn about_words(self, words: &str, looked_for: Option<Absent>) -> Option<TrapCause> {
        let says = |text: &str| words.contains(text);
        match self {
            Self::JavaScript if says("from: \"promise\"") => Some(TrapCause::AsyncHook),
            Self::JavaScript if says("expected enum string") => Some(TrapCause::JavaScriptResult),
            Self::Python if says("ModuleNotFoundError") || says("ImportError") => Some(TrapCause::ImportInFunction),
            Self::Python if says("object has no attribute 'value'") => Some(TrapCause::PythonResult),
            Self::Other => Absent::of_words(words, looked_for).map(TrapCause::Absent),
            Self::Python | Self::JavaScript => None,
        }
    }

    /// What a call of this function of WASI is about, after these last words.
    pub(crate) fn about_wasi(self, function: &str, last_words: Option<&str>) -> TrapCause {
        if last_words.is_some_and(|words| words.contains("nanotime returning zero")) {
            return TrapCause::GoWaits;
        }
        let (interface, function) = function.split_once('#').unwrap_or((function, ""));
        let interface = interface.split('@').next().unwrap_or_default();
        match Absent::of_function(interface, function) {
            Some(Absent::Files) if self == Self::Python => TrapCause::FileOrImport,
            Some(absent) => TrapCause::Absent(absent),
            None => TrapCause::OtherWasi,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the tools say, of versions 0.25 of componentize-py and 1.35 of jco.
    #[test]
    fn the_words_of_a_tool_tell_the_cause() {
        for (toolchain, words, expected) in [
            (
                Toolchain::JavaScript,
                "thread '<unnamed>' (1) panicked at crates/runtime/src/call.rs:299:18: expected enum string: FromJs { from: \"promise\", to: \"string\", message: None }",
                Some(TrapCause::AsyncHook),
            ),
            (
                Toolchain::JavaScript,
                "panicked at crates/runtime/src/call.rs:299:18: expected enum string: FromJs { from: \"undefined\", to: \"string\", message: None }",
                Some(TrapCause::JavaScriptResult),
            ),
            (Toolchain::JavaScript, "Failed to call 'prepare': Value(Exception( Exception { message: Some(\"oops\")", None),
            (
                Toolchain::Python,
                "ModuleNotFoundError: No module named 'colorsys' thread '<unnamed>' (1) panicked at runtime/src/lib.rs:1293:29",
                Some(TrapCause::ImportInFunction),
            ),
            (
                Toolchain::Python,
                "PyErr { type: <class 'AttributeError'>, value: AttributeError(\"'NoneType' object has no attribute 'value'\"), traceback: None }",
                Some(TrapCause::PythonResult),
            ),
            (Toolchain::Other, "ModuleNotFoundError", None),
        ] {
            assert_eq!(toolchain.about_words(words, None), expected, "{words}");
        }
    }
}
