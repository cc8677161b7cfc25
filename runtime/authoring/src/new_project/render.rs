//! From a template to a file.

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior, context};

use super::files::File;
use super::project::Project;

/// A template that cannot be rendered: a defect of this program.
#[derive(Debug, thiserror::Error)]
#[error("the template of `{path}` is wrong: {source}")]
pub struct RenderError {
    path: &'static str,
    source: minijinja::Error,
}

pub(super) fn render(file: &File, project: &Project) -> Result<String, RenderError> {
    let wrong = |source| RenderError { path: file.path, source };
    // A line that holds a tag alone leaves no line.
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build().map_err(wrong)?;
    let mut environment = Environment::new();
    environment.set_syntax(syntax);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    let capabilities: Vec<&str> = project.capabilities.iter().map(|capability| capability.as_str()).collect();
    let variables = context! {
        name => project.name.as_str(),
        module => project.name.as_str().replace('-', "_"),
        language => project.language.word(),
        settings => project.settings,
        registry => capabilities.contains(&"registry"),
        http => capabilities.contains(&"http"),
        capabilities,
    };
    environment.render_str(file.contents, variables).map_err(wrong)
}
