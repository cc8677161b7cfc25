//! Circles and upward arrows that are there on purpose.

use super::*;

fn house(texts: &[(&str, &str)]) -> House {
    House::of_texts(texts).unwrap()
}

#[test]
fn a_circle_is_found_through_a_facade() {
    let found = house(&[
        ("", "mod a; mod b; pub use b::B;"),
        ("a", "use crate::B; pub(crate) struct A(B);"),
        ("b", "mod c; pub use c::B;"),
        ("b::c", "pub struct B; fn f() { crate::a::g() }"),
    ]);
    assert_eq!(found.circles(), [["a", "b::c"]]);
}

#[test]
fn an_upward_arrow_is_found() {
    let found = house(&[("", "mod low; mod high;"), ("low", ""), ("high", "use super::low;")]);
    assert_eq!(found.upward(), [&("high".to_owned(), "low".to_owned())]);
    let found = house(&[("", "mod high; mod low;"), ("low", ""), ("high", "use super::low;")]);
    assert_eq!((found.upward().len(), found.arrows().len()), (0, 1));
}

#[test]
fn what_a_file_names_is_an_arrow_however_it_is_named() {
    for text in [
        "use crate::b::B;",
        "use super::b::{self, B};",
        "use crate::{b::B as C};",
        "use crate::b::*;",
        "use crate::b::T as _;",
        "fn f() -> crate::b::B { todo!() }",
        "fn f() { super::b::g(); }",
        "fn f() { println!(\"{}\", crate::b::g()); }",
        "use crate::b; fn f() { b::g(); }",
        "impl crate::b::T for X {}",
        "#[derive(Debug)] struct S { b: Vec<crate::b::B> }",
    ] {
        let found = house(&[("", "mod a; mod b;"), ("a", text), ("b", "pub struct B; pub trait T {} pub fn g() {}")]);
        assert_eq!(found.arrows(), &BTreeSet::from([("a".to_owned(), "b".to_owned())]), "{text}");
    }
}

#[test]
fn what_is_no_use_is_no_arrow() {
    for text in [
        "// use crate::b::B;",
        "pub use crate::b::B;",
        "pub(super) fn f() {}",
        "#[cfg(test)] mod tests { use crate::b::B; }",
        "#[cfg(test)] use crate::b::B;",
        "fn f() { std::b::g(); }",
        "fn f(b: u8) { let _ = b; }",
    ] {
        let found = house(&[("", "mod a; mod b;"), ("a", text), ("b", "pub struct B; pub fn g() {}")]);
        assert_eq!(found.arrows().len(), 0, "{text}: {:?}", found.arrows());
    }
}

#[test]
fn a_file_of_tests_is_left_out() {
    let found =
        house(&[("", "mod a; #[cfg(test)] mod tests;"), ("a", ""), ("tests", "mod more; use crate::a;"), ("tests::more", "use crate::a;")]);
    assert_eq!((found.rooms().len(), found.arrows().len()), (2, 0));
}
