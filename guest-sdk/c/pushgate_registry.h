/* Read-only questions to the registry that the image goes to, inside its URI: a capability that the operator grants. A repository is named by its whole
 * path, as pushgate_push.repository gives it. False: `error` says why there is no answer. */
#ifndef PUSHGATE_REGISTRY_H
#define PUSHGATE_REGISTRY_H

#include "pushgate_flavor.h"

#ifdef __cplusplus
extern "C" {
#endif

bool pushgate_registry_repository_exists(const char *repository, bool *exists, pushgate_error *error);

/* At most `limit` tags (and at most 1,000) that come after `after`, which may be NULL; sorted. None at the end, and for a repository that is not there. */
bool pushgate_registry_tags(const char *repository, const char *after, uint32_t limit, const char *const **tags, size_t *count,
                            pushgate_error *error);

/* The digest of the manifest that a tag points to; NULL when there is no such tag. */
bool pushgate_registry_manifest_digest(const char *repository, const char *tag, const char **digest, pushgate_error *error);

#ifdef __cplusplus
}
#endif
#endif
