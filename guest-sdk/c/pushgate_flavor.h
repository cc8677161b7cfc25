/* Write a pushgate flavor in C: a hook that is asked before a container image is pushed.
 *
 *     #include "pushgate_flavor.h"
 *
 *     const pushgate_answer *pushgate_prepare(const pushgate_push *push) {
 *       if (push->tag != NULL && strcmp(push->tag, "latest") == 0)
 *         return pushgate_deny("tag.forbidden", "the tag `latest` is forbidden", "push a tag that names the version");
 *       return pushgate_approve();
 *     }
 *
 * Texts are UTF-8 and end with a NUL; where one can hold a NUL itself, its length stands beside it. Whatever a function here gives lives until the
 * hook has answered, and belongs to the SDK: an instance of a flavor answers once, so nothing is ever freed.
 *
 * There are no files, no environment, no threads, and no network but what is in `pushgate_registry.h` and `pushgate_http.h` and was granted.
 * time() is `requested_at`; random numbers are the same in every call; waiting ends the call. What is printed goes to the log, at the level of
 * debugging.
 */
#ifndef PUSHGATE_FLAVOR_H
#define PUSHGATE_FLAVOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pushgate_absent.h"
#include "pushgate_json.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The push that the hook is asked about. Its reference is already proven to lie inside the registry's URI. */
typedef struct pushgate_push {
  const char *reference;    /* canonical: registry/repository:tag, or registry/repository@digest without a tag */
  const char *registry;     /* the registry's host, with its port if it has one */
  const char *repository;   /* the whole path: team/app */
  const char *tag;          /* NULL when the image is pushed by digest only */
  const char *registry_uri; /* the URI that the registry was registered with */
  uint64_t requested_at;    /* seconds since 1970-01-01 UTC when the push was asked for; time() is the same */
  bool dry_run;             /* nothing will be pushed whatever the answer is; the flavor must change nothing either */
} pushgate_push;

/* Why something could not be had. */
typedef struct pushgate_error {
  const char *name; /* the case in the contract: "not-found", "unavailable" */
  const char *text; /* what the host says about it; NULL for a case without a text */
} pushgate_error;

/* The name of the case and, where there is one, its text: "unavailable: no answer". */
const char *pushgate_error_words(const pushgate_error *error);

/* Both are the image author's: any text at all. */
typedef struct pushgate_label {
  const char *key;
  size_t key_length;
  const char *value;
  size_t value_length;
} pushgate_label;

/* One image of the push: one platform of a multi-platform image, or the only one. */
typedef struct pushgate_image {
  const char *platform;         /* os/architecture[/variant] */
  const pushgate_label *labels; /* sorted by key */
  size_t label_count;
  int32_t handle; /* of the host */
} pushgate_image;

/* Every image of the push in the order of its index, never none. The host reads them on the first call. False: `error` says why there are none. */
bool pushgate_images(const pushgate_push *push, const pushgate_image **images, size_t *count, pushgate_error *error);

/* The value of a label; NULL when the image does not have it. */
const char *pushgate_image_label(const pushgate_image *image, const char *key);

/* The image config, after the OCI image specification: "architecture", "os", "config", "rootfs". */
const pushgate_json *pushgate_image_config(const pushgate_image *image);

/* What a registry holds of the image, in bytes: its config and its layers as they are pushed. False where nobody can tell: the layers are compressed only in the
 * push, as those of the Docker Engine's images are. */
bool pushgate_image_compressed_size(const pushgate_image *image, uint64_t *bytes);

/* The image's layers uncompressed, in bytes. False where nobody has counted, as of most compressed layers. */
bool pushgate_image_uncompressed_size(const pushgate_image *image, uint64_t *bytes);

/* The value of an annotation of the image's manifest; NULL when it does not have it, and where the manifest is made only in the push, as that of the Docker
 * Engine's images is. */
const char *pushgate_image_annotation(const pushgate_image *image, const char *key);

/* All annotations of the image's manifest, sorted by key. */
void pushgate_image_annotations(const pushgate_image *image, const pushgate_label **annotations, size_t *count);

/* The digest that the tag points to after the push: of the manifest that is pushed, or of the index; NULL where the manifest is made only in the push. The host
 * reads the source on the first call. False: `error` says why it cannot be read. */
bool pushgate_digest(const pushgate_push *push, const char **digest, pushgate_error *error);

/* The settings that the registry gives this flavor: an object. */
const pushgate_json *pushgate_settings(const pushgate_push *push);

/* What the hook answers: made by the functions below, and by nothing else.
 *
 * A refusal is made where it is returned. A call that made one and then approves fails, with the line where it was made, unless pushgate_drop()
 * dropped it. Each refusal has a macro, which knows the line, and a function behind it, for languages without the macros. */
typedef struct pushgate_answer pushgate_answer;

/* The hook: the flavor defines it. Anything but an answer from here, NULL too, ends the call as the flavor's failure: nothing is pushed. */
const pushgate_answer *pushgate_prepare(const pushgate_push *push);

#define PUSHGATE_ANSWER __attribute__((warn_unused_result))

/* As far as this flavor is concerned, the push may go on. */
PUSHGATE_ANSWER const pushgate_answer *pushgate_approve(void);

/* The image breaks the rules. `code` is for machines ("tag.forbidden"), `message` for the person who pushes, `hint`, which may be NULL, says what to do. */
#define pushgate_deny(code, message, hint) pushgate_deny_at((code), (message), (hint), __FILE__, __LINE__)
PUSHGATE_ANSWER pushgate_answer *pushgate_deny_at(const char *code, const char *message, const char *hint, const char *file, int line);

/* One reason more. `answer` may be NULL, so that reasons can be collected in a loop; any other answer than a denial ends the call. A denial that was dropped
 * counts again, from this line on. */
#define pushgate_also(answer, code, message, hint) pushgate_also_at((answer), (code), (message), (hint), __FILE__, __LINE__)
PUSHGATE_ANSWER pushgate_answer *pushgate_also_at(pushgate_answer *answer, const char *code, const char *message, const char *hint, const char *file,
                                                  int line);

/* A fact for machines about the last reason: "platform", "label". A key that was given before gets the new value. */
pushgate_answer *pushgate_detail(pushgate_answer *answer, const char *key, const char *value);

/* The settings do not make sense; the operator acts. */
#define pushgate_misconfigured(message) pushgate_misconfigured_at((message), __FILE__, __LINE__)
PUSHGATE_ANSWER const pushgate_answer *pushgate_misconfigured_at(const char *message, const char *file, int line);

/* Something that the flavor needs did not answer. */
#define pushgate_unavailable(message) pushgate_unavailable_at((message), __FILE__, __LINE__)
PUSHGATE_ANSWER const pushgate_answer *pushgate_unavailable_at(const char *message, const char *file, int line);

/* Anything else. */
#define pushgate_other(message) pushgate_other_at((message), __FILE__, __LINE__)
PUSHGATE_ANSWER const pushgate_answer *pushgate_other_at(const char *message, const char *file, int line);

/* Drops a refusal on purpose: the call may approve as if it had never been made. NULL is ignored. */
void pushgate_drop(const pushgate_answer *refusal);

typedef enum pushgate_level { PUSHGATE_TRACE, PUSHGATE_DEBUG, PUSHGATE_INFO, PUSHGATE_WARN, PUSHGATE_ERROR } pushgate_level;

/* Says something to the person who pushes. Warnings and errors are kept in the report. */
void pushgate_log(pushgate_level level, const char *message);
/* The same for a text that may hold a NUL. */
void pushgate_log_bytes(pushgate_level level, const char *message, size_t length);

/* The texts one after another, up to NULL: pushgate_concat("the tag `", tag, "` is forbidden", NULL). Smaller than snprintf by 17 KB. */
__attribute__((sentinel)) const char *pushgate_concat(const char *first, ...);
/* A number in decimal. */
const char *pushgate_decimal(uint64_t number);

/* Ends the call as the flavor's failure, with the message and the line. So does assert(). */
#define pushgate_fail(message) pushgate_fail_at((message), __FILE__, __LINE__)
__attribute__((noreturn)) void pushgate_fail_at(const char *message, const char *file, int line);

/* Memory that lives as long as the call; it ends the call when there is none left. */
void *pushgate_allocate(size_t size);

/* Exports the JSON Schema of the settings, once in a flavor that takes some:
 *
 *     static const char schema[] = {
 *     #embed "settings.schema.json"
 *     };
 *     PUSHGATE_SETTINGS_SCHEMA(schema)
 */
#define PUSHGATE_SETTINGS_SCHEMA(schema)                                                                          \
  __attribute__((__export_name__("pushgate:flavor/settings@0.1.2#schema"))) const void *pushgate_schema(void) {   \
    static struct {                                                                                               \
      const char *text;                                                                                           \
      size_t length;                                                                                              \
    } const exported = {(schema), sizeof(schema)};                                                                \
    return &exported;                                                                                             \
  }

#ifdef __cplusplus
}
#endif
#endif
