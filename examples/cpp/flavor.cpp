// The conformance flavor in C++, over the headers of the SDK of C: what it does is said in tests/conformance/README.md.
#include <stdlib.h>
#include <string.h>

#include "pushgate_flavor.h"
#include "pushgate_http.h"
#include "pushgate_registry.h"

static const char schema[] = {
#embed "settings.schema.json"
};
PUSHGATE_SETTINGS_SCHEMA(schema)

namespace {

/// The elements of an array, or the values of an object's members.
class Values {
public:
  explicit Values(const pushgate_json *of) : of(of) {}

  struct Iterator {
    const pushgate_json *of;
    size_t number;
    const pushgate_json *operator*() const { return pushgate_json_element(of, number); }
    Iterator &operator++() { return ++number, *this; }
    bool operator!=(const Iterator &other) const { return number != other.number; }
  };
  Iterator begin() const { return {of, 0}; }
  Iterator end() const { return {of, pushgate_json_length(of)}; }

private:
  const pushgate_json *of;
};

/// Reasons for a denial, to which others may be added.
class Reasons {
public:
  Reasons &add(const char *code, const char *message, const char *hint) {
    answer = pushgate_also(answer, code, message, hint);
    return *this;
  }
  /// A fact about the last reason.
  Reasons &detail(const char *key, const char *value) {
    answer = pushgate_detail(answer, key, value);
    return *this;
  }
  /// Without a reason the push may go on.
  const pushgate_answer *verdict() const { return answer != nullptr ? answer : pushgate_approve(); }

private:
  pushgate_answer *answer = nullptr;
};

template <typename... Texts> const char *concat(Texts... texts) { return pushgate_concat(texts..., static_cast<const char *>(nullptr)); }

const pushgate_json *member(const pushgate_json *object, const char *name) { return pushgate_json_member(object, name); }
const char *text(const pushgate_json *object, const char *name, const char *otherwise) { return pushgate_json_text(member(object, name), otherwise); }
bool truth(const pushgate_json *object, const char *name) { return pushgate_json_boolean(member(object, name), false); }

/// The texts of an array after what is joined already.
const char *join(const char *joined, const pushgate_json *array, const char *separator) {
  for (const pushgate_json *value : Values(array)) joined = concat(joined, *joined != '\0' ? separator : "", pushgate_json_text(value, ""));
  return joined;
}

/// The names of an object's members, sorted.
const char *names(const pushgate_json *object, const char *separator) {
  size_t count = pushgate_json_length(object);
  auto **sorted = static_cast<const char **>(pushgate_allocate(count * sizeof(const char *)));
  for (size_t number = 0; number < count; number++) sorted[number] = pushgate_json_name(object, number);
  qsort(sorted, count, sizeof *sorted, [](const void *one, const void *other) {
    return strcmp(*static_cast<const char *const *>(one), *static_cast<const char *const *>(other));
  });
  const char *joined = "";
  for (size_t number = 0; number < count; number++) joined = concat(joined, number > 0 ? separator : "", sorted[number]);
  return joined;
}

const char *pairs(const pushgate_label *pairs, size_t count) {
  const char *joined = "";
  for (size_t number = 0; number < count; number++) joined = concat(joined, number > 0 ? ";" : "", pairs[number].key, "=", pairs[number].value);
  return joined;
}

void report_image(Reasons &reasons, const pushgate_image &image, size_t number) {
  const pushgate_json *config = pushgate_image_config(&image), *execution = member(config, "config");
  const pushgate_label *annotations;
  size_t annotation_count;
  pushgate_image_annotations(&image, &annotations, &annotation_count);
  uint64_t bytes = 0;
  const char *compressed = pushgate_image_compressed_size(&image, &bytes) ? pushgate_decimal(bytes) : "unknown";
  const char *uncompressed = pushgate_image_uncompressed_size(&image, &bytes) ? pushgate_decimal(bytes) : "unknown";
  const struct {
    const char *key, *value;
  } details[] = {
      {"platform", image.platform},
      {"labels", pairs(image.labels, image.label_count)},
      {"architecture", text(config, "architecture", "")},
      {"os", text(config, "os", "")},
      {"user", text(execution, "User", "")},
      {"environment", join("", member(execution, "Env"), ";")},
      {"command", join(join("", member(execution, "Entrypoint"), " "), member(execution, "Cmd"), " ")},
      {"ports", names(member(execution, "ExposedPorts"), ";")},
      {"layers", pushgate_decimal(pushgate_json_length(member(member(config, "rootfs"), "diff_ids")))},
      {"compressed-size", compressed},
      {"uncompressed-size", uncompressed},
      {"annotations", pairs(annotations, annotation_count)},
  };
  for (const auto &[key, value] : details) reasons.detail(concat("image.", pushgate_decimal(number), ".", key), value);
}

void report(Reasons &reasons, const pushgate_push &push, const pushgate_json *settings) {
  reasons.add("report", "what the flavor sees", nullptr)
      .detail("reference", push.reference)
      .detail("registry", push.registry)
      .detail("repository", push.repository)
      .detail("tag", push.tag != nullptr ? push.tag : "none")
      .detail("registry-uri", push.registry_uri)
      .detail("settings", names(settings, ","))
      .detail("requested-at", pushgate_decimal(push.requested_at))
      .detail("dry-run", push.dry_run ? "true" : "false");
  const pushgate_image *images;
  size_t count;
  pushgate_error error;
  const char *digest;
  const bool readable = pushgate_digest(&push, &digest, &error);
  reasons.detail("digest", !readable ? pushgate_error_words(&error) : digest != nullptr ? digest : "unknown");
  if (!pushgate_images(&push, &images, &count, &error)) {
    reasons.detail("images", pushgate_error_words(&error));
    return;
  }
  reasons.detail("images", pushgate_decimal(count));
  for (size_t number = 0; number < count; number++) report_image(reasons, images[number], number);
}

void miss_labels(Reasons &reasons, const pushgate_image &image, const pushgate_json *labels) {
  for (const pushgate_json *wanted : Values(labels)) {
    const char *label = pushgate_json_text(wanted, ""), *value = pushgate_image_label(&image, label);
    if (value != nullptr && *value != '\0') continue;
    reasons.add("label.missing", concat("the image for ", image.platform, " has no label `", label, "`"), concat("add it: LABEL ", label, "=..."))
        .detail("platform", image.platform)
        .detail("label", label);
  }
}

void ask_registry(Reasons &reasons, const pushgate_push &push, const pushgate_json *asked) {
  const char *repository = text(asked, "repository", push.repository), *tag = text(asked, "tag", push.tag != nullptr ? push.tag : "");
  auto limit = static_cast<uint32_t>(pushgate_json_integer(member(asked, "limit"), 100));
  reasons.add("registry", "what the registry answers", concat("asked for ", repository));

  pushgate_error error;
  bool exists;
  bool known = pushgate_registry_repository_exists(repository, &exists, &error);
  reasons.detail("exists", !known ? pushgate_error_words(&error) : exists ? "true" : "false");

  const char *const *tags;
  size_t count;
  const char *joined = "";
  if (pushgate_registry_tags(repository, text(asked, "after", nullptr), limit, &tags, &count, &error)) {
    for (size_t number = 0; number < count; number++) joined = concat(joined, number > 0 ? "," : "", tags[number]);
  } else {
    joined = pushgate_error_words(&error);
  }
  reasons.detail("tags", joined);

  const char *digest;
  known = pushgate_registry_manifest_digest(repository, tag, &digest, &error);
  reasons.detail("digest", !known ? pushgate_error_words(&error) : digest != nullptr ? digest : "none");
}

void ask_server(Reasons &reasons, const pushgate_json *asked) {
  const pushgate_json *named = member(asked, "headers");
  size_t count = pushgate_json_length(named);
  auto *headers = static_cast<pushgate_header *>(pushgate_allocate(count * sizeof(pushgate_header)));
  for (size_t number = 0; number < count; number++)
    headers[number] = {pushgate_json_name(named, number), pushgate_json_text(pushgate_json_element(named, number), "")};
  qsort(headers, count, sizeof *headers, [](const void *one, const void *other) {
    return strcmp(static_cast<const pushgate_header *>(one)->name, static_cast<const pushgate_header *>(other)->name);
  });
  const char *body = text(asked, "body", "");
  pushgate_request request = {text(asked, "method", "GET"), text(asked, "url", ""), headers, count, body, strlen(body)};
  reasons.add("http", "what the server answers", concat("sent ", request.method, " ", request.url));
  pushgate_response response;
  pushgate_error error;
  if (!pushgate_http_send(&request, &response, &error)) {
    reasons.detail("error", pushgate_error_words(&error));
    return;
  }
  reasons.detail("status", pushgate_decimal(response.status));
  for (size_t number = 0; number < response.header_count; number++) {
    const char *name = response.headers[number].name;
    reasons.detail(concat("header.", name), pushgate_response_header(&response, name));
  }
  reasons.detail("body", response.body);
}

void log_everything() {
  const char *const words[] = {"trace", "debug", "info", "warn", "error"};
  for (int level = PUSHGATE_TRACE; level <= PUSHGATE_ERROR; level++) pushgate_log(static_cast<pushgate_level>(level), words[level]);
}

} // namespace

const pushgate_answer *pushgate_prepare(const pushgate_push *push) {
  const pushgate_json *settings = pushgate_settings(push);
  if (truth(settings, "log")) log_everything();
  size_t length;
  const char *warning = pushgate_json_bytes(member(settings, "warn"), &length);
  if (warning != nullptr) pushgate_log_bytes(PUSHGATE_WARN, warning, length);

  const char *refuse = text(settings, "refuse", "");
  if (strcmp(refuse, "misconfigured") == 0) return pushgate_misconfigured("as the settings ask");
  if (strcmp(refuse, "unavailable") == 0) return pushgate_unavailable("as the settings ask");
  if (strcmp(refuse, "other") == 0) return pushgate_other("as the settings ask");

  Reasons reasons;
  if (truth(settings, "report")) report(reasons, *push, settings);
  const pushgate_json *labels = member(settings, "labels");
  if (pushgate_json_length(labels) > 0) {
    const pushgate_image *images;
    size_t count;
    pushgate_error error;
    if (!pushgate_images(push, &images, &count, &error))
      return pushgate_unavailable(concat("the images could not be looked at: ", pushgate_error_words(&error)));
    for (size_t number = 0; number < count; number++) miss_labels(reasons, images[number], labels);
  }
  if (const pushgate_json *asked = member(settings, "registry")) ask_registry(reasons, *push, asked);
  if (const pushgate_json *asked = member(settings, "http")) ask_server(reasons, asked);
  return reasons.verdict();
}
