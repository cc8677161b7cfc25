/* What the flavor sees. */
#include "conformance.h"

#include <stdlib.h>

static int in_order(const void *one, const void *other) { return strcmp(*(const char *const *)one, *(const char *const *)other); }

/* The names of an object's members, sorted. */
static const char *names(const pushgate_json *object, const char *separator) {
  size_t count = pushgate_json_length(object);
  const char **sorted = pushgate_allocate(count * sizeof *sorted), *joined = "";
  for (size_t number = 0; number < count; number++) sorted[number] = pushgate_json_name(object, number);
  qsort(sorted, count, sizeof *sorted, in_order);
  for (size_t number = 0; number < count; number++) joined = pushgate_concat(joined, number > 0 ? separator : "", sorted[number], NULL);
  return joined;
}

/* The texts of an array after what is joined already. */
static const char *join(const char *joined, const pushgate_json *array, const char *separator) {
  for (size_t number = 0; number < pushgate_json_length(array); number++)
    joined = pushgate_concat(joined, *joined != '\0' ? separator : "", pushgate_json_text(pushgate_json_element(array, number), ""), NULL);
  return joined;
}

static const char *pairs(const pushgate_label *labels, size_t count) {
  const char *joined = "";
  for (size_t number = 0; number < count; number++)
    joined = pushgate_concat(joined, number > 0 ? ";" : "", labels[number].key, "=", labels[number].value, NULL);
  return joined;
}

static const char *size(bool known, uint64_t bytes) { return known ? pushgate_decimal(bytes) : "unknown"; }

static void about_image(pushgate_answer *answer, const pushgate_image *image, size_t number) {
  const char *prefix = pushgate_concat("image.", pushgate_decimal(number), ".", NULL);
  const pushgate_json *config = pushgate_image_config(image), *execution = pushgate_json_member(config, "config");
  const pushgate_label *annotations;
  size_t annotation_count;
  pushgate_image_annotations(image, &annotations, &annotation_count);
  const char *command = join(join("", pushgate_json_member(execution, "Entrypoint"), " "), pushgate_json_member(execution, "Cmd"), " ");
  size_t layers = pushgate_json_length(pushgate_json_member(pushgate_json_member(config, "rootfs"), "diff_ids"));
  uint64_t compressed = 0, uncompressed = 0;
  bool compressed_known = pushgate_image_compressed_size(image, &compressed), uncompressed_known = pushgate_image_uncompressed_size(image, &uncompressed);
  const char *const details[][2] = {
      {"platform", image->platform},
      {"labels", pairs(image->labels, image->label_count)},
      {"architecture", pushgate_json_text(pushgate_json_member(config, "architecture"), "")},
      {"os", pushgate_json_text(pushgate_json_member(config, "os"), "")},
      {"user", pushgate_json_text(pushgate_json_member(execution, "User"), "")},
      {"environment", join("", pushgate_json_member(execution, "Env"), ";")},
      {"command", command},
      {"ports", names(pushgate_json_member(execution, "ExposedPorts"), ";")},
      {"layers", pushgate_decimal(layers)},
      {"compressed-size", size(compressed_known, compressed)},
      {"uncompressed-size", size(uncompressed_known, uncompressed)},
      {"annotations", pairs(annotations, annotation_count)},
  };
  for (size_t detail = 0; detail < sizeof details / sizeof *details; detail++)
    pushgate_detail(answer, pushgate_concat(prefix, details[detail][0], NULL), details[detail][1]);
}

pushgate_answer *report(const pushgate_push *push, const pushgate_json *settings) {
  pushgate_answer *answer = pushgate_deny("report", "what the flavor sees", NULL);
  pushgate_detail(answer, "reference", push->reference);
  pushgate_detail(answer, "registry", push->registry);
  pushgate_detail(answer, "repository", push->repository);
  pushgate_detail(answer, "tag", push->tag != NULL ? push->tag : "none");
  pushgate_detail(answer, "registry-uri", push->registry_uri);
  pushgate_detail(answer, "settings", names(settings, ","));
  pushgate_detail(answer, "requested-at", pushgate_decimal(push->requested_at));
  pushgate_detail(answer, "dry-run", push->dry_run ? "true" : "false");
  const pushgate_image *images;
  size_t count;
  pushgate_error error;
  const char *digest;
  bool readable = pushgate_digest(push, &digest, &error);
  pushgate_detail(answer, "digest", !readable ? pushgate_error_words(&error) : digest != NULL ? digest : "unknown");
  if (!pushgate_images(push, &images, &count, &error)) return pushgate_detail(answer, "images", pushgate_error_words(&error));
  pushgate_detail(answer, "images", pushgate_decimal(count));
  for (size_t number = 0; number < count; number++) about_image(answer, &images[number], number);
  return answer;
}
