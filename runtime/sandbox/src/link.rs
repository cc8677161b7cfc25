//! From a compiled component to one whose imports are answered and whose exports have the contract's types.

use wasmtime::component::types::{self, ComponentItem};
use wasmtime::component::{Component, ComponentExportIndex, InstancePre, Linker};
use wasmtime::{Engine, Error};

use crate::bindings::v0_1;
use crate::outline::{Checked, Kind, Outline};
use crate::state::CallState;
use crate::text::excerpt;
use crate::{LoadError, contract, type_name, wasi};

/// The longest message of the runtime that is passed on.
const MESSAGE_BYTES: usize = 500;

/// A flavor that is ready to be instantiated.
#[derive(Clone)]
pub(crate) struct Linked {
    pub(crate) instance: InstancePre<CallState>,
    pub(crate) hook: ComponentExportIndex,
    pub(crate) settings: Option<ComponentExportIndex>,
    pub(crate) checked: std::sync::Arc<Checked>,
}

/// Answers every import, and checks the types of the exports.
///
/// # Errors
/// What [`Outline::check`] says, [`LoadError::WrongImport`], [`LoadError::WrongType`].
pub(crate) fn link(engine: &Engine, component: &Component) -> Result<Linked, LoadError> {
    let checked = outline(engine, &component.component_type()).check()?;
    let mut linker = Linker::new(engine);
    v0_1::add_to_linker(&mut linker).map_err(runtime_failed)?;
    wasi::add_stubs(&mut linker, engine, component).map_err(runtime_failed)?;

    let component_type = linker.substituted_component_type(component).map_err(wrong_import)?;
    let hook_type = v0_1::HOOK_TYPE;
    let borrowing = hook_type.replacen("image-push", "borrow<image-push>", 1);
    let hook = Export { interface: &checked.hook, function: contract::HOOK_FUNCTION, expected: hook_type, also: &borrowing };
    let hook = hook.check(engine, component, &component_type)?;
    let settings = match &checked.settings {
        Some(interface) => {
            let expected = v0_1::SETTINGS_TYPE;
            let settings = Export { interface, function: contract::SETTINGS_FUNCTION, expected, also: expected };
            Some(settings.check(engine, component, &component_type)?)
        }
        None => None,
    };
    let instance = linker.instantiate_pre(component).map_err(wrong_import)?;
    Ok(Linked { instance, hook, settings, checked: checked.into() })
}

/// The names on the outside of a compiled component.
fn outline(engine: &Engine, component: &types::Component) -> Outline {
    let kind = |item: &ComponentItem| match item {
        ComponentItem::ComponentInstance(_) => Kind::Interface,
        ComponentItem::ComponentFunc(_) | ComponentItem::CoreFunc(_) => Kind::Function,
        ComponentItem::Type(_) => Kind::Type,
        ComponentItem::Resource(_) => Kind::Resource,
        ComponentItem::Module(_) => Kind::Module,
        ComponentItem::Component(_) => Kind::Component,
    };
    Outline {
        imports: component.imports(engine).map(|(name, item)| (name.to_owned(), kind(&item.ty))).collect(),
        exports: component.exports(engine).map(|(name, item)| (name.to_owned(), kind(&item.ty))).collect(),
    }
}

/// A function that the contract wants of an exported interface.
struct Export<'a> {
    interface: &'a str,
    function: &'a str,
    expected: &'a str,
    /// Another type that works as well.
    also: &'a str,
}

impl Export<'_> {
    fn check(&self, engine: &Engine, component: &Component, component_type: &types::Component) -> Result<ComponentExportIndex, LoadError> {
        let found = match component_type.get_export(engine, self.interface).map(|export| export.ty) {
            Some(ComponentItem::ComponentInstance(interface)) => {
                match interface.get_export(engine, self.function).map(|export| export.ty) {
                    Some(ComponentItem::ComponentFunc(function)) => type_name::function(&function),
                    Some(_) => "something that is not a function".to_owned(),
                    None => "no such function".to_owned(),
                }
            }
            _ => "something that is not an interface".to_owned(),
        };
        if found != self.expected && found != self.also {
            let item = format!("{}#{}", self.interface, self.function);
            return Err(LoadError::WrongType { item, expected: self.expected.to_owned(), found });
        }
        let interface = component.get_export_index(None, self.interface);
        let function = interface.and_then(|interface| component.get_export_index(Some(&interface), self.function));
        function.ok_or_else(|| LoadError::Runtime { message: format!("the export `{}` is lost", self.interface) })
    }
}

/// The runtime names the interface of an import that does not fit, and then what does not fit in it.
fn wrong_import(error: Error) -> LoadError {
    let outer = error.to_string();
    let item = outer.split('`').nth(1).unwrap_or("an import").to_owned();
    let message = error.root_cause().to_string();
    LoadError::WrongImport { item: excerpt(&item, MESSAGE_BYTES), message: excerpt(&message, MESSAGE_BYTES) }
}

pub(crate) fn runtime_failed(error: Error) -> LoadError {
    LoadError::Runtime { message: excerpt(&format!("{error:#}"), MESSAGE_BYTES) }
}
