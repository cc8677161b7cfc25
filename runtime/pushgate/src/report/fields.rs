//! The members of the JSON report, for the reference. A test compares them with what is written, and `docs/reference/report.md` is made from them.

use pushgate_gate::decision::HookVerdict;

/// A member of the report.
#[derive(Debug)]
pub struct Field {
    /// Where it stands: `hooks[].violations[].code`.
    pub path: &'static str,
    /// Its type in JSON.
    pub kind: &'static str,
    /// When it is there.
    pub when: &'static str,
    /// What it says.
    pub meaning: &'static str,
}

const fn field(path: &'static str, kind: &'static str, when: &'static str, meaning: &'static str) -> Field {
    Field { path, kind, when, meaning }
}

/// Every member, in the order in which it is written.
pub const FIELDS: &[Field] = &[
    field("schema", "number", "always", "the form of the report: 1"),
    field("verdict", "string", "always", "`pushed`; `accepted` by a check; `refused` with exit 3 and 4; `failed` with every other code"),
    field("remote", "string", "once a push begins", "what the push did to the registry, see below"),
    field("image", "string", "once the image's name is understood", "the canonical reference, `host/repository:tag`"),
    field("digest", "string", "with `pushed`", "the digest of the manifest that the registry serves under the tag"),
    field("registry", "object", "once the registry is found", "where the image may go"),
    field("registry.name", "string", "for a registered registry", "its name in the catalog"),
    field("registry.uri", "string", "with `registry`", "its canonical URI"),
    field("hooks", "array", "always", "one entry for each hook, in the order in which they are asked; empty if they were not loaded"),
    field("hooks[].flavor", "string", "always", "the flavor's name, or the path of its component"),
    field("hooks[].digest", "string", "once the component is read", "the digest of the component"),
    field("hooks[].verdict", "string", "always", "what became of the hook, see below"),
    field("hooks[].violations", "array", "always", "the reasons of a hook that refused or warned"),
    field("hooks[].violations[].code", "string", "always", "stable and machine-readable: `tag.forbidden`"),
    field("hooks[].violations[].message", "string", "always", "the reason, for people"),
    field("hooks[].violations[].hint", "string", "if the flavor gives one", "what to do about it"),
    field("hooks[].violations[].details", "object", "always", "what the reason is about"),
    field("hooks[].violations[].details.KEY", "string", "as the flavor gives it", "one value of it"),
    field("messages", "array", "always", "what the flavors say to the person who pushes: their log messages of the level `info`"),
    field("messages[].hook", "string", "always", "the flavor"),
    field("messages[].message", "string", "always", "what it says"),
    field(
        "warnings",
        "array",
        "always",
        "what deserves attention without stopping the push; the violations of hooks that warn are among them",
    ),
    field("warnings[].hook", "string", "if a flavor warns", "the flavor"),
    field("warnings[].code", "string", "unless it is a flavor's log message", "stable and machine-readable"),
    field("warnings[].message", "string", "always", "what to know"),
    field("warnings[].hint", "string", "if there is a remedy", "what to do about it"),
    field("not_looked_into", "array", "with `--verify`, if there is any", "layers whose bytes were compared, and whose content was not"),
    field("not_looked_into[].layer", "string", "always", "the digest of the layer"),
    field("not_looked_into[].reason", "string", "always", "`encrypted`, or `zstd-window`: unpacking it takes too much memory"),
    field("not_looked_into[].message", "string", "always", "the same, for people"),
    field("error", "object", "unless the verdict is `pushed` or `accepted`", "why it ended"),
    field("error.code", "number", "with `error`", "the [exit code](exit-codes.md)"),
    field("error.kind", "string", "with `error`", "its `kind`"),
    field("error.message", "string", "with `error`", "what happened, for people"),
    field("error.hint", "string", "if there is a remedy", "what to do about it"),
    field("timings_ms", "object", "always", "how long the steps took, in milliseconds"),
    field("timings_ms.check", "number", "once the URI check is done", "the name, the catalog and the URI check"),
    field("timings_ms.hooks", "number", "once a hook was asked", "the hooks, and reading the image if one asked for it"),
    field("timings_ms.push", "number", "once a push ended, or failed", "the transfer and its confirmation"),
];

/// What an answer of a hook means, in words.
pub const fn meaning_of(verdict: HookVerdict) -> &'static str {
    match verdict {
        HookVerdict::Approved => "the push may go on",
        HookVerdict::Refused => "the image breaks the flavor's rules; `violations` says how (exit 4)",
        HookVerdict::Warned => "the same, and the hook's mode is `warn`: the push may go on",
        HookVerdict::Misconfigured => {
            "the flavor does not accept its settings or the registry's URI, or lacks a grant or a credential that it used (exit 8)"
        }
        HookVerdict::Unavailable => "the image cannot be read (exit 6), or the registry or a server that the flavor asked failed (exit 7)",
        HookVerdict::Broke => "the flavor trapped, met a limit or gave a bad answer (exit 5)",
        HookVerdict::NotAsked => "an earlier hook was misconfigured, unavailable or broke, which ended the push",
    }
}
