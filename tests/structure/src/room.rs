//! What one file says: its modules, what it brings into scope, what it defines, and which paths it names.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemMod, ItemUse, Macro, UseTree, Visibility};

/// The segments of a path, as written.
pub(crate) type Path = Vec<String>;

/// A name that a `use` brings into a file.
#[derive(Debug, Clone)]
pub(crate) struct Import {
    /// What it stands for. The last segment is `*` where everything is brought.
    pub(crate) path: Path,
    /// Whether it is passed on.
    pub(crate) is_public: bool,
}

/// A file of a crate.
#[derive(Debug, Default)]
pub struct Room {
    /// Its modules in other files, in the order of their `mod` lines.
    pub modules: Vec<String>,
    /// Lines of code, without those of tests, comments and empty ones.
    pub lines: usize,
    /// Items that are `pub`.
    pub public_items: usize,
    pub(crate) test_modules: Vec<String>,
    pub(crate) imports: BTreeMap<String, Import>,
    pub(crate) everything_of: Vec<Path>,
    pub(crate) definitions: BTreeSet<String>,
    pub(crate) paths: BTreeSet<Path>,
}

impl Room {
    /// Reads a file.
    ///
    /// # Errors
    /// It is not Rust.
    pub(crate) fn parse(text: &str) -> Result<Self, syn::Error> {
        let file = syn::parse_file(text)?;
        let mut room = Self { lines: lines(text), ..Self::default() };
        for item in &file.items {
            room.visit_item(item);
        }
        Ok(room)
    }

    fn import(&mut self, before: &[String], tree: &UseTree, is_public: bool) {
        let with = |name: String| before.iter().cloned().chain([name]).collect::<Path>();
        let mut keep = |name: String, path: Path| {
            self.imports.insert(name, Import { path, is_public });
        };
        match tree {
            UseTree::Path(path) => self.import(&with(path.ident.to_string()), &path.tree, is_public),
            UseTree::Name(name) if name.ident == "self" => {
                if let Some(last) = before.last() {
                    keep(last.clone(), before.to_vec());
                }
            }
            UseTree::Name(name) => keep(name.ident.to_string(), with(name.ident.to_string())),
            // A name that is thrown away again still brings a trait.
            UseTree::Rename(rename) if rename.rename == "_" => keep(format!("_ {}", rename.ident), with(rename.ident.to_string())),
            UseTree::Rename(rename) => keep(rename.rename.to_string(), with(rename.ident.to_string())),
            UseTree::Glob(_) => self.everything_of.push(before.to_vec()),
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.import(before, tree, is_public);
                }
            }
        }
    }

    /// Names in the words of a macro, which are no syntax yet.
    fn words(&mut self, tokens: TokenStream) {
        let mut path = Path::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(name) => {
                    if colons != 2 {
                        self.keep(std::mem::take(&mut path));
                    }
                    path.push(name.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punctuation) if punctuation.as_char() == ':' && !path.is_empty() => colons += 1,
                other => {
                    self.keep(std::mem::take(&mut path));
                    colons = 0;
                    if let TokenTree::Group(group) = other {
                        self.words(group.stream());
                    }
                }
            }
        }
        self.keep(path);
    }

    fn keep(&mut self, path: Path) {
        if !path.is_empty() {
            self.paths.insert(path);
        }
    }
}

impl<'ast> Visit<'ast> for Room {
    fn visit_item(&mut self, item: &'ast Item) {
        let (attributes, visibility, name) = match item {
            Item::Const(item) => (&item.attrs, Some(&item.vis), Some(item.ident.to_string())),
            Item::Enum(item) => (&item.attrs, Some(&item.vis), Some(item.ident.to_string())),
            Item::Fn(item) => (&item.attrs, Some(&item.vis), Some(item.sig.ident.to_string())),
            Item::Static(item) => (&item.attrs, Some(&item.vis), Some(item.ident.to_string())),
            Item::Struct(item) => (&item.attrs, Some(&item.vis), Some(item.ident.to_string())),
            Item::Trait(item) => (&item.attrs, Some(&item.vis), Some(item.ident.to_string())),
            Item::Type(item) => (&item.attrs, Some(&item.vis), Some(item.ident.to_string())),
            Item::Union(item) => (&item.attrs, Some(&item.vis), Some(item.ident.to_string())),
            Item::Macro(item) => (&item.attrs, None, item.ident.as_ref().map(ToString::to_string)),
            Item::Impl(item) => (&item.attrs, None, None),
            Item::Mod(item) => (&item.attrs, None, None),
            Item::Use(item) => (&item.attrs, None, None),
            _ => return visit::visit_item(self, item),
        };
        if is_test(attributes) {
            if let Item::Mod(ItemMod { content: None, ident, .. }) = item {
                self.test_modules.push(ident.to_string());
            }
            return;
        }
        self.public_items += usize::from(matches!(visibility, Some(Visibility::Public(_))));
        self.definitions.extend(name);
        match item {
            Item::Mod(ItemMod { content: None, ident, .. }) => self.modules.push(ident.to_string()),
            Item::Use(ItemUse { vis, tree, .. }) => self.import(&[], tree, !matches!(vis, Visibility::Inherited)),
            _ => visit::visit_item(self, item),
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.keep(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }

    /// For whom something is there is no use of that.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}

    fn visit_macro(&mut self, call: &'ast Macro) {
        self.words(call.tokens.clone());
        visit::visit_macro(self, call);
    }
}

/// `#[cfg(test)]`, and what is also there for the fuzzers and examples that test.
fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).any(|attribute| {
        let words = attribute.meta.require_list().map(|list| list.tokens.to_string()).unwrap_or_default();
        words.split(|letter: char| !letter.is_alphanumeric()).any(|word| word == "test") && !words.starts_with("not")
    })
}

/// The tests of a file stand at its end.
fn lines(text: &str) -> usize {
    let code = text.lines().map(str::trim).take_while(|line| *line != "#[cfg(test)]");
    code.filter(|line| !line.is_empty() && !line.starts_with("//")).count()
}
