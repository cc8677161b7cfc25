//! Of hooks, and of components for them.

use pushgate_authoring::componentize::ComponentizeError;
use pushgate_gate::credential_binding::CredentialBinding;
use pushgate_gate::grant::Grant;
use pushgate_gate::hook_limits::HookLimits;

use crate::Explain as _;

#[test]
fn of_what_a_hook_is_given() {
    for text in ["", "network", "http=https://a.example/path", "http=https://*.example.com"] {
        assert!(Grant::parse(text).unwrap_err().hint().is_some(), "{text}");
    }
    for text in ["memory", "memory=", "memory=2GiB", "calls= 5", "what=1"] {
        assert!(HookLimits::parse_all([text]).unwrap_err().hint().is_some(), "{text}");
    }
    assert!(HookLimits::parse_all(["what=1"]).unwrap_err().hint().unwrap().contains("memory, "));
    for form in ["", "basic,", "sigv4:service=ECR,region=x"] {
        assert!(CredentialBinding::parse(&format!("https://api.example.com={form}")).unwrap_err().hint().is_some(), "{form}");
    }
}

#[test]
fn of_a_module_that_is_no_flavor() {
    assert!(ComponentizeError::Program.hint().unwrap().contains("c-shared"));
    let undefined = ComponentizeError::UnknownImport { name: "missing".to_owned(), from: "env".to_owned() };
    assert!(undefined.hint().unwrap().contains("never defined"));
    assert!(ComponentizeError::HiddenSchema { interface: "settings-schema" }.hint().unwrap().contains("configurable-flavor"));
}
