//! What a flavor finds when its language's runtime looks for WASI: the time of the push, and nothing else.
//!
//! A flavor gets nothing from WASI that the contract does not give it, but many languages cannot start without it. So every import of an interface
//! whose name begins with `wasi:` is answered by its name and type: what an ordinary program asks for before it does anything gets an empty answer - no
//! environment, no arguments, no files, a wall clock that stands at `requested-at`, a monotonic one that stands at zero, numbers that are the same every
//! time - and what it prints becomes part of its log. A function that can fail says `not-supported`, so that the error comes up at the author's line;
//! everything else traps, and says which function it was.

use wasmtime::component::types::{ComponentFunc, ComponentInstance, ComponentItem, Type};
use wasmtime::component::{Component, Linker, LinkerInstance, Resource, ResourceAny, ResourceType, Val};
use wasmtime::{Engine, Error, Result, StoreContextMut};

use crate::absent::Absent;
use crate::failure::Refused;
use crate::log::Output;
use crate::state::CallState;

/// What any handle to a resource of WASI stands for: an output, or nothing.
struct Stub(Option<Output>);

/// What a stream says that it can take at once.
const WRITE_BYTES: u64 = 4096;
/// The most numbers that are given at once.
const RANDOM_BYTES: u64 = 64 << 10;

/// Answers every import whose name begins with `wasi:`, and no other.
pub(crate) fn add_stubs(linker: &mut Linker<CallState>, engine: &Engine, component: &Component) -> Result<()> {
    for (name, import) in component.component_type().imports(engine) {
        if !name.starts_with("wasi:") {
            continue;
        }
        match import.ty {
            ComponentItem::ComponentInstance(interface) => add_interface(&mut linker.instance(name)?, engine, name, &interface)?,
            ComponentItem::ComponentFunc(_) => add_function(&mut linker.root(), "", name)?,
            ComponentItem::Resource(_) => add_resource(&mut linker.root(), name)?,
            // Types need no answer, and no version of WASI has anything else.
            _ => {}
        }
    }
    Ok(())
}

fn add_interface(linker: &mut LinkerInstance<'_, CallState>, engine: &Engine, name: &str, interface: &ComponentInstance) -> Result<()> {
    for (item, export) in interface.exports(engine) {
        match export.ty {
            ComponentItem::ComponentFunc(_) => add_function(linker, name, item)?,
            ComponentItem::Resource(_) => add_resource(linker, item)?,
            ComponentItem::ComponentInstance(inner) => add_interface(&mut linker.instance(item)?, engine, item, &inner)?,
            _ => {}
        }
    }
    Ok(())
}

fn add_resource(linker: &mut LinkerInstance<'_, CallState>, name: &str) -> Result<()> {
    linker.resource(name, ResourceType::host::<Stub>(), |mut store, handle| store.data_mut().take_back(Resource::<Stub>::new_own(handle)))
}

fn add_function(linker: &mut LinkerInstance<'_, CallState>, interface: &str, function: &str) -> Result<()> {
    let version_at = interface.find('@').unwrap_or(interface.len());
    let unversioned = interface.get(..version_at).unwrap_or(interface);
    let (known, absent) = (HostAnswer::of(unversioned, function), Absent::of_function(unversioned, function));
    let name = format!("{interface}#{function}");
    linker.func_new(function, move |mut store: StoreContextMut<'_, CallState>, signature: ComponentFunc, parameters, results| {
        let state = store.data_mut();
        state.looked_for = absent.or(state.looked_for);
        let Some(answer) = known.or_else(|| HostAnswer::of_failure(&signature)) else {
            return Err(Error::new(Refused(format!("it called `{name}`, and a flavor gets nothing of WASI"))));
        };
        let value = answer.give(store, parameters)?;
        if let (Some(result), Some(value)) = (results.first_mut(), value) {
            *result = value;
        }
        Ok(())
    })
}

/// What a function says that can fail.
const NOT_SUPPORTED: &str = "not-supported";

/// An answer that gives nothing away.
#[derive(Debug, Clone, Copy)]
enum HostAnswer {
    EmptyList,
    None,
    Exit,
    /// Of a read: there is nothing more.
    Closed,
    NotSupported,
    Stream(Option<Output>),
    Writable,
    Write,
    Ok,
    /// When the push was asked for.
    WallTime,
    /// The resolution of that: a second.
    Second,
    Zero,
    One,
    RandomBytes,
    RandomNumber,
    RandomPair,
}

impl HostAnswer {
    fn of(interface: &str, function: &str) -> Option<Self> {
        Some(match (interface, function) {
            ("wasi:cli/environment", "get-environment" | "get-arguments") => Self::EmptyList,
            ("wasi:cli/environment", "initial-cwd" | "get-initial-cwd") => Self::None,
            ("wasi:cli/exit", _) => Self::Exit,
            ("wasi:cli/stdin", "get-stdin") => Self::Stream(None),
            ("wasi:cli/stdout", "get-stdout") => Self::Stream(Some(Output::Stdout)),
            // What would wait for a stream is made early and, as streams are always ready, not used.
            ("wasi:io/streams", "[method]input-stream.subscribe" | "[method]output-stream.subscribe") => Self::Stream(None),
            // What is needed to look up a name, which then fails.
            ("wasi:sockets/instance-network", "instance-network") => Self::Stream(None),
            ("wasi:cli/stderr", "get-stderr") => Self::Stream(Some(Output::Stderr)),
            ("wasi:cli/terminal-stdin" | "wasi:cli/terminal-stdout" | "wasi:cli/terminal-stderr", _) => Self::None,
            ("wasi:filesystem/preopens", "get-directories") => Self::EmptyList,
            ("wasi:io/streams", "[method]input-stream.read" | "[method]input-stream.blocking-read") => Self::Closed,
            ("wasi:io/streams", "[method]output-stream.check-write") => Self::Writable,
            ("wasi:io/streams", "[method]output-stream.write" | "[method]output-stream.blocking-write-and-flush") => Self::Write,
            ("wasi:io/streams", "[method]output-stream.flush" | "[method]output-stream.blocking-flush") => Self::Ok,
            ("wasi:clocks/wall-clock", "now") => Self::WallTime,
            ("wasi:clocks/wall-clock", "resolution") => Self::Second,
            ("wasi:clocks/monotonic-clock", "now") => Self::Zero,
            ("wasi:clocks/monotonic-clock", "resolution") => Self::One,
            ("wasi:random/random", "get-random-bytes") | ("wasi:random/insecure", "get-insecure-random-bytes") => Self::RandomBytes,
            ("wasi:random/random", "get-random-u64") | ("wasi:random/insecure", "get-insecure-random-u64") => Self::RandomNumber,
            ("wasi:random/insecure-seed", _) => Self::RandomPair,
            _ => return None,
        })
    }

    /// The answer of a function that has an error for what is not there.
    fn of_failure(signature: &ComponentFunc) -> Option<Self> {
        let Some(Type::Result(result)) = signature.results().next() else { return None };
        match result.err() {
            Some(Type::Enum(error)) if error.names().any(|name| name == NOT_SUPPORTED) => Some(Self::NotSupported),
            _ => None,
        }
    }

    /// The value, whose type the runtime compares with the import's.
    fn give(self, mut store: StoreContextMut<'_, CallState>, parameters: &[Val]) -> Result<Option<Val>> {
        let handles = take_handles(&mut store, parameters)?;
        let value = self.value(&mut store, &handles, parameters);
        for handle in handles.into_iter().filter(Resource::owned) {
            store.data_mut().take_back(handle)?;
        }
        value
    }

    fn value(self, store: &mut StoreContextMut<'_, CallState>, handles: &[Resource<Stub>], parameters: &[Val]) -> Result<Option<Val>> {
        let ok = |value: Option<Val>| Val::Result(Ok(value.map(Box::new)));
        Ok(Some(match self {
            Self::EmptyList => Val::List(Vec::new()),
            Self::None => Val::Option(None),
            Self::Exit => return Err(Error::new(Refused("it exited instead of answering".to_owned()))),
            Self::NotSupported => Val::Result(Err(Some(Box::new(Val::Enum(NOT_SUPPORTED.to_owned()))))),
            Self::Closed => Val::Result(Err(Some(Box::new(Val::Variant("closed".to_owned(), None))))),
            Self::Stream(output) => {
                let handle = store.data_mut().lend(Stub(output))?;
                Val::Resource(ResourceAny::try_from_resource(handle, &mut *store)?)
            }
            Self::Writable => ok(Some(Val::U64(WRITE_BYTES))),
            Self::Write => {
                write(store, handles, parameters)?;
                ok(None)
            }
            Self::Ok => ok(None),
            Self::WallTime => datetime(store.data().requested_at),
            Self::Second => datetime(1),
            Self::Zero => Val::U64(0),
            Self::One => Val::U64(1),
            Self::RandomBytes => {
                let Some(Val::U64(count @ 0..=RANDOM_BYTES)) = parameters.first() else {
                    return Err(Error::new(Refused("it asked for too many random bytes".to_owned())));
                };
                let state = store.data_mut();
                let byte = |_| {
                    let [byte, ..] = next(state).to_le_bytes();
                    Val::U8(byte)
                };
                Val::List((0..*count).map(byte).collect())
            }
            Self::RandomNumber => Val::U64(next(store.data_mut())),
            Self::RandomPair => {
                let state = store.data_mut();
                Val::Tuple(vec![Val::U64(next(state)), Val::U64(next(state))])
            }
        }))
    }
}

/// A `datetime` of WASI.
fn datetime(seconds: u64) -> Val {
    Val::Record(vec![("seconds".to_owned(), Val::U64(seconds)), ("nanoseconds".to_owned(), Val::U32(0))])
}

/// Takes the handles that a guest passed. One that it lent is given back by that: the runtime traps at the end of a call that kept it.
fn take_handles(store: &mut StoreContextMut<'_, CallState>, parameters: &[Val]) -> Result<Vec<Resource<Stub>>> {
    let handles = parameters.iter().filter_map(|parameter| if let Val::Resource(handle) = parameter { Some(*handle) } else { None });
    handles.map(|handle| handle.try_into_resource(&mut *store)).collect()
}

/// Keeps what a guest prints.
fn write(store: &mut StoreContextMut<'_, CallState>, handles: &[Resource<Stub>], parameters: &[Val]) -> Result<()> {
    let ([stream], [_, Val::List(bytes)]) = (handles, parameters) else {
        return Err(Error::new(Refused("it wrote to a stream of an unknown version of WASI".to_owned())));
    };
    let Stub(output) = store.data().lent(stream)?;
    if let Some(output) = *output {
        let bytes: Vec<u8> = bytes.iter().filter_map(|byte| if let Val::U8(byte) = byte { Some(*byte) } else { None }).collect();
        store.data_mut().print(output, &bytes);
    }
    Ok(())
}

/// The next of the numbers that stand in for random ones (SplitMix64): the same in every call, so that a flavor's answer depends
/// on the push alone.
fn next(state: &mut CallState) -> u64 {
    state.random = state.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (state.random ^ (state.random >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
