/* The conformance flavor: see tests/conformance/README.md. */
#include "conformance.h"

static const char schema[] = {
#embed "settings.schema.json"
};
PUSHGATE_SETTINGS_SCHEMA(schema)

static pushgate_answer *missing_labels(pushgate_answer *answer, const pushgate_image *image, const pushgate_json *labels) {
  for (size_t number = 0; number < pushgate_json_length(labels); number++) {
    const char *label = pushgate_json_text(pushgate_json_element(labels, number), "");
    const char *value = pushgate_image_label(image, label);
    if (value != NULL && *value != '\0') continue;
    const char *message = pushgate_concat("the image for ", image->platform, " has no label `", label, "`", NULL);
    answer = pushgate_also(answer, "label.missing", message, pushgate_concat("add it: LABEL ", label, "=...", NULL));
    pushgate_detail(answer, "platform", image->platform);
    pushgate_detail(answer, "label", label);
  }
  return answer;
}

static void log_everything(void) {
  pushgate_log(PUSHGATE_TRACE, "trace");
  pushgate_log(PUSHGATE_DEBUG, "debug");
  pushgate_log(PUSHGATE_INFO, "info");
  pushgate_log(PUSHGATE_WARN, "warn");
  pushgate_log(PUSHGATE_ERROR, "error");
}

const pushgate_answer *pushgate_prepare(const pushgate_push *push) {
  const pushgate_json *settings = pushgate_settings(push);
  if (pushgate_json_boolean(pushgate_json_member(settings, "log"), false)) log_everything();
  size_t length;
  const char *warning = pushgate_json_bytes(pushgate_json_member(settings, "warn"), &length);
  if (warning != NULL) pushgate_log_bytes(PUSHGATE_WARN, warning, length);

  const char *refuse = pushgate_json_text(pushgate_json_member(settings, "refuse"), "");
  if (strcmp(refuse, "misconfigured") == 0) return pushgate_misconfigured("as the settings ask");
  if (strcmp(refuse, "unavailable") == 0) return pushgate_unavailable("as the settings ask");
  if (strcmp(refuse, "other") == 0) return pushgate_other("as the settings ask");

  pushgate_answer *answer = NULL;
  if (pushgate_json_boolean(pushgate_json_member(settings, "report"), false)) answer = report(push, settings);

  const pushgate_json *labels = pushgate_json_member(settings, "labels");
  if (pushgate_json_length(labels) > 0) {
    const pushgate_image *images;
    size_t count;
    pushgate_error error;
    if (!pushgate_images(push, &images, &count, &error))
      return pushgate_unavailable(pushgate_concat("the images could not be looked at: ", pushgate_error_words(&error), NULL));
    for (size_t number = 0; number < count; number++) answer = missing_labels(answer, &images[number], labels);
  }

  const pushgate_json *registry = pushgate_json_member(settings, "registry");
  if (registry != NULL) answer = ask_registry(answer, push, registry);
  const pushgate_json *http = pushgate_json_member(settings, "http");
  if (http != NULL) answer = ask_server(answer, http);
  return answer != NULL ? answer : pushgate_approve();
}
