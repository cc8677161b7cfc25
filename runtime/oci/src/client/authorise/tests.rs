use super::*;

fn scope(repository: &str, access: Access, also_pull: Option<&str>) -> Scope {
    Scope { repository: repository.to_owned(), access, also_pull: also_pull.map(str::to_owned) }
}

#[test]
fn what_a_token_is_enough_for() {
    let push = scope("a", Access::Push, None);
    let mount = scope("a", Access::Push, Some("b"));
    let pull = scope("a", Access::Pull, None);
    for (given, wanted, enough) in [
        (&push, &push, true),
        (&push, &pull, true),
        (&pull, &push, false),
        (&mount, &push, true),
        (&mount, &pull, true),
        (&push, &mount, false),
        (&mount, &scope("a", Access::Push, Some("c")), false),
        (&push, &scope("b", Access::Push, None), false),
        (&scope("", Access::Pull, None), &pull, false),
    ] {
        assert_eq!(given.covers(wanted), enough, "{given:?} for {wanted:?}");
    }
}

#[test]
fn scopes_in_words() {
    assert!(scope("", Access::Pull, None).words().is_empty());
    assert_eq!(scope("a/b", Access::Pull, None).words(), ["repository:a/b:pull"]);
    assert_eq!(scope("a/b", Access::Push, Some("c")).words(), ["repository:a/b:pull,push", "repository:c:pull"]);
}

#[test]
fn tokens() {
    let now = Instant::now();
    let read = |answer: &str| read_token(answer.as_bytes(), now);
    let bearer = |answer: &str| read(answer).map(|token| token.header.to_str().unwrap().to_owned());
    assert_eq!(bearer(r#"{"token":"a"}"#), Ok("Bearer a".to_owned()));
    assert_eq!(bearer(r#"{"access_token":"b","refresh_token":"S3CRET","scope":"x","issued_at":"y"}"#), Ok("Bearer b".to_owned()));
    assert_eq!(bearer(r#"{"token":"a","access_token":"b"}"#), Ok("Bearer a".to_owned()));
    assert_eq!(bearer(r#"{"token":"","access_token":"b"}"#), Ok("Bearer b".to_owned()));
    for nothing in ["{}", "[]", "", r#"{"token":7}"#, r#"{"refresh_token":"x"}"#, r#"{"token":"a","Token":"b"}"#] {
        assert!(read(nothing).is_err(), "{nothing}");
    }
    let lifetime = |expires_in: &str| (read(&format!(r#"{{"token":"a","expires_in":{expires_in}}}"#)).unwrap().renew_after - now).as_secs();
    for (expires_in, seconds) in [("300", 225), ("20", 15), ("0", 3), ("999999999", 2700), ("null", 45), ("-1", 45), ("\"300\"", 45)] {
        assert_eq!(lifetime(expires_in), seconds, "{expires_in}");
    }
}
