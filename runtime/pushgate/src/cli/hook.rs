//! From `--flavor` and the flags about it to a hook.

use std::path::{Path, PathBuf};

use pushgate_explain::Explain as _;
use pushgate_explain::grants::{granting, missing_flags};
use pushgate_explain::{Failure, Kind};
use pushgate_gate::catalog::{HookEntry, RegistryEntry};
use pushgate_gate::credential_binding::CredentialBinding;
use pushgate_gate::decide::{self, DecideError, Grantee, Preflight};
use pushgate_gate::decision::Warning;
use pushgate_gate::flavors::Component;
use pushgate_gate::grant::Grant;
use pushgate_gate::hook::Hook;
use pushgate_gate::hook_limits::HookLimits;
use pushgate_gate::hook_mode::HookMode;
use pushgate_gate::name::Name;
use pushgate_gate::settings::Settings;
use pushgate_reference::RegistryUri;
use pushgate_sandbox::Flavor;
use serde_json::Value;

use super::args::{HookArguments, Reset};
use super::context::Context;
use crate::settings_arguments::SettingsArguments;

/// Which flavor is meant: a path holds a `/` or ends in `.wasm`, all else is a name.
pub(super) enum Named {
    Path(PathBuf),
    Registered(Name),
}

impl Named {
    pub(super) fn parse(text: &str) -> Result<Self, Failure> {
        if text.contains('/') || Path::new(text).extension().is_some_and(|extension| extension == "wasm") {
            return Ok(Self::Path(PathBuf::from(text)));
        }
        Ok(Self::Registered(Name::parse(text)?))
    }

    pub(super) fn component(&self, context: &Context) -> Result<Component, Failure> {
        Ok(match self {
            Self::Path(path) => Component::File(path.clone()),
            Self::Registered(name) => Component::Stored(context.catalog()?.flavor(name.as_str())?.digest),
        })
    }
}

/// The hook that stands beside `--uri`.
pub(super) fn given(context: &Context, flavor: &str, words: &HookArguments) -> Result<Hook, Failure> {
    let Terms { settings, grants, credentials, limits, mode } = Terms::parse(words)?;
    let component = Named::parse(flavor)?.component(context)?;
    // With plain settings the hook is loaded once, when it is asked.
    let settings = if settings.is_empty() {
        Settings::default()
    } else {
        let (_, loaded) = context.flavor(flavor, &component)?;
        resolve(context, flavor, &loaded, settings, &limits)?
    };
    Ok(Hook { label: flavor.to_owned(), component, settings, grants, credentials, limits, mode })
}

/// The hook that is written into the catalog for a registry with this URI. What it would lack is told now and not at the first push.
pub(super) fn entry(context: &Context, uri: &RegistryUri, flavor: &str, words: &HookArguments) -> Result<HookEntry, Failure> {
    let Terms { settings, grants, credentials, limits, mode } = Terms::parse(words)?;
    let named = Named::parse(flavor)?;
    let component = named.component(context)?;
    let Named::Registered(name) = named else {
        return Err(Failure::new(Kind::Usage, format!("`{flavor}` is a file, and a registry asks registered flavors"))
            .with_hint(Some(format!("register it first: pushgate flavor register {flavor}"))));
    };
    context.process.catalogs.require_trust(&credentials)?;
    let (_, loaded) = context.flavor(flavor, &component)?;
    let settings = resolve(context, flavor, &loaded, settings, &limits)?;
    ask_ahead(context, flavor, &loaded, &grants, &Preflight { uri, settings: &settings, limits: &limits })?;
    Ok(HookEntry { flavor: name, settings, grants, credentials, limits, mode })
}

/// A hook of the catalog, of a registry with this URI, with what the flags say of it. What they do not name stays.
pub(super) fn changed(
    context: &Context,
    uri: &RegistryUri,
    before: &HookEntry,
    words: &HookArguments,
    reset: &[Reset],
) -> Result<HookEntry, Failure> {
    let flavor = before.flavor.as_str();
    let kept = |what: Reset| !reset.contains(&what);
    let grants = if words.grant.is_empty() && kept(Reset::Grants) { before.grants.clone() } else { Grant::parse_all(&words.grant)? };
    let credentials = if words.credential.is_empty() && kept(Reset::Credentials) {
        before.credentials.clone()
    } else {
        CredentialBinding::parse_all(&words.credential)?
    };
    CredentialBinding::require_grants(&credentials, &grants)?;
    context.process.catalogs.require_trust(&credentials)?;
    let limits = if kept(Reset::Limits) { before.limits.clone() } else { HookLimits::default() }.changed(&words.limit)?;
    let arguments = SettingsArguments::parse(words.settings.as_deref(), &words.set)?;
    let component = Component::Stored(context.catalog()?.flavor(flavor)?.digest);
    let (_, loaded) = context.flavor(flavor, &component)?;
    let schema = schema(context, flavor, &loaded, &limits)?;
    let settings = match &schema {
        Some(schema) => typed(context, flavor, arguments, schema)?,
        None => arguments.resolve(flavor, None)?,
    };
    let settings = if words.settings.is_none() && kept(Reset::Settings) { before.settings.with(settings)? } else { settings };
    if let Some(schema) = &schema {
        check(context, flavor, schema, Some(&settings))?;
    }
    ask_ahead(context, flavor, &loaded, &grants, &Preflight { uri, settings: &settings, limits: &limits })?;
    let mode = words.mode.map_or(before.mode, HookMode::from);
    Ok(HookEntry { flavor: before.flavor.clone(), settings, grants, credentials, limits, mode })
}

/// Whether a hook of the catalog makes sense under another URI. One that cannot be asked is no worse under it.
pub(super) fn fits(context: &Context, uri: &RegistryUri, hook: &HookEntry) -> Result<(), Failure> {
    let flavor = hook.flavor.as_str();
    let Ok(entry) = context.catalog()?.flavor(flavor) else { return Ok(()) };
    let Ok((_, loaded)) = context.flavor(flavor, &Component::Stored(entry.digest)) else { return Ok(()) };
    let preflight = Preflight { uri, settings: &hook.settings, limits: &hook.limits };
    context.wait_for(preflight.ask(flavor, &loaded))
}

/// Whether a flavor can be asked about pushes to a registry: it makes sense of the URI and of its settings, and has every grant that it asks for.
fn ask_ahead(context: &Context, flavor: &str, loaded: &Flavor, grants: &[Grant], ahead: &Preflight<'_>) -> Result<(), Failure> {
    context.wait_for(async {
        ahead.ask(flavor, loaded).await?;
        let hook = Grantee { flavor: flavor.to_owned(), registry: None, granted: grants.to_vec() };
        match ahead.missing_grants(loaded, hook).await {
            Some(missing) => Err(DecideError::MissingGrants(Box::new(missing))),
            None => Ok(()),
        }
    })
}

/// What a registry's hook lacks since its flavor has other bytes: pushes there would fail until it is given that.
pub(super) fn outdated(
    context: &Context,
    registry: &RegistryEntry,
    flavor: &Name,
    loaded: &Flavor,
    schema: Option<&Value>,
) -> Vec<Warning> {
    let Ok(hook) = registry.hook(flavor.as_str()) else { return Vec::new() };
    let warning = |failure: Failure, command: String| Warning {
        hook: None,
        code: None,
        message: format!("no push to {} is possible any more: {}", registry.name, failure.message),
        hint: Some(command),
    };
    let ahead = Preflight { uri: &registry.uri, settings: &hook.settings, limits: &hook.limits };
    let grantee = Grantee { flavor: flavor.to_string(), registry: Some(registry.name.to_string()), granted: hook.grants.clone() };
    let missing = context.wait_for(async { Ok::<_, Failure>(ahead.missing_grants(loaded, grantee).await) });
    let grants = missing.ok().flatten().map(|missing| {
        let command = granting(&missing.hook, &missing_flags(&missing));
        warning(missing.into(), command)
    });
    let settings = schema.and_then(|schema| check(context, flavor.as_str(), schema, Some(&hook.settings)).err());
    let update = format!("`pushgate registry update {} --flavor {flavor} --settings JSON`", registry.name);
    grants.into_iter().chain(settings.map(|failure| warning(failure, update))).collect()
}

/// What the flags of a hook say by themselves. A mistake in them is told before the flavor is loaded.
struct Terms {
    settings: SettingsArguments,
    grants: Vec<Grant>,
    credentials: Vec<CredentialBinding>,
    limits: HookLimits,
    mode: HookMode,
}

impl Terms {
    fn parse(words: &HookArguments) -> Result<Self, Failure> {
        let grants = Grant::parse_all(&words.grant)?;
        let credentials = CredentialBinding::parse_all(&words.credential)?;
        CredentialBinding::require_grants(&credentials, &grants)?;
        Ok(Self {
            settings: SettingsArguments::parse(words.settings.as_deref(), &words.set)?,
            grants,
            credentials,
            limits: HookLimits::parse_all(&words.limit)?,
            mode: words.mode.map(HookMode::from).unwrap_or_default(),
        })
    }
}

/// The settings that the words mean for this flavor. Whatever its schema does not want is told now.
fn resolve(
    context: &Context,
    flavor: &str,
    loaded: &Flavor,
    settings: SettingsArguments,
    limits: &HookLimits,
) -> Result<Settings, Failure> {
    let Some(schema) = schema(context, flavor, loaded, limits)? else {
        return Ok(settings.resolve(flavor, None)?);
    };
    let settings = typed(context, flavor, settings, &schema)?;
    check(context, flavor, &schema, Some(&settings))?;
    Ok(settings)
}

/// Reads the settings as the schema types them. Where a value is of another type, everything else that the schema refuses is said with it.
fn typed(context: &Context, flavor: &str, arguments: SettingsArguments, schema: &Value) -> Result<Settings, Failure> {
    let loose = arguments.resolve_loosely(schema)?;
    arguments.resolve(flavor, Some(schema)).map_err(|error| {
        let hint = error.hint();
        match check(context, flavor, schema, Some(&loose)) {
            Err(failure) if failure.kind == Kind::Configuration => failure.with_hint(hint),
            _ => Failure::from(error).in_flavor(flavor),
        }
    })
}

/// Whether settings are what a schema wants; without settings, whether it is a schema.
pub(super) fn check(context: &Context, flavor: &str, schema: &Value, settings: Option<&Settings>) -> Result<(), Failure> {
    context.wait_for(async {
        let compared = decide::compare(&context.process.flavors, schema, settings.map(ToString::to_string)).await;
        compared.map_err(|error| DecideError::Settings { flavor: flavor.to_owned(), error })
    })
}

/// The JSON Schema of a flavor's settings, if it has one. The flavor is run for it, within the limits of a push.
pub(super) fn schema(context: &Context, flavor: &str, loaded: &Flavor, limits: &HookLimits) -> Result<Option<Value>, Failure> {
    context.wait_for(decide::settings_schema(flavor, loaded, limits))
}
