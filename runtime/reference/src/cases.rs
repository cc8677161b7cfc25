//! Every row of `tests-data/reference-cases.tsv`: names that are inside, outside, or look as if they were.

use crate::{ImageReference, RegistryUri};

const CASES: &str = include_str!("../tests-data/reference-cases.tsv");

/// The verdict of the crate, and the canonical name of what it accepts. The URI is judged first.
fn judge(uri: &str, image: &str) -> (&'static str, String) {
    let none = "-".to_owned();
    let Ok(uri) = RegistryUri::parse(uri) else { return ("config-error", none) };
    match ImageReference::parse(image).map(|image| uri.scope(&image)) {
        Ok(Ok(scoped)) => ("accept", scoped.to_string()),
        Ok(Err(_)) | Err(_) => ("reject", none),
    }
}

#[test]
fn every_case_is_judged_as_it_says() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in CASES.lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [id, uri, image, verdict, canonical] = fields[..] else { panic!("not five fields: {line}") };
        let uri: String = serde_json::from_str(uri).expect("a JSON string");
        let image: String = serde_json::from_str(image).expect("a JSON string");
        let judged = judge(&uri, &image);
        if (judged.0, judged.1.as_str()) != (verdict, canonical) {
            wrong.push(format!("{id}: {uri:?} {image:?}: expected {verdict} {canonical}, got {} {}", judged.0, judged.1));
        }
        count += 1;
    }
    assert_eq!(count, 70);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
