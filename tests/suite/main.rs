//! The one integration test binary: what needs the built command, the guests, or more than one crate.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a helper of a test fails the test; clippy.toml allows it only in the test functions themselves"
)]

mod accidents;
mod ahead;
mod architecture;
mod archive;
mod at_once;
mod base_images;
mod capabilities;
mod catalog;
mod bombs;
mod by_digest;
mod cel;
mod check;
mod compile;
mod completions;
mod componentize;
mod config_members;
mod connection;
mod contract;
mod credentials;
mod direct;
mod documents;
mod ecr;
mod endless_files;
mod engine;
mod failing_disk;
mod flavor_accept;
mod flavor_build;
mod flavor_cases;
mod flavor_pages;
mod flavor_record;
mod flavor_test;
mod from_nothing;
mod help;
mod hints;
mod hooks;
mod import;
mod interrupt;
mod languages;
mod layout;
mod messages;
mod new_flavor;
mod login;
mod manual;
mod mistakes;
mod oci_conformance;
mod opa;
mod opened_paths;
mod permissions;
mod policies;
mod progress;
mod pushes_at_once;
mod questions;
mod real_distribution;
mod real_docker;
mod real_ecr;
mod real_podman;
mod real_registry;
mod real_skopeo;
mod real_zenml;
mod registries;
mod report;
mod rules_page;
mod secrets;
mod services;
mod settings;
mod shipped;
mod sizes;
mod sources;
mod strangers;
mod support;
mod trust;
#[allow(dead_code, reason = "the sandbox's own tests use the rest")]
#[path = "../../runtime/sandbox/src/tests/guest.rs"]
mod wat_guest;

/// A guest that no test runs does not compile: each has a test module or a test named here.
macro_rules! is_tested {
    ($guest:ident) => {
        #[allow(unused_imports, reason = "it only has to exist")]
        const _: () = {
            use self::tested::$guest as _;
        };
    };
}
pushgate_test_fixtures::for_each_guest!(is_tested);

/// Where each guest is tested.
mod tested {
    pub(crate) use crate::hooks as passthrough;
    pub(crate) use crate::hooks as probe;
    pub(crate) use crate::opa as ask_opa;
}
