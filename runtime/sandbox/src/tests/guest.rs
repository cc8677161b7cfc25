//! Flavors written by hand, so that every byte that crosses the boundary is known.
//!
//! A [`Guest`] is a component for the world of the contract around a core module, of which a test gives the body. The module has
//! one page of memory of the module `$libc` (so that imports can be lowered before it exists), and these imports:
//!
//! | name | type | |
//! |---|---|---|
//! | `memory` | memory | the allocator hands out what lies above 32 KiB |
//! | `realloc` | `(i32 i32 i32 i32) -> i32` | grows the memory, and traps when it cannot |
//! | `log` | `(level, text, length)` | |
//! | `reference` | `(push, result)` | result: text, length |
//! | `images` | `(push, result)` | result: 0 or 1; at 4 the list, at 8 its length |
//! | `platform` | `(image, result)` | |
//! | `drop-push`, `drop-image` | `(handle)` | |
//! | `repository-exists` | `(text, length, result)` | result: 0 or 1; at 4 the answer or the error's case |
//!
//! `prepare` takes a handle to the push and returns the address of its answer: at 0 the case of the `result`, at 4 the case of the
//! refusal, at 8 a text or the list of violations, at 12 its length. Memory is zero at first, so that an address of it means approved.

/// An address whose memory is zero: the answer `ok(approved)`.
pub(crate) const APPROVED: &str = "(i32.const 1024)";

/// A component in the making.
pub(crate) struct Guest {
    body: String,
    hook: String,
    hook_name: String,
    hook_type: String,
    libc: String,
    package: String,
    imports: String,
    extra: String,
    options: String,
    lowered: String,
    provided: String,
    methods: String,
    push_methods: String,
}

impl Guest {
    /// The body of the core module: functions, data, and the export `prepare`.
    pub(crate) fn new(body: impl Into<String>) -> Self {
        Self {
            body: body.into(),
            hook: "pushgate:flavor/prepare-image-push@0.1.0".to_owned(),
            hook_name: "prepare".to_owned(),
            hook_type: "(param \"push\" (own $push)) (result (result $approval (error $refusal)))".to_owned(),
            libc: LIBC.to_owned(),
            package: "0.1.0".to_owned(),
            imports: String::new(),
            extra: String::new(),
            options: String::new(),
            lowered: String::new(),
            provided: String::new(),
            methods: String::new(),
            push_methods: String::new(),
        }
    }

    /// A guest whose hook runs these instructions and then approves.
    pub(crate) fn hook(instructions: &str) -> Self {
        Self::new(format!("(func (export \"prepare\") (param $push i32) (result i32) {instructions} {APPROVED})"))
    }

    /// A guest whose hook takes one core value of this type.
    pub(crate) fn hook_with(parameter: &str) -> Self {
        Self::new(format!("(func (export \"prepare\") (param {parameter}) (result i32) {APPROVED})"))
    }

    /// A guest that answers with what these data segments put at 1024.
    pub(crate) fn answer(data: &str) -> Self {
        Self::new(format!("{data} (func (export \"prepare\") (param i32) (result i32) {APPROVED})"))
    }

    /// Another name of the exported interface.
    pub(crate) fn exported_as(mut self, name: &str) -> Self {
        name.clone_into(&mut self.hook);
        self
    }

    /// Another name of the function in it.
    pub(crate) fn function(mut self, name: &str) -> Self {
        name.clone_into(&mut self.hook_name);
        self
    }

    /// Another type of it; `$push`, `$image`, `$approval` and `$refusal` are known.
    pub(crate) fn typed(mut self, hook_type: &str) -> Self {
        hook_type.clone_into(&mut self.hook_type);
        self
    }

    /// Another version of the contract.
    pub(crate) fn package(mut self, version: &str) -> Self {
        version.clone_into(&mut self.package);
        self.hook = self.hook.replace("0.1.0", version);
        self
    }

    /// Another allocator, with the exports `memory` and `realloc`.
    pub(crate) fn libc(mut self, body: &str) -> Self {
        body.clone_into(&mut self.libc);
        self
    }

    /// More fields of the component, before its core module is made.
    pub(crate) fn import(mut self, fields: &str) -> Self {
        self.imports.push_str(fields);
        self
    }

    /// More fields of the component, after all others.
    pub(crate) fn field(mut self, fields: &str) -> Self {
        self.extra.push_str(fields);
        self
    }

    /// More options of the hook's lifting.
    pub(crate) fn options(mut self, options: &str) -> Self {
        self.options.push_str(options);
        self
    }

    /// One more imported function that the core module imports as `name` of the module `wasi`.
    pub(crate) fn lowered(mut self, name: &str, function: &str) -> Self {
        self.lowered
            .push_str(&format!("(core func $lowered-{name} (canon lower {function} (memory $memory) (realloc (core func $realloc))))"));
        self.provided.push_str(&format!("(export \"{name}\" (func $lowered-{name}))"));
        self
    }

    /// One more method of the imported resource `image`.
    pub(crate) fn method(mut self, name: &str, result: &str) -> Self {
        self.methods.push_str(&format!("(export \"[method]image.{name}\" (func (param \"self\" (borrow $image)) (result {result})))"));
        self
    }

    /// One more method of the imported resource `image-push`.
    pub(crate) fn push_method(mut self, name: &str, result: &str) -> Self {
        self.push_methods
            .push_str(&format!("(export \"[method]image-push.{name}\" (func (param \"self\" (borrow $push)) (result {result})))"));
        self
    }

    /// The text of the component.
    pub(crate) fn wat(&self) -> String {
        let Self { body, hook, hook_name, hook_type, libc, package, imports, extra, options, lowered, provided, methods, push_methods } =
            self;
        format!(
            r#"(component
  {INTERFACES}
  {imports}
  (core module $libc {libc})
  (core instance $libc (instantiate $libc))
  (alias core export $libc "memory" (core memory $memory))
  (alias core export $libc "realloc" (core func $realloc))
  (core func $log (canon lower (func $log-interface "log") (memory $memory)))
  (core func $reference (canon lower (func $types "[method]image-push.reference") (memory $memory) (realloc (core func $realloc))))
  (core func $images (canon lower (func $types "[method]image-push.images") (memory $memory) (realloc (core func $realloc))))
  (core func $platform (canon lower (func $types "[method]image.platform") (memory $memory) (realloc (core func $realloc))))
  (core func $repository-exists
    (canon lower (func $registry "repository-exists") (memory $memory) (realloc (core func $realloc))))
  (core func $drop-push (canon resource.drop $push))
  (core func $drop-image (canon resource.drop $image))
  {lowered}
  (core module $main
    (import "host" "memory" (memory 1))
    (import "host" "realloc" (func $realloc (param i32 i32 i32 i32) (result i32)))
    (import "host" "log" (func $log (param i32 i32 i32)))
    (import "host" "reference" (func $reference (param i32 i32)))
    (import "host" "images" (func $images (param i32 i32)))
    (import "host" "platform" (func $platform (param i32 i32)))
    (import "host" "repository-exists" (func $repository-exists (param i32 i32 i32)))
    (import "host" "drop-push" (func $drop-push (param i32)))
    (import "host" "drop-image" (func $drop-image (param i32)))
    {body})
  (core instance $main (instantiate $main (with "host" (instance
    (export "memory" (memory $memory)) (export "realloc" (func $realloc)) (export "log" (func $log))
    (export "reference" (func $reference)) (export "images" (func $images)) (export "platform" (func $platform))
    (export "repository-exists" (func $repository-exists))
    (export "drop-push" (func $drop-push)) (export "drop-image" (func $drop-image))))
    (with "wasi" (instance {provided}))))
  (func $prepare {hook_type}
    (canon lift (core func $main "prepare") (memory $memory) (realloc (core func $realloc)) {options}))
  (instance $hook (export "{hook_name}" (func $prepare)))
  (export "{hook}" (instance $hook))
  {extra})"#
        )
        .replace("VERSION", package)
        .replace("PUSH-METHODS", push_methods)
        .replace("METHODS", methods)
    }

    /// The component.
    pub(crate) fn build(&self) -> Vec<u8> {
        let wat = self.wat();
        wat::parse_str(&wat).unwrap_or_else(|error| panic!("{error}\n{wat}"))
    }
}

/// Data at an address, with every byte written out.
pub(crate) fn data(address: u32, bytes: &[u8]) -> String {
    let bytes: String = bytes.iter().map(|byte| format!("\\{byte:02x}")).collect();
    format!("(data (i32.const {address}) \"{bytes}\")")
}

/// Little-endian words.
pub(crate) fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

const LIBC: &str = r#"
    (memory (export "memory") 1)
    (global $next (mut i32) (i32.const 32768))
    (func (export "realloc") (param $old i32) (param $old-size i32) (param $align i32) (param $size i32) (result i32)
      (local $start i32)
      (local.set $start (i32.and (i32.add (global.get $next) (i32.const 7)) (i32.const -8)))
      (global.set $next (i32.add (local.get $start) (local.get $size)))
      (block $fits
        (br_if $fits (i32.le_u (global.get $next) (i32.mul (memory.size) (i32.const 65536))))
        (br_if $fits (i32.ne (i32.const -1) (memory.grow
          (i32.add (i32.const 1) (i32.div_u (local.get $size) (i32.const 65536))))))
        unreachable)
      (local.get $start))"#;

const INTERFACES: &str = r#"
  (import "pushgate:flavor/types@VERSION" (instance $types
    (export "image" (type $image (sub resource)))
    (export "[method]image.platform" (func (param "self" (borrow $image)) (result string)))
    METHODS
    (type $inspect-error-type
      (variant (case "not-found") (case "not-an-image" string) (case "unavailable" string) (case "other" string)))
    (export "inspect-error" (type $inspect-error (eq $inspect-error-type)))
    (export "image-push" (type $push (sub resource)))
    (export "[method]image-push.reference" (func (param "self" (borrow $push)) (result string)))
    (export "[method]image-push.images"
      (func (param "self" (borrow $push)) (result (result (list (own $image)) (error $inspect-error)))))
    PUSH-METHODS
    (type $violation-type (record (field "code" string) (field "message" string) (field "hint" (option string))
      (field "details" (list (tuple string string)))))
    (export "violation" (type $violation (eq $violation-type)))
    (type $refusal-type
      (variant (case "denied" (list $violation)) (case "misconfigured" string) (case "unavailable" string) (case "other" string)))
    (export "refusal" (type (eq $refusal-type)))
    (type $approval-type (enum "approved"))
    (export "approval" (type (eq $approval-type)))))
  (alias export $types "image" (type $image))
  (alias export $types "image-push" (type $push))
  (alias export $types "approval" (type $approval))
  (alias export $types "refusal" (type $refusal))
  (import "pushgate:flavor/log@VERSION" (instance $log-interface
    (type $level-type (enum "trace" "debug" "info" "warn" "error"))
    (export "level" (type $level (eq $level-type)))
    (export "log" (func (param "level" $level) (param "message" string)))))
  (import "pushgate:flavor/registry@VERSION" (instance $registry
    (type $query-error-type (variant (case "not-granted") (case "limit-exceeded") (case "unauthorized")
      (case "unavailable" string) (case "other" string)))
    (export "query-error" (type $query-error (eq $query-error-type)))
    (export "repository-exists" (func (param "repository" string) (result (result bool (error $query-error)))))
    (export "tags" (func (param "repository" string) (param "after" (option string)) (param "limit" u32)
      (result (result (list string) (error $query-error)))))
    (export "manifest-digest" (func (param "repository" string) (param "tag" string)
      (result (result (option string) (error $query-error)))))))"#;
