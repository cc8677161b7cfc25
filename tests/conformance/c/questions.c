/* What the registry and a server answer. */
#include "conformance.h"

#include "pushgate_http.h"
#include "pushgate_registry.h"

pushgate_answer *ask_registry(pushgate_answer *answer, const pushgate_push *push, const pushgate_json *asked) {
  const char *repository = pushgate_json_text(pushgate_json_member(asked, "repository"), push->repository);
  const char *tag = pushgate_json_text(pushgate_json_member(asked, "tag"), push->tag != NULL ? push->tag : "");
  const char *last = pushgate_json_text(pushgate_json_member(asked, "after"), NULL);
  uint32_t limit = (uint32_t)pushgate_json_integer(pushgate_json_member(asked, "limit"), 100);
  answer = pushgate_also(answer, "registry", "what the registry answers", pushgate_concat("asked for ", repository, NULL));

  pushgate_error error;
  bool exists;
  bool known = pushgate_registry_repository_exists(repository, &exists, &error);
  pushgate_detail(answer, "exists", !known ? pushgate_error_words(&error) : exists ? "true" : "false");

  const char *const *tags;
  size_t count;
  const char *joined = "";
  if (pushgate_registry_tags(repository, last, limit, &tags, &count, &error)) {
    for (size_t number = 0; number < count; number++) joined = pushgate_concat(joined, number > 0 ? "," : "", tags[number], NULL);
  } else {
    joined = pushgate_error_words(&error);
  }
  pushgate_detail(answer, "tags", joined);

  const char *digest;
  known = pushgate_registry_manifest_digest(repository, tag, &digest, &error);
  return pushgate_detail(answer, "digest", !known ? pushgate_error_words(&error) : digest != NULL ? digest : "none");
}

/* The headers of the settings, in the order of their names: there are few. */
static void sort(pushgate_header *headers, size_t count) {
  for (size_t one = 0; one < count; one++)
    for (size_t other = one + 1; other < count; other++)
      if (strcmp(headers[one].name, headers[other].name) > 0) {
        pushgate_header first = headers[one];
        headers[one] = headers[other];
        headers[other] = first;
      }
}

pushgate_answer *ask_server(pushgate_answer *answer, const pushgate_json *asked) {
  const pushgate_json *named = pushgate_json_member(asked, "headers");
  size_t count = pushgate_json_length(named);
  pushgate_header *headers = pushgate_allocate(count * sizeof *headers);
  for (size_t number = 0; number < count; number++)
    headers[number] = (pushgate_header){pushgate_json_name(named, number), pushgate_json_text(pushgate_json_element(named, number), "")};
  sort(headers, count);
  const char *body = pushgate_json_text(pushgate_json_member(asked, "body"), "");
  pushgate_request request = {
      .method = pushgate_json_text(pushgate_json_member(asked, "method"), "GET"),
      .url = pushgate_json_text(pushgate_json_member(asked, "url"), ""),
      .headers = headers,
      .header_count = count,
      .body = body,
      .body_length = strlen(body),
  };
  answer = pushgate_also(answer, "http", "what the server answers", pushgate_concat("sent ", request.method, " ", request.url, NULL));
  pushgate_response response;
  pushgate_error error;
  if (!pushgate_http_send(&request, &response, &error)) return pushgate_detail(answer, "error", pushgate_error_words(&error));
  pushgate_detail(answer, "status", pushgate_decimal(response.status));
  for (size_t number = 0; number < response.header_count; number++) {
    const char *name = response.headers[number].name;
    pushgate_detail(answer, pushgate_concat("header.", name, NULL), pushgate_response_header(&response, name));
  }
  return pushgate_detail(answer, "body", response.body);
}
