//! References of a JSON Schema that lead back to themselves without going into the value: such a schema says nothing, and validators differ in what they
//! make of it. A recursive schema goes into the value between two references.

use std::collections::HashMap;

use serde_json::Value;

/// How many references may follow one another.
const MAX_STEPS: usize = 500;

/// # Errors
/// What is wrong, as a fragment.
pub(crate) fn check(schema: &Value) -> Result<(), String> {
    let mut search = Search { root: schema, seen: HashMap::new() };
    search.everywhere(schema)
}

struct Search<'a> {
    root: &'a Value,
    /// By where it is in the document: whether all that it leads to was looked at.
    seen: HashMap<*const Value, bool>,
}

impl<'a> Search<'a> {
    /// Looks at each part of the document; the parser has bounded its depth.
    fn everywhere(&mut self, part: &'a Value) -> Result<(), String> {
        self.follow(part, 0)?;
        match part {
            Value::Array(items) => items.iter().try_for_each(|item| self.everywhere(item)),
            Value::Object(members) => members.values().try_for_each(|member| self.everywhere(member)),
            _ => Ok(()),
        }
    }

    /// Goes along what applies to the same value.
    fn follow(&mut self, schema: &'a Value, steps: usize) -> Result<(), String> {
        let Value::Object(members) = schema else { return Ok(()) };
        match self.seen.insert(schema, false) {
            Some(true) => {
                self.seen.insert(schema, true);
                return Ok(());
            }
            Some(false) => return Err("its references go in a circle".to_owned()),
            None if steps > MAX_STEPS => return Err(format!("more than {MAX_STEPS} references follow one another in it")),
            None => {}
        }
        for (keyword, value) in members {
            match (keyword.as_str(), value) {
                ("$ref", Value::String(reference)) => {
                    let root = self.root;
                    if let Some(target) = reference.strip_prefix('#').and_then(|pointer| root.pointer(pointer)) {
                        self.follow(target, steps + 1)?;
                    }
                }
                ("allOf" | "anyOf" | "oneOf", Value::Array(schemas)) => {
                    schemas.iter().try_for_each(|schema| self.follow(schema, steps + 1))?;
                }
                ("not" | "if" | "then" | "else", schema) => self.follow(schema, steps + 1)?,
                ("dependentSchemas", Value::Object(schemas)) => {
                    schemas.values().try_for_each(|schema| self.follow(schema, steps + 1))?;
                }
                _ => {}
            }
        }
        self.seen.insert(schema, true);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    fn check(schema: &str) -> Result<(), String> {
        super::check(&serde_json::from_str(schema).unwrap())
    }

    #[test]
    fn a_circle_is_found_and_a_recursion_is_none() {
        for circle in [
            r##"{"$ref":"#"}"##,
            r##"{"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}}}"##,
            r##"{"properties":{"x":{"allOf":[{"not":{"$ref":"#/properties/x"}}]}}}"##,
        ] {
            assert_eq!(check(circle), Err("its references go in a circle".to_owned()), "{circle}");
        }
        for recursion in [
            r##"{"properties":{"x":{"$ref":"#"}}}"##,
            r##"{"$ref":"#/$defs/a","$defs":{"a":{"type":"array","items":{"$ref":"#/$defs/a"}}}}"##,
            r##"{"allOf":[{"$ref":"#/$defs/a"},{"$ref":"#/$defs/a"}],"$defs":{"a":true}}"##,
            r##"{"allOf":[{"$ref":"#/$defs/a"},{"$ref":"#/$defs/a"}],"$defs":{"a":{"type":"object"}}}"##,
        ] {
            assert_eq!(check(recursion), Ok(()), "{recursion}");
        }
    }

    #[test]
    fn a_long_chain_is_refused_and_what_doubles_is_looked_at_once() {
        let chain = |length: usize, twice: bool| {
            let definitions: Vec<String> = (0..length)
                .map(|index| {
                    let next = format!(r##"{{"$ref":"#/$defs/d{}"}}"##, index + 1);
                    let rest = if twice { format!(",{next}") } else { String::new() };
                    format!(r#""d{index}":{{"allOf":[{next}{rest}]}}"#)
                })
                .collect();
            format!(r#"{{"$defs":{{{},"d{length}":true}}}}"#, definitions.join(","))
        };
        assert_eq!(check(&chain(30, true)), Ok(()));
        assert_eq!(check(&chain(2_000, false)), Err("more than 500 references follow one another in it".to_owned()));
    }
}
