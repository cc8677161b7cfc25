//! What the parser says, in the words of a person who writes a rule, who may know another language.

use crate::functions::KNOWN_FUNCTIONS;

/// What is wrong at this place of a text, of what the parser says about it.
pub(crate) fn problem(message: &str, source: &str, offset: usize) -> String {
    let message = message.strip_prefix("Syntax error: ").unwrap_or(message);
    if let Some(habit) = of_another_language(message, source, offset) {
        return habit;
    }
    if message.starts_with("unable to unescape string") {
        return r"a string has no such escape; write a pattern as r'\.' or with [.]".to_owned();
    }
    if message == "argument must be a simple name" {
        return "expected the name of an element, as in `list.all(x, condition)`".to_owned();
    }
    if message == "invalid argument to has() macro" {
        return "`has` takes a member, as in `has(image.labels.name)`".to_owned();
    }
    let quoted = message.strip_prefix("mismatched input ").and_then(|rest| rest.rsplit_once(" expecting "));
    match quoted {
        Some((found, expected)) => format!("expected {} and found {}", shown(expected), shown(found)),
        None => message.replace('\'', "`"),
    }
}

/// What is written like this in another language, and how it is written here.
fn of_another_language(message: &str, source: &str, offset: usize) -> Option<String> {
    let (before, after) = source.split_at_checked(offset)?;
    let found = after.chars().next();
    if message == "unexpected character" {
        return Some(character(found?));
    }
    if message.ends_with("literal has unexpected trailing characters") {
        return Some("a number has digits alone: write `500 * 1000 * 1000` for 500 MB, and `500000` for 500_000".to_owned());
    }
    let last = before.trim_end();
    if after.starts_with("=~") {
        return Some("`=~` is no operator: write `.matches('…')`".to_owned());
    }
    if after.starts_with('=') {
        let tripled = last.ends_with("==") || last.ends_with("!=");
        return Some(if tripled {
            "two values are compared by `==` and `!=`".to_owned()
        } else {
            "`=` is no operator: write `==`".to_owned()
        });
    }
    if after.starts_with('>') && last.ends_with('<') {
        return Some("`<>` is no operator: write `!=`".to_owned());
    }
    if after.starts_with('~') {
        return Some("`~` is no operator: write `.matches('…')`".to_owned());
    }
    let word = |text: &str| text.chars().take_while(|it| it.is_alphanumeric() || *it == '_').collect::<String>();
    let previous: String = word(&last.chars().rev().collect::<String>()).chars().rev().collect();
    if previous.eq_ignore_ascii_case("not") {
        return Some("`not` is no operator: write `!`".to_owned());
    }
    let name = word(after);
    match name.to_ascii_lowercase().as_str() {
        "and" => Some(format!("`{name}` is no operator: write `&&`")),
        "or" => Some(format!("`{name}` is no operator: write `||`")),
        "not" => Some(format!("`{name}` is no operator: write `!(x in list)`")),
        "is" | "eq" => Some(format!("`{name}` is no operator: write `==`")),
        "ne" => Some(format!("`{name}` is no operator: write `!=`")),
        "like" | "match" => Some(format!("`{name}` is no operator: write `.matches('…')`")),
        "if" | "then" | "else" => Some(format!("`{name}` is no word of an expression: write `condition ? value : other`")),
        _ if KNOWN_FUNCTIONS.contains(&name.as_str()) && !last.is_empty() && !last.ends_with('.') => {
            Some(format!("`{name}` is a function: write `x.{name}(…)`"))
        }
        _ => None,
    }
}

fn character(found: char) -> String {
    match found {
        '“' | '”' | '‘' | '’' | '„' | '«' | '»' => format!("unexpected `{found}`: a text is in straight quotes, `'` or `\"`"),
        '#' => "unexpected `#`: a comment begins with `//`".to_owned(),
        ';' => "unexpected `;`: a rule is one expression".to_owned(),
        '$' => "unexpected `$`: a variable is its name alone, and a pattern is in quotes".to_owned(),
        '~' => "unexpected `~`: write `.matches('…')`".to_owned(),
        '≠' => "unexpected `≠`: write `!=`".to_owned(),
        '≤' => "unexpected `≤`: write `<=`".to_owned(),
        '≥' => "unexpected `≥`: write `>=`".to_owned(),
        found if found.is_control() || found.is_whitespace() => format!("unexpected character U+{:04X}", u32::from(found)),
        found => format!("unexpected `{found}`"),
    }
}

/// A token as the parser quotes it.
fn shown(token: &str) -> String {
    match token.trim_matches('\'') {
        "<EOF>" => "the end".to_owned(),
        "expression" => "an expression".to_owned(),
        token => format!("`{token}`"),
    }
}
