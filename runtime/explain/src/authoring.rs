//! Projects of flavors, and ZenML.

use pushgate_authoring::componentize::ComponentizeError;
use pushgate_authoring::flavor_test::{CaseFault, Found, ProjectError, RecordError, Remedy, RunError};
use pushgate_authoring::new_project::NewProjectError;

use super::Explain;
use super::decide::{describe_settings, hint_of, kind_of};
use crate::Kind;

impl Explain for ProjectError {
    fn kind(&self) -> Kind {
        Kind::Usage
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::NoManifest { .. } => {
                "name the folder of a project, such as `pushgate flavor new` writes, or what to ask too: --component FILE.wasm, or the name of a flavor"
                    .to_owned()
            }
            Self::NotBuilt { folder, build: Some(build), .. } => {
                format!("build it first: in `{}`, run `{build}`, or give --build", folder.display())
            }
            Self::NotBuilt { build: None, .. } => "build it first".to_owned(),
            Self::Stale { folder, build: Some(build), .. } => {
                format!("build it again: in `{}`, run `{build}`, or give --build", folder.display())
            }
            Self::Stale { build: None, .. } => "build it again; with `build = \"COMMAND\"` in flavor.toml, --build does that".to_owned(),
            Self::TooManyFiles { .. } => "keep what is not the flavor's elsewhere, or name the component: --component FILE.wasm".to_owned(),
            Self::NotMade { .. } => "`component` in flavor.toml says where the build writes it".to_owned(),
            Self::NoBuild { .. } => "add it, such as `build = \"make\"`".to_owned(),
            Self::NoCases { .. } => "write one: a file NAME.toml with `image` and `[expect]`, see docs/testing-flavors.md".to_owned(),
            Self::NotRead { .. } => "a case is a file cases/NAME.toml: rename it, or move it out of cases/".to_owned(),
            Self::NoSuchCase { known, .. } if known.is_empty() => return None,
            Self::NoSuchCase { known, .. } => format!("there are: {}", known.join(", ")),
            Self::Case { fault, .. } => {
                return match fault {
                    CaseFault::Uri(error) => error.hint(),
                    CaseFault::Scope(error) => error.hint(),
                    CaseFault::Platform { error, .. } => error.hint(),
                };
            }
            Self::Unusable { hint, .. } | Self::Malformed { hint, .. } => return hint.clone(),
            Self::System { .. } | Self::BuildFailed { .. } => return None,
        })
    }
}

impl Explain for RunError {
    fn kind(&self) -> Kind {
        match self {
            Self::Flavor(error) => error.kind(),
            Self::Schema(error) => error.kind(),
            Self::Compare(error) => error.kind(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Flavor(error) => error.hint(),
            Self::Schema(error) => error.hint(),
            Self::Compare(error) => error.hint(),
        }
    }
}

impl Explain for RecordError {
    fn kind(&self) -> Kind {
        match self {
            Self::Decide(error) => error.kind(),
            Self::OutOfScope(error) => error.kind(),
            Self::Access(error) => error.kind(),
            Self::Project(error) => error.kind(),
            Self::Replaced { .. } | Self::NotSent { .. } => Kind::Usage,
            Self::Unanswered { failure, .. } => kind_of(failure),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Decide(error) => error.hint(),
            Self::OutOfScope(error) => error.hint(),
            Self::Access(error) => error.hint(),
            Self::Project(error) => error.hint(),
            Self::Replaced { .. } => Some("retry when its build has ended".to_owned()),
            Self::NotSent { .. } => {
                Some("--record-writes sends it too; in a case without `dry-run = true` it may change something there".to_owned())
            }
            Self::Unanswered { failure, .. } => hint_of(failure),
        }
    }
}

/// What may help where a case did not go as it should.
pub fn hint_of_found(found: &Found) -> Option<String> {
    let hint = match &found.remedy {
        Some(Remedy::OfCall(error)) => error.hint(),
        Some(Remedy::OfSettings { flavor }) => Some(describe_settings(flavor)),
        None => None,
    };
    match (&found.debug_problem, hint) {
        (Some(problem), Some(hint)) => Some(format!("{problem}; {hint}")),
        (problem, hint) => problem.clone().or(hint),
    }
}

impl Explain for ComponentizeError {
    fn kind(&self) -> Kind {
        match self {
            Self::World { .. } => Kind::Usage,
            _ => Kind::FlavorBroke,
        }
    }

    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NotAModule { .. } => {
                "give the file that the compiler made: for Go with GOOS=wasip1 GOARCH=wasm go build -buildmode=c-shared"
            }
            Self::AlreadyAComponent => "register it as it is: pushgate flavor register FILE.wasm",
            Self::MissingExport { .. } => {
                "Go: build with -buildmode=c-shared, and import the SDK in the package main; C: link the SDK's pushgate_flavor.c and bindings"
            }
            Self::Program => "Go: build with -buildmode=c-shared; C: link with -nostartfiles -Wl,--no-entry",
            Self::MissingSchema { .. } => {
                "Go: schema.Register(text) in an init function; C: PUSHGATE_SETTINGS_SCHEMA(text); \
                 or include pushgate:flavor/flavor@0.1.2 in the world instead of configurable-flavor"
            }
            Self::HiddenSchema { .. } => {
                "include pushgate:flavor/configurable-flavor@0.1.2 in the world instead of flavor, or leave the schema out of the module"
            }
            Self::UnknownImport { from, .. } if from == "env" => {
                "a function that was declared and never defined: link the file or library that defines it"
            }
            Self::UnknownImport { .. } => "a flavor imports what the contract has: `pushgate wit` prints it",
            Self::World { .. } => "--wit names the folder with world.wit and deps; --world the world, where there are several",
            Self::Encode { .. } => "a capability that the module uses must be imported by the world in --wit",
        };
        Some(hint.to_owned())
    }
}

impl Explain for NewProjectError {
    fn kind(&self) -> Kind {
        match self {
            Self::Exists { .. } | Self::Name { .. } | Self::Write { .. } => Kind::Usage,
            Self::Render(_) => Kind::Defect,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Exists { .. } => Some("choose another folder with --path, or take that one away".to_owned()),
            Self::Name { .. } => Some("begin it with a letter".to_owned()),
            Self::Write { .. } | Self::Render(_) => None,
        }
    }
}
