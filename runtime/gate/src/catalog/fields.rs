//! Every field of the catalog: what the parser knows, and what `docs/reference/catalog.md` says of it.

/// A field of one of the catalog's tables.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its key.
    pub name: &'static str,
    /// What it holds, in words.
    pub kind: &'static str,
    /// What holds without it, in Markdown; `must be set` where nothing does.
    pub default: &'static str,
    /// What it means, in Markdown.
    pub meaning: &'static str,
}

/// What a table of the catalog may have. Any other field is an error.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// How the table is written, as in `[registries.NAME]`; empty for the file itself.
    pub title: &'static str,
    /// What it stands for.
    pub about: &'static str,
    /// Its fields.
    pub fields: &'static [Field],
}

const fn field(name: &'static str, kind: &'static str, default: &'static str, meaning: &'static str) -> Field {
    Field { name, kind, default, meaning }
}

const REQUIRED: &str = "must be set";
const NONE: &str = "none";

/// The file.
pub const ROOT: Table = Table {
    title: "",
    about: "The file itself.",
    fields: &[
        field("version", "integer", REQUIRED, "The version of this format: 1."),
        field("default-registry", "text", NONE, "The registry that is meant where none is named: `registry use NAME` sets it."),
        field("flavors", "table", NONE, "The flavors, by name: `[flavors.NAME]`."),
        field("registries", "table", NONE, "The registries, by name: `[registries.NAME]`."),
    ],
};

/// A flavor.
pub const FLAVOR: Table = Table {
    title: "[flavors.NAME]",
    about: "A flavor that is registered, besides those that ship. `flavor register` writes it.",
    fields: &[field("digest", "text", REQUIRED, "`sha256:` and the digest of the component, which lies in the component store under it.")],
};

/// A registry.
pub const REGISTRY: Table = Table {
    title: "[registries.NAME]",
    about: "A registry that is registered. `registry register` writes it, and `registry update` changes it.",
    fields: &[
        field("uri", "text", REQUIRED, "The registry's host, or its host and a path that everything pushed lies under."),
        field(
            "transport",
            "`plain-http` or `tls`",
            "TLS, but plain HTTP on loopback",
            "How the registry is spoken to: over plain HTTP or TLS.",
        ),
        field("ca-file", "absolute path", NONE, "A PEM file with certificate authorities that are trusted besides the system's."),
        field("client-certificate", "absolute path", NONE, "A PEM file with what is shown to a registry that asks for a certificate."),
        field("client-key", "absolute path", NONE, "Its private key. Both are there, or neither."),
        field(
            "token-servers",
            "list of texts",
            "those that are known to belong",
            "Origins of token servers on other hosts that get the registry's password.",
        ),
        field(
            "hooks",
            "list of tables",
            NONE,
            "The flavors that are asked, in this order: `[[registries.NAME.hooks]]`. A flavor stands in it once.",
        ),
    ],
};

/// A hook.
pub const HOOK: Table = Table {
    title: "[[registries.NAME.hooks]]",
    about: "A flavor that the registry asks. `registry add-hook` writes it.",
    fields: &[
        field("flavor", "text", REQUIRED, "The flavor's name."),
        field("settings", "table", "`{}`", "The settings that it gets, by the flavor's schema. They are no secret."),
        field("grants", "list of texts", "`[]`", "What it may do: `registry`, `http=ORIGIN`, `http=ORIGIN,private`."),
        field(
            "credentials",
            "list of texts",
            "`[]`",
            "What pushgate adds to its requests: `ORIGIN=basic`, `ORIGIN=bearer`, `ORIGIN=sigv4:service=…,region=…`. The origin is granted too.",
        ),
        field(
            "limits",
            "table",
            "`{}`",
            "What it may use, where that differs from [the default](../hooks.md#limits): `{ memory = \"128MiB\", calls = 100 }`.",
        ),
        field("mode", "`enforce` or `warn`", "`enforce`", "Whether its refusals stop a push, or only warn."),
    ],
};

/// All of them, from the outside in: the order of the page.
pub const TABLES: [Table; 4] = [ROOT, FLAVOR, REGISTRY, HOOK];
