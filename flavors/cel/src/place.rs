//! Where in an expression something is wrong.

use interpreter::common::ast::{Expr, IdedExpr, SourceInfo};

use crate::tree::{children, parser};

/// Something that is wrong with an expression.
#[derive(Debug)]
pub(crate) struct Problem {
    pub(crate) text: String,
    /// The parts of the tree that it is about; the first of them in the text is the place.
    ids: Vec<u64>,
    /// The name that it is about, which the parser does not keep the place of.
    name: Option<String>,
}

impl Problem {
    /// About an operator or a literal.
    pub(crate) fn at(tree: &IdedExpr, text: impl Into<String>) -> Self {
        Self { text: text.into(), ids: vec![tree.id], name: None }
    }

    /// About a name in an expression: of a member or a function.
    pub(crate) fn at_name(tree: &IdedExpr, name: &str, text: impl Into<String>) -> Self {
        let place = match &tree.expr {
            // The macro `has` stands where it is called, and the name behind what is asked for it.
            Expr::Select(select) if select.test => Self::about(&select.operand, text),
            _ => Self::at(tree, text),
        };
        Self { name: Some(name.to_owned()), ..place }
    }

    /// About an expression as a whole.
    pub(crate) fn about(tree: &IdedExpr, text: impl Into<String>) -> Self {
        fn collect(tree: &IdedExpr, ids: &mut Vec<u64>) {
            ids.push(tree.id);
            children(tree).into_iter().for_each(|child| collect(child, ids));
        }
        let mut ids = Vec::new();
        collect(tree, &mut ids);
        Self { text: text.into(), ids, name: None }
    }

    /// The text with its place in `source`, which follows `before`.
    pub(crate) fn placed(&self, before: &str, source: &str) -> String {
        let Some(offset) = self.offset(source) else { return self.text.clone() };
        format!("{}: {}", place(&format!("{before}{source}"), before.len() + offset), self.text)
    }

    fn offset(&self, source: &str) -> Option<usize> {
        let offsets = offsets(source)?;
        let found = self.ids.iter().filter_map(|id| offsets.offset_for(*id)).map(|(start, _)| start as usize).min()?;
        let (before, after) = source.split_at_checked(found)?;
        let Some(name) = &self.name else { return Some(found) };
        // A member is after its dot, a function before its parenthesis.
        let following = after.find(name.as_str()).filter(|at| {
            let between = after.get(..*at).unwrap_or_default();
            let of_names = |character: char| ".?[`'\"_".contains(character) || character.is_whitespace() || character.is_alphanumeric();
            between.chars().all(of_names) && !between.ends_with(char::is_alphanumeric)
        });
        let preceding = before.trim_end().strip_suffix(name.as_str()).map(str::len);
        Some(following.map(|at| found + at).or(preceding).unwrap_or(found))
    }
}

/// The places of the parts of an expression. The parser tells them with an error alone, so it is given one: the numbers of the parts are the same.
fn offsets(source: &str) -> Option<std::sync::Arc<SourceInfo>> {
    let errors = parser().parse(&format!("{source}\n)")).err()?;
    errors.errors.into_iter().find_map(|error| error.source_info)
}

/// An offset as a person counts it, in characters.
pub(crate) fn place(text: &str, offset: usize) -> String {
    let before = text.get(..offset).unwrap_or(text);
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    if text.trim_end().contains('\n') {
        return format!("at column {column} of line {}", before.matches('\n').count() + 1);
    }
    format!("at column {column}")
}
