/* Says which images may be pushed. */
#include <string.h>

#include "pushgate_flavor.h"
{% if http %}
#include "pushgate_http.h"
{% endif %}
{% if registry %}
#include "pushgate_registry.h"
{% endif %}
{% if settings %}

static const char schema[] = {
#embed "settings.schema.json"
};
PUSHGATE_SETTINGS_SCHEMA(schema)

static bool is_forbidden(const pushgate_push *push) {
  const pushgate_json *tags = pushgate_json_member(pushgate_settings(push), "tags");
  if (tags == NULL) return strcmp(push->tag, "latest") == 0;
  for (size_t number = 0; number < pushgate_json_length(tags); number++)
    if (strcmp(pushgate_json_text(pushgate_json_element(tags, number), ""), push->tag) == 0) return true;
  return false;
}
{% endif %}

const pushgate_answer *pushgate_prepare(const pushgate_push *push) {
  if (push->tag == NULL) return pushgate_approve();
{% if settings %}
  if (is_forbidden(push)) {
    const char *message = pushgate_concat("the tag `", push->tag, "` is forbidden", NULL);
    return pushgate_detail(pushgate_deny("tag.forbidden", message, "push a tag that names the version"), "tag", push->tag);
  }
{% else %}
  if (strcmp(push->tag, "latest") == 0) {
    const char *hint = "push a tag that names the version";
    return pushgate_detail(pushgate_deny("tag.forbidden", "the tag `latest` is forbidden", hint), "tag", push->tag);
  }
{% endif %}
{% if registry or http %}
  pushgate_error error;
{% endif %}
{% if registry %}

  const char *digest;
  if (!pushgate_registry_manifest_digest(push->repository, push->tag, &digest, &error))
    return pushgate_unavailable(pushgate_concat("the registry could not be asked: ", pushgate_error_words(&error), NULL));
  if (digest != NULL) {
    const char *message = pushgate_concat("the tag `", push->tag, "` exists already", NULL);
    return pushgate_detail(pushgate_deny("tag.exists", message, "push a new tag"), "digest", digest);
  }
{% endif %}
{% if http %}

  pushgate_response page;
  if (!pushgate_http_send(&(pushgate_request){.url = "https://status.example.com/freeze"}, &page, &error))
    return pushgate_unavailable(pushgate_concat("the status page could not be asked: ", pushgate_error_words(&error), NULL));
  if (page.status != 200)
    return pushgate_unavailable(pushgate_concat("the status page answered ", pushgate_decimal(page.status), NULL));
  if (strcmp(page.body, "frozen") == 0) return pushgate_deny("push.frozen", "pushes are frozen", "try again when the freeze is over");
{% endif %}

  return pushgate_approve();
}
