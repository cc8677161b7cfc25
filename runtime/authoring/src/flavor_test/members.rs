//! Whether the members of a case's image config are those of the config that the host shows to a flavor.
//!
//! A member with another name, or in another place, is dropped where the host rebuilds the config: the case would be about an image without it, and pass for
//! a flavor that never looks. The names are those that the host reads ([`ImageConfig::SHAPE`]), so that the two cannot differ.

use pushgate_json::Shape;
use pushgate_oci::ImageConfig;
use serde_json::{Map, Value};

use super::suggestion;

/// Members of real configs that the host does not show, beside those that its shape names: of Docker's, BuildKit's and older tools.
const VENDORS: [&str; 24] = [
    "ArgsEscaped",
    "AttachStderr",
    "AttachStdin",
    "AttachStdout",
    "CpuShares",
    "Domainname",
    "Hostname",
    "Image",
    "MacAddress",
    "Memory",
    "MemorySwap",
    "NetworkDisabled",
    "OnBuild",
    "OpenStdin",
    "Shell",
    "StdinOnce",
    "StopTimeout",
    "Tty",
    "comment",
    "container",
    "docker_version",
    "id",
    "parent",
    "Size",
];

/// Where a config is written, and how strictly it is held to the names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    /// In the case: by hand, so that every member means something.
    InCase,
    /// In a file of its own, which a tool may have made with members of its own.
    InFile,
}

/// What is wrong, and what was probably meant.
type Fault = (String, Option<String>);

/// Proves that a flavor will see what the config says.
///
/// # Errors
/// The first member that it would not.
pub(super) fn check(config: &Map<String, Value>, written: Written) -> Result<(), Fault> {
    check_level(config, &ImageConfig::SHAPE, written.root(), written)
}

/// The place of a member of the image config with this name, as a case names it: `config.config.User`.
pub(super) fn place(name: &str) -> Option<String> {
    nearest(name, "", &known(Written::InCase))
}

impl Written {
    const fn root(self) -> &'static str {
        match self {
            Self::InCase => "config",
            Self::InFile => "",
        }
    }
}

fn check_level(object: &Map<String, Value>, shape: &'static Shape, path: &str, written: Written) -> Result<(), Fault> {
    let Shape::Members(members) = shape else { return Ok(()) };
    for (key, value) in object {
        let place = below(path, key);
        match (members.iter().find(|(name, _)| name == key), value) {
            (Some((_, Shape::Unread | Shape::Checked(_))), _) if written == Written::InCase => return Err(hidden(&place)),
            (Some((_, shape @ Shape::Members(_))), Value::Object(object)) => check_level(object, shape, &place, written)?,
            (Some(_), _) => {}
            (None, _) => check_unknown(key, path, members, written)?,
        }
    }
    Ok(())
}

fn check_unknown(key: &str, path: &str, members: &[(&str, Shape)], written: Written) -> Result<(), Fault> {
    let place = below(path, key);
    if VENDORS.contains(&key) || key.starts_with("moby.") {
        return if written == Written::InCase { Err(hidden(&place)) } else { Ok(()) };
    }
    let known = known(written);
    let nearest = match written {
        Written::InCase => nearest(key, path, &known),
        Written::InFile => unmistakable(key, path, &known),
    };
    let hint = match (nearest, written) {
        (Some(nearest), _) => suggestion::did_you_mean(&nearest),
        (None, Written::InFile) => return Ok(()),
        (None, Written::InCase) => {
            let shown = members.iter().filter(|(_, shape)| is_shown(shape)).map(|(name, _)| format!("`{name}`"));
            format!("the members of `{path}` are {}", shown.collect::<Vec<_>>().join(", "))
        }
    };
    Err((format!("`{place}` is no member of an image config"), Some(hint)))
}

fn hidden(place: &str) -> Fault {
    let problem = format!("a flavor never sees `{place}`: the host leaves it out of the image configs that it shows");
    (problem, Some("leave it out; only a `config-file` may hold it, as a tool writes it".to_owned()))
}

/// A member with its place.
struct Member {
    /// The place of the object that it stands in.
    path: String,
    name: &'static str,
}

/// Every member that a flavor sees.
fn known(written: Written) -> Vec<Member> {
    fn collect(shape: &'static Shape, path: &str, known: &mut Vec<Member>) {
        let Shape::Members(members) = shape else { return };
        for (name, shape) in members.iter().filter(|(_, shape)| is_shown(shape)) {
            known.push(Member { path: path.to_owned(), name });
            collect(shape, &below(path, name), known);
        }
    }
    let mut known = Vec::new();
    collect(&ImageConfig::SHAPE, written.root(), &mut known);
    known
}

const fn is_shown(shape: &Shape) -> bool {
    !matches!(shape, Shape::Unread | Shape::Checked(_))
}

fn below(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// What was meant in a case: the name in this place, else in another one, else one that is nearly it.
fn nearest(key: &str, path: &str, known: &[Member]) -> Option<String> {
    let here = || known.iter().filter(|member| member.path == path);
    let exactly = here().chain(known).find(|member| suggestion::is_same(member.name, key));
    let near = |names: Vec<&'static str>| suggestion::nearest(key, names.into_iter());
    let found = exactly.or_else(|| {
        let name = near(here().map(|member| member.name).collect()).or_else(|| near(known.iter().map(|member| member.name).collect()))?;
        here().chain(known).find(|member| member.name == name)
    })?;
    Some(below(&found.path, found.name))
}

/// What was meant in a file, where that is beyond doubt: a tool's own member is no mistake.
fn unmistakable(key: &str, path: &str, known: &[Member]) -> Option<String> {
    let here = || known.iter().filter(|member| member.path == path);
    let nearly = |member: &&Member| strsim::osa_distance(&member.name.to_lowercase(), &key.to_lowercase()) <= 1 && member.name.len() > 2;
    let found = here().chain(known).find(|member| suggestion::is_same(member.name, key)).or_else(|| here().find(nearly))?;
    Some(below(&found.path, found.name))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn told(config: Value, written: Written) -> Option<String> {
        let Value::Object(config) = config else { panic!("an object") };
        check(&config, written).err().map(|(problem, hint)| format!("{problem}; {}", hint.unwrap_or_default()))
    }

    #[track_caller]
    fn meant(config: Value) -> String {
        let told = told(config, Written::InCase).expect("a fault");
        told.split_once("did you mean `").map_or(told.clone(), |(_, rest)| rest.trim_end_matches("`?").to_owned())
    }

    #[test]
    fn a_member_in_another_place_or_by_another_name_is_told_with_the_one_that_was_meant() {
        for (config, place) in [
            (json!({ "Env": ["A=b"] }), "config.config.Env"),
            (json!({ "User": "0" }), "config.config.User"),
            (json!({ "Labels": {} }), "config.config.Labels"),
            (json!({ "labels": {} }), "config.config.Labels"),
            (json!({ "exposed-ports": {} }), "config.config.ExposedPorts"),
            (json!({ "Os": "linux" }), "config.os"),
            (json!({ "architectur": "arm64" }), "config.architecture"),
            (json!({ "arch": "arm64" }), "config.architecture"),
            (json!({ "diff_ids": [] }), "config.rootfs.diff_ids"),
            (json!({ "config": { "env": [] } }), "config.config.Env"),
            (json!({ "config": { "Evn": [] } }), "config.config.Env"),
            (json!({ "config": { "Environment": [] } }), "config.config.Env"),
            (json!({ "config": { "Ports": {} } }), "config.config.ExposedPorts"),
            (json!({ "config": { "workdir": "/" } }), "config.config.WorkingDir"),
            (json!({ "config": { "EntryPoint": [] } }), "config.config.Entrypoint"),
            (json!({ "config": { "created": "2026-01-01T00:00:00Z" } }), "config.created"),
            (json!({ "config": { "config": {} } }), "config.config"),
            (json!({ "rootfs": { "diffids": [] } }), "config.rootfs.diff_ids"),
        ] {
            assert_eq!(meant(config.clone()), place, "{config}");
        }
        let told = told(json!({ "config": { "Zzz": 1 } }), Written::InCase).unwrap();
        assert_eq!(
            told,
            "`config.config.Zzz` is no member of an image config; the members of `config.config` are `User`, `ExposedPorts`, `Env`, `Entrypoint`, `Cmd`, \
             `Volumes`, `WorkingDir`, `Labels`, `StopSignal`, `Healthcheck`"
        );
    }

    #[test]
    fn keys_of_maps_are_free() {
        let config = json!({
            "created": "x", "author": "x", "os": "linux", "architecture": "amd64", "variant": "v8", "os.version": "10",
            "rootfs": { "type": "layers", "diff_ids": [] },
            "config": {
                "User": "1", "ExposedPorts": { "env": {} }, "Env": [], "Entrypoint": [], "Cmd": [], "Volumes": { "user": {} }, "WorkingDir": "/",
                "Labels": { "Env": "1", "healthcheck": "2" }, "StopSignal": "SIGTERM",
                "Healthcheck": { "Test": ["CMD", "true"], "Interval": 1 },
            },
        });
        for written in [Written::InCase, Written::InFile] {
            assert_eq!(told(config.clone(), written), None);
        }
    }

    #[test]
    fn what_the_host_leaves_out_may_stand_in_a_file() {
        for config in [
            json!({ "history": [{ "empty_layer": true }] }),
            json!({ "docker_version": "1" }),
            json!({ "container_config": {} }),
            json!({ "os.features": [] }),
            json!({ "moby.buildkit.buildinfo.v1": "x" }),
            json!({ "config": { "OnBuild": [] } }),
            json!({ "config": { "Shell": [] } }),
            json!({ "config": { "ArgsEscaped": true } }),
        ] {
            assert_eq!(told(config.clone(), Written::InFile), None);
            assert!(told(config.clone(), Written::InCase).unwrap().starts_with("a flavor never sees `config."), "{config}");
        }
        assert_eq!(told(json!({ "com.example.tool": 1, "config": { "Annotations": {} } }), Written::InFile), None);
    }

    #[test]
    fn what_stands_in_a_file_in_the_wrong_place_is_told() {
        for (config, place) in [
            (json!({ "Env": [] }), "config.Env"),
            (json!({ "Architecture": "amd64" }), "architecture"),
            (json!({ "Labels": {} }), "config.Labels"),
            (json!({ "config": { "user": "0" } }), "config.User"),
            (json!({ "config": { "Label": {} } }), "config.Labels"),
        ] {
            let told = told(config, Written::InFile).unwrap();
            assert!(told.ends_with(&format!("did you mean `{place}`?")), "{told}");
        }
    }
}
