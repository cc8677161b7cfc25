//! `pushgate flavor test --record`: the answers of a real registry and a real server in a case, without secrets.

use pushgate_test_registry::{Options, Registry, Rule, Step, Switch};

use crate::support::{Home, Ran, Terminal, User, assert_whole, guest};

const CANARY: &str = "S3CRET-CANARY-Zm9v";

fn server(switch: Switch) -> Registry {
    Registry::start_blocking(Options::default().misbehave(Rule::on(Step::Any, switch))).expect("a server")
}

fn reply(status: u16, headers: &[(&'static str, &str)], body: &str) -> Switch {
    let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    Switch::Reply { status, headers, body: body.to_owned().into() }
}

/// A registry with a user, in which `team/app` has two tags.
fn registry() -> Registry {
    let registry = Registry::start_blocking(Options::default().token("person", CANARY)).expect("a registry");
    registry.put_image("team/app", "v1", &[]);
    registry.put_image("team/app", "v2", &[]);
    registry
}

/// Somebody who may ask the registry, and keeps a credential for the server.
fn home(registry: &Registry, server: &Registry) -> Home {
    let home = Home::new();
    home.log_in(&registry.host(), &User::new("person", CANARY));
    let mut command = home.command(["credential", "store", &server.origin(), "--username", "person", "--password-stdin"]);
    command.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::null());
    let mut child = command.spawn().expect("the command runs");
    std::io::Write::write_all(child.stdin.as_mut().expect("stdin"), CANARY.as_bytes()).expect("it reads");
    assert!(child.wait().expect("it ends").success());
    home
}

fn case(home: &Home, registry: &Registry, server: &Registry, more: &str) -> String {
    let (host, origin) = (registry.host(), server.origin());
    let text = format!(
        "# What this is about.\nimage = \"{host}/team/app:v1\" # the release\nsettings = {{ do = \"report\", look = [\"registry\", \"http\"], count = 10, url = \
         \"{origin}/ask?a=b\" }}\n{more}\n[expect] # as ever\nverdict = \"denied\"\n"
    );
    home.write("project/cases/asks.toml", &text);
    text
}

fn record(home: &Home, registry: &Registry, server: &Registry, more: &str) -> Ran {
    let (uri, origin, probe) = (registry.host(), server.origin(), guest("probe").display());
    home.run(&format!(
        "flavor test project --component {probe} --record --uri {uri} --grant registry --grant http={origin} --credential {origin}=basic {more}"
    ))
}

fn recorded(home: &Home) -> String {
    std::fs::read_to_string(home.join("project/cases/asks.toml")).expect("a case")
}

#[test]
fn what_the_world_answers_is_written_down_without_secrets() {
    let registry = registry();
    // A registry that knows the password can call a tag so.
    registry.put_image("team/app", CANARY, &[]);
    let fields = [
        ("content-type", "text/plain"),
        ("set-cookie", "session=S3CRET-CANARY-cookie"),
        ("www-authenticate", "Basic realm=S3CRET-CANARY-realm"),
        ("x-token", "S3CRET-CANARY-field"),
        ("retry-after", "7"),
    ];
    let server = server(reply(200, &fields, &format!("you are person:{CANARY}\nnaïve\n")));
    let home = home(&registry, &server);
    let before = case(&home, &registry, &server, "\n[[registry]]\nask = \"repository-exists\"\nrepository = \"team/old\"\nanswer = true\n");
    let ran = record(&home, &registry, &server, "-vvv");
    assert_eq!(ran.code, 0, "{ran:?}");
    let text = recorded(&home);
    assert!(!text.contains("CANARY") && !ran.stdout.contains("CANARY") && !ran.stderr.contains("CANARY"), "{text}\n{ran:?}");
    assert!(server.requests().iter().any(|request| request.header("authorization").is_some()), "the credential was used");
    let mut settings = insta::Settings::clone_current();
    for (pattern, replacement) in crate::support::filters(home.path()) {
        settings.add_filter(&pattern, replacement);
    }
    settings.bind(|| insta::assert_snapshot!(text));
    // Nobody is asked again, and a second recording finds nothing to change.
    let asked = registry.requests().len();
    assert_eq!(home.run(&format!("flavor test project --component {}", guest("probe").display())).code, 0);
    assert_eq!(registry.requests().len(), asked);
    assert_eq!(record(&home, &registry, &server, "").code, 0);
    assert_eq!(recorded(&home), text);
    assert!(before.lines().filter(|line| line.contains('#')).all(|line| text.contains(line)), "{text}");
}

/// That a POST only asks is the author's word, and stays.
#[test]
fn a_post_that_only_asks_stays_one() {
    let registry = registry();
    let server = server(reply(200, &[], "{}"));
    let home = home(&registry, &server);
    let (host, origin) = (registry.host(), server.origin());
    let text = format!(
        "image = \"{host}/team/app:v1\"\nsettings = {{ do = \"send\", method = \"POST\", body = \"query\", url = \"{origin}/\" }}\n[expect]\nverdict = \"approved\"\n"
    );
    home.write("project/cases/asks.toml", &text);
    let ran = record(&home, &registry, &server, "--record-writes");
    assert_eq!(ran.code, 5, "{ran:?}");
    assert!(ran.stdout.contains("if it only asks, say `reads = true`"), "{ran:?}");
    home.write("project/cases/asks.toml", recorded(&home).replace("status = ", "reads = true\nstatus = "));
    assert_eq!(record(&home, &registry, &server, "--record-writes").code, 0, "{}", recorded(&home));
    // The word is in the case, which may be a stranger's: a recording does not take it.
    assert_eq!(record(&home, &registry, &server, "").code, 2);
}

fn sends(home: &Home, registry: &Registry, server: &Registry, method: &str, more: &str) -> String {
    let (host, origin) = (registry.host(), server.origin());
    let text = format!(
        "image = \"{host}/team/app:v1\"\nsettings = {{ do = \"send\", method = \"{method}\", url = \"{origin}/\" }}\n{more}\n[expect]\nverdict = \"approved\"\n"
    );
    home.write("project/cases/asks.toml", &text);
    text
}

#[test]
fn only_get_and_head_are_sent_unless_writes_are_recorded() {
    let registry = registry();
    let server = server(reply(204, &[], ""));
    let home = home(&registry, &server);
    for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "get"] {
        let before = sends(&home, &registry, &server, method, "");
        let ran = record(&home, &registry, &server, "");
        assert_eq!(ran.code, 2, "{method}: {ran:?}");
        assert!(ran.stderr.contains(&format!("wants to send {method} {}/", server.origin())), "{ran:?}");
        assert!(ran.stderr.contains("hint: --record-writes sends it too"), "{ran:?}");
        assert_eq!(recorded(&home), before);
    }
    assert!(server.requests().is_empty());
    for method in ["GET", "HEAD"] {
        sends(&home, &registry, &server, method, "");
        assert_eq!(record(&home, &registry, &server, "").code, 0, "{method}");
    }
    let count = |method: &str| server.requests().iter().filter(|request| request.method == method).count();
    // In a case that is a dry run, what a check sends is sent.
    for (method, dry_run, sent) in [("POST", "dry-run = true", 1), ("PUT", "dry-run = true", 0), ("PUT", "", 1), ("DELETE", "", 1)] {
        sends(&home, &registry, &server, method, dry_run);
        record(&home, &registry, &server, "--record-writes");
        assert_eq!(count(method), sent, "{method} {dry_run}: {}", recorded(&home));
    }
}

/// Any component can call itself as a registered flavor does.
#[test]
fn a_component_that_only_bears_the_name_of_a_hook_is_given_nothing_of_it() {
    let registry = registry();
    let server = server(reply(204, &[], ""));
    let home = home(&registry, &server);
    let before = case(&home, &registry, &server, "");
    let (uri, origin) = (registry.host(), server.origin());
    home.must(&format!("flavor register {}", guest("probe").display()));
    home.must(&format!(
        "registry register prod --uri {uri} --flavor probe --grant registry --grant http={origin} --credential {origin}=basic"
    ));
    let mut bytes = std::fs::read(guest("probe")).expect("a component");
    bytes.extend([0, 3, 1, b'n', 7]);
    home.write("strange.wasm", bytes);
    let line = "flavor test project --component strange.wasm --record --registry prod";
    let ran = home.run(line);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert_whole!(home, ran);
    let no = Terminal::run(home.command(line.split_whitespace())).answer("[y/N] ", "").end();
    assert_eq!(no.code, 2, "{no:?}");
    assert!(
        no.stderr.contains(&format!("prod asks probe, granting registry, http={origin}, with the credentials {origin}=basic")),
        "{no:?}"
    );
    assert_eq!((registry.requests().len(), server.requests().len(), recorded(&home)), (0, 0, before), "nobody was asked");

    // What is said on the command line is given, and no more.
    home.must(&format!("{line} --grant registry --grant http={origin}"));
    assert!(server.requests().iter().all(|request| request.header("authorization").is_none()));
    let yes = Terminal::run(home.command(line.split_whitespace())).answer("[y/N] ", "y").end();
    assert_eq!(yes.code, 0, "{yes:?}");
    assert!(server.requests().iter().any(|request| request.header("authorization").is_some()));
}

/// One that the hook names and that is not registered is no reason either.
#[test]
fn a_hook_whose_flavor_is_gone_gives_nothing() {
    let registry = registry();
    let server = server(reply(204, &[], ""));
    let home = home(&registry, &server);
    case(&home, &registry, &server, "");
    let probe = guest("probe").display();
    home.write(
        ".config/pushgate/catalog.toml",
        format!(
            "version = 1\n[registries.prod]\nuri = \"{}\"\nhooks = [{{ flavor = \"probe\", grants = [\"registry\"] }}]\n",
            registry.host()
        ),
    );
    let ran = home.run(&format!("flavor test project --component {probe} --record --registry prod"));
    assert!(ran.code == 2 && ran.stderr.contains("(not registered)"), "{ran:?}");
    assert!(registry.requests().is_empty());
}

/// A case with the failures of one bad day would be worse than none.
#[test]
fn nothing_is_written_when_somebody_does_not_answer() {
    let registry = Registry::start_blocking(Options::default().token("person", "another")).expect("a registry");
    let server = server(reply(200, &[], ""));
    let home = home(&registry, &server);
    let before = case(&home, &registry, &server, "");
    let ran = record(&home, &registry, &server, "");
    assert_eq!(ran.code, 7, "{ran:?}");
    assert!(ran.stderr.contains("the case asks is not recorded"), "{ran:?}");
    assert_eq!(recorded(&home), before);
}

#[test]
fn who_is_asked_must_be_said_and_granted() {
    let registry = registry();
    let server = server(reply(200, &[], ""));
    let home = home(&registry, &server);
    case(&home, &registry, &server, "");
    let probe = guest("probe").display();
    assert_whole!(home, home.run(&format!("flavor test project --component {probe} --record")));
    let missing = home.run(&format!("flavor test project --component {probe} --record --uri {}", registry.host()));
    assert_eq!(missing.code, 8, "{missing:?}");
    let elsewhere = home.run(&format!(
        "flavor test project --component {probe} --record --uri registry.example.com --grant registry --grant http={}",
        server.origin()
    ));
    assert_eq!(elsewhere.code, 3, "{elsewhere:?}");
    assert_eq!(home.run(&format!("flavor test project --component {probe} --uri {}", registry.host())).code, 2);
}

/// A registered registry knows what its hook may do.
#[test]
fn a_registered_registry_grants_what_its_hook_has() {
    let registry = registry();
    let server = server(reply(204, &[], ""));
    let home = home(&registry, &server);
    case(&home, &registry, &server, "");
    let (uri, origin, probe) = (registry.host(), server.origin(), guest("probe").display());
    home.must(&format!("flavor register {probe}"));
    home.must(&format!(
        "registry register prod --uri {uri} --flavor probe --grant registry --grant http={origin} --credential {origin}=basic"
    ));
    home.must(&format!("flavor test project --component {probe} --record --registry prod"));
    assert!(recorded(&home).contains("status = 204"), "{}", recorded(&home));
}

/// A flavor that ships is given what the registry's hook of its name has.
#[test]
fn a_flavor_that_ships_is_recorded_by_its_name() {
    let registry = registry();
    let home = Home::new();
    home.log_in(&registry.host(), &User::new("person", CANARY));
    let host = registry.host();
    home.must(&format!("registry register prod --uri {host} --flavor immutable-tags --grant registry"));
    home.write("tags/cases/exists.toml", format!("image = \"{host}/team/app:v1\"\n[expect]\nverdict = \"denied\"\n"));
    let ran = home.must("flavor test tags --component immutable-tags --record --registry prod");
    assert!(ran.stderr.contains("recorded 1 answer in the case exists"), "{ran:?}");
    home.must("flavor test tags --component immutable-tags");
}
