//! The conformance flavor in Zig, over the headers of the SDK of C: what it does is said in tests/conformance/README.md.

const std = @import("std");
/// The headers of the SDK, as Zig translates them: see sdk.h.
const c = @import("sdk");

/// A text that ends with a NUL, as C has it, or none.
const Text = [*c]const u8;
const Json = ?*const c.pushgate_json;
const none: Text = null;

const schema = @embedFile("settings.schema.json");
const exported_schema: extern struct { text: [*]const u8, length: usize } = .{ .text = schema, .length = schema.len };

/// What settings there are: what the macro PUSHGATE_SETTINGS_SCHEMA is in C.
export fn @"pushgate:flavor/settings@0.1.2#schema"() *const anyopaque {
    return &exported_schema;
}

/// The hook.
export fn pushgate_prepare(push: *const c.pushgate_push) ?*const c.pushgate_answer {
    const settings: Json = c.pushgate_settings(push);
    if (truth(settings, "log")) logEverything();
    var length: usize = 0;
    const warning = c.pushgate_json_bytes(member(settings, "warn"), &length);
    if (warning != null) c.pushgate_log_bytes(c.PUSHGATE_WARN, warning, length);

    // The functions behind the macros of C are handed the place of a refusal.
    const here = @src();
    const refuse = text(settings, "refuse", "");
    if (same(refuse, "misconfigured")) return c.pushgate_misconfigured_at("as the settings ask", here.file.ptr, here.line);
    if (same(refuse, "unavailable")) return c.pushgate_unavailable_at("as the settings ask", here.file.ptr, here.line);
    if (same(refuse, "other")) return c.pushgate_other_at("as the settings ask", here.file.ptr, here.line);

    var reasons: Reasons = .{};
    if (truth(settings, "report")) report(&reasons, push, settings);
    const labels = member(settings, "labels");
    if (c.pushgate_json_length(labels) > 0) {
        var images: [*c]const c.pushgate_image = null;
        var count: usize = 0;
        var failure: c.pushgate_error = undefined;
        if (!c.pushgate_images(push, &images, &count, &failure)) {
            const words = concat(&.{ "the images could not be looked at: ", c.pushgate_error_words(&failure) });
            return c.pushgate_unavailable_at(words, here.file.ptr, here.line);
        }
        for (images[0..count]) |*image| missLabels(&reasons, image, labels);
    }
    if (member(settings, "registry")) |asked| askRegistry(&reasons, push, asked);
    if (member(settings, "http")) |asked| askServer(&reasons, asked);
    return reasons.verdict();
}

/// Reasons for a denial, to which others may be added.
const Reasons = struct {
    answer: ?*c.pushgate_answer = null,

    fn add(self: *Reasons, at: std.builtin.SourceLocation, code: Text, message: Text, hint: Text) void {
        self.answer = c.pushgate_also_at(self.answer, code, message, hint, at.file.ptr, @intCast(at.line));
    }

    /// A fact about the last reason.
    fn detail(self: *Reasons, key: Text, value: Text) void {
        self.answer = c.pushgate_detail(self.answer, key, value);
    }

    /// Without a reason the push may go on.
    fn verdict(self: Reasons) ?*const c.pushgate_answer {
        return self.answer orelse c.pushgate_approve();
    }
};

fn report(reasons: *Reasons, push: *const c.pushgate_push, settings: Json) void {
    reasons.add(@src(), "report", "what the flavor sees", none);
    reasons.detail("reference", push.reference);
    reasons.detail("registry", push.registry);
    reasons.detail("repository", push.repository);
    reasons.detail("tag", if (push.tag != null) push.tag else "none");
    reasons.detail("registry-uri", push.registry_uri);
    reasons.detail("settings", names(settings, ","));
    reasons.detail("requested-at", c.pushgate_decimal(push.requested_at));
    reasons.detail("dry-run", if (push.dry_run) "true" else "false");
    var images: [*c]const c.pushgate_image = null;
    var count: usize = 0;
    var failure: c.pushgate_error = undefined;
    var digest: Text = null;
    const readable = c.pushgate_digest(push, &digest, &failure);
    reasons.detail("digest", if (!readable) c.pushgate_error_words(&failure) else if (digest != null) digest else "unknown");
    if (!c.pushgate_images(push, &images, &count, &failure)) return reasons.detail("images", c.pushgate_error_words(&failure));
    reasons.detail("images", c.pushgate_decimal(count));
    for (images[0..count], 0..) |*image, number| reportImage(reasons, image, number);
}

fn reportImage(reasons: *Reasons, image: *const c.pushgate_image, number: usize) void {
    const config: Json = c.pushgate_image_config(image);
    const execution = member(config, "config");
    var annotations: [*c]const c.pushgate_label = null;
    var annotation_count: usize = 0;
    c.pushgate_image_annotations(image, &annotations, &annotation_count);
    const details = [_]struct { Text, Text }{
        .{ "platform", image.platform },
        .{ "labels", pairs(image.labels, image.label_count) },
        .{ "architecture", text(config, "architecture", "") },
        .{ "os", text(config, "os", "") },
        .{ "user", text(execution, "User", "") },
        .{ "environment", join("", member(execution, "Env"), ";") },
        .{ "command", join(join("", member(execution, "Entrypoint"), " "), member(execution, "Cmd"), " ") },
        .{ "ports", names(member(execution, "ExposedPorts"), ";") },
        .{ "layers", c.pushgate_decimal(c.pushgate_json_length(member(member(config, "rootfs"), "diff_ids"))) },
        .{ "compressed-size", size(c.pushgate_image_compressed_size, image) },
        .{ "uncompressed-size", size(c.pushgate_image_uncompressed_size, image) },
        .{ "annotations", pairs(annotations, annotation_count) },
    };
    for (details) |detail| reasons.detail(concat(&.{ "image.", c.pushgate_decimal(number), ".", detail[0] }), detail[1]);
}

fn pairs(first: [*c]const c.pushgate_label, count: usize) Text {
    var joined: Text = "";
    for (0..count) |number| {
        const pair = first[number];
        joined = concat(&.{ joined, if (number > 0) ";" else "", pair.key, "=", pair.value });
    }
    return joined;
}

fn size(ask: anytype, image: *const c.pushgate_image) Text {
    var bytes: u64 = 0;
    return if (ask(image, &bytes)) c.pushgate_decimal(bytes) else "unknown";
}

fn missLabels(reasons: *Reasons, image: *const c.pushgate_image, labels: Json) void {
    for (0..c.pushgate_json_length(labels)) |number| {
        const label = c.pushgate_json_text(c.pushgate_json_element(labels, number), "");
        const value = c.pushgate_image_label(image, label);
        if (value != null and value[0] != 0) continue;
        const message = concat(&.{ "the image for ", image.platform, " has no label `", label, "`" });
        reasons.add(@src(), "label.missing", message, concat(&.{ "add it: LABEL ", label, "=..." }));
        reasons.detail("platform", image.platform);
        reasons.detail("label", label);
    }
}

fn askRegistry(reasons: *Reasons, push: *const c.pushgate_push, asked: Json) void {
    const repository = text(asked, "repository", push.repository);
    const tag = text(asked, "tag", if (push.tag != null) push.tag else "");
    const limit: u32 = @intCast(c.pushgate_json_integer(member(asked, "limit"), 100));
    reasons.add(@src(), "registry", "what the registry answers", concat(&.{ "asked for ", repository }));

    var failure: c.pushgate_error = undefined;
    var exists = false;
    const known = c.pushgate_registry_repository_exists(repository, &exists, &failure);
    reasons.detail("exists", if (!known) c.pushgate_error_words(&failure) else if (exists) "true" else "false");

    var tags: [*c]const Text = null;
    var count: usize = 0;
    var joined: Text = "";
    if (c.pushgate_registry_tags(repository, text(asked, "after", none), limit, &tags, &count, &failure)) {
        for (0..count) |number| joined = concat(&.{ joined, if (number > 0) "," else "", tags[number] });
    } else {
        joined = c.pushgate_error_words(&failure);
    }
    reasons.detail("tags", joined);

    var digest: Text = null;
    const answered = c.pushgate_registry_manifest_digest(repository, tag, &digest, &failure);
    reasons.detail("digest", if (!answered) c.pushgate_error_words(&failure) else if (digest != null) digest else "none");
}

fn askServer(reasons: *Reasons, asked: Json) void {
    const named = member(asked, "headers");
    const count = c.pushgate_json_length(named);
    const memory: [*]c.pushgate_header = @ptrCast(@alignCast(c.pushgate_allocate(count * @sizeOf(c.pushgate_header))));
    const headers = memory[0..count];
    for (headers, 0..) |*header, number| {
        header.* = .{ .name = c.pushgate_json_name(named, number), .value = c.pushgate_json_text(c.pushgate_json_element(named, number), "") };
    }
    std.mem.sort(c.pushgate_header, headers, {}, struct {
        fn before(_: void, one: c.pushgate_header, other: c.pushgate_header) bool {
            return c.strcmp(one.name, other.name) < 0;
        }
    }.before);
    const body = text(asked, "body", "");
    var request: c.pushgate_request = .{
        .method = text(asked, "method", "GET"),
        .url = text(asked, "url", ""),
        .headers = headers.ptr,
        .header_count = count,
        .body = body,
        .body_length = c.strlen(body),
    };
    reasons.add(@src(), "http", "what the server answers", concat(&.{ "sent ", request.method, " ", request.url }));
    var response: c.pushgate_response = undefined;
    var failure: c.pushgate_error = undefined;
    if (!c.pushgate_http_send(&request, &response, &failure)) return reasons.detail("error", c.pushgate_error_words(&failure));
    reasons.detail("status", c.pushgate_decimal(response.status));
    for (0..response.header_count) |number| {
        const name = response.headers[number].name;
        reasons.detail(concat(&.{ "header.", name }), c.pushgate_response_header(&response, name));
    }
    reasons.detail("body", response.body);
}

fn logEverything() void {
    c.pushgate_log(c.PUSHGATE_TRACE, "trace");
    c.pushgate_log(c.PUSHGATE_DEBUG, "debug");
    c.pushgate_log(c.PUSHGATE_INFO, "info");
    c.pushgate_log(c.PUSHGATE_WARN, "warn");
    c.pushgate_log(c.PUSHGATE_ERROR, "error");
}

fn member(object: Json, name: Text) Json {
    return c.pushgate_json_member(object, name);
}

fn text(object: Json, name: Text, otherwise: Text) Text {
    return c.pushgate_json_text(member(object, name), otherwise);
}

fn truth(object: Json, name: Text) bool {
    return c.pushgate_json_boolean(member(object, name), false);
}

fn same(one: Text, other: Text) bool {
    return c.strcmp(one, other) == 0;
}

fn concat(texts: []const Text) Text {
    var whole: Text = "";
    for (texts) |next| whole = c.pushgate_concat(whole, next, none);
    return whole;
}

/// The texts of an array after what is joined already.
fn join(before: Text, array: Json, separator: Text) Text {
    var joined = before;
    for (0..c.pushgate_json_length(array)) |number| {
        const value = c.pushgate_json_text(c.pushgate_json_element(array, number), "");
        joined = concat(&.{ joined, if (joined[0] != 0) separator else "", value });
    }
    return joined;
}

/// The names of an object's members, sorted.
fn names(object: Json, separator: Text) Text {
    const count = c.pushgate_json_length(object);
    const memory: [*]Text = @ptrCast(@alignCast(c.pushgate_allocate(count * @sizeOf(Text))));
    const sorted = memory[0..count];
    for (sorted, 0..) |*name, number| name.* = c.pushgate_json_name(object, number);
    std.mem.sort(Text, sorted, {}, struct {
        fn before(_: void, one: Text, other: Text) bool {
            return c.strcmp(one, other) < 0;
        }
    }.before);
    var joined: Text = "";
    for (sorted, 0..) |name, number| joined = concat(&.{ joined, if (number > 0) separator else "", name });
    return joined;
}
