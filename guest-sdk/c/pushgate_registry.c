/* Questions to the registry. A flavor that asks none does not import the capability. */
#include "pushgate_registry.h"

#include "pushgate_internal.h"

static bool failed(pushgate_error *error, pushgate_flavor_registry_query_error_t *failure) {
  switch (failure->tag) {
  case PUSHGATE_FLAVOR_REGISTRY_QUERY_ERROR_NOT_GRANTED:
    pushgate_set_error(error, "not-granted", NULL);
    break;
  case PUSHGATE_FLAVOR_REGISTRY_QUERY_ERROR_LIMIT_EXCEEDED:
    pushgate_set_error(error, "limit-exceeded", NULL);
    break;
  case PUSHGATE_FLAVOR_REGISTRY_QUERY_ERROR_UNAUTHORIZED:
    pushgate_set_error(error, "unauthorized", NULL);
    break;
  case PUSHGATE_FLAVOR_REGISTRY_QUERY_ERROR_UNAVAILABLE:
    pushgate_set_error(error, "unavailable", &failure->val.unavailable);
    break;
  default:
    pushgate_set_error(error, "other", &failure->val.other);
  }
  return false;
}

bool pushgate_registry_repository_exists(const char *repository, bool *exists, pushgate_error *error) {
  flavor_string_t name = pushgate_lend(repository);
  pushgate_flavor_registry_query_error_t failure;
  return pushgate_flavor_registry_repository_exists(&name, exists, &failure) || failed(error, &failure);
}

bool pushgate_registry_tags(const char *repository, const char *after, uint32_t limit, const char *const **tags, size_t *count,
                            pushgate_error *error) {
  flavor_string_t name = pushgate_lend(repository), last = pushgate_lend(after == NULL ? "" : after);
  pushgate_flavor_registry_query_error_t failure;
  flavor_list_string_t page;
  if (!pushgate_flavor_registry_tags(&name, after == NULL ? NULL : &last, limit, &page, &failure)) return failed(error, &failure);
  const char **texts = pushgate_allocate(page.len * sizeof *texts);
  for (size_t tag = 0; tag < page.len; tag++) texts[tag] = pushgate_text_of(page.ptr[tag]);
  *tags = texts;
  *count = page.len;
  return true;
}

bool pushgate_registry_manifest_digest(const char *repository, const char *tag, const char **digest, pushgate_error *error) {
  flavor_string_t name = pushgate_lend(repository), asked = pushgate_lend(tag);
  pushgate_flavor_registry_query_error_t failure;
  flavor_option_string_t found;
  if (!pushgate_flavor_registry_manifest_digest(&name, &asked, &found, &failure)) return failed(error, &failure);
  *digest = found.is_some ? pushgate_text_of(found.val) : NULL;
  return true;
}
