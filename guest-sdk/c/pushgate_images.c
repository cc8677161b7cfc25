/* The images of the push. Without a call of these, `pushgate check` needs no source. */
#include "pushgate_internal.h"

#include <string.h>

/* Why the source could not be read. */
static void set_inspect_error(pushgate_error *error, pushgate_flavor_types_inspect_error_t *failure) {
  switch (failure->tag) {
  case PUSHGATE_FLAVOR_TYPES_INSPECT_ERROR_NOT_FOUND:
    pushgate_set_error(error, "not-found", NULL);
    break;
  case PUSHGATE_FLAVOR_TYPES_INSPECT_ERROR_NOT_AN_IMAGE:
    pushgate_set_error(error, "not-an-image", &failure->val.not_an_image);
    break;
  case PUSHGATE_FLAVOR_TYPES_INSPECT_ERROR_UNAVAILABLE:
    pushgate_set_error(error, "unavailable", &failure->val.unavailable);
    break;
  default:
    pushgate_set_error(error, "other", &failure->val.other);
  }
}

static const pushgate_label *labels_of(flavor_list_tuple2_string_string_t list) {
  pushgate_label *pairs = pushgate_allocate(list.len * sizeof *pairs);
  for (size_t number = 0; number < list.len; number++) {
    flavor_string_t key = list.ptr[number].f0, value = list.ptr[number].f1;
    pairs[number] = (pushgate_label){pushgate_text_of(key), key.len, pushgate_text_of(value), value.len};
  }
  return pairs;
}

static const char *find(const pushgate_label *labels, size_t count, const char *key) {
  size_t length = strlen(key);
  for (size_t number = 0; number < count; number++) {
    /* A key that goes on after a NUL is another one. */
    if (labels[number].key_length == length && memcmp(labels[number].key, key, length) == 0) return labels[number].value;
  }
  return NULL;
}

bool pushgate_images(const pushgate_push *push, const pushgate_image **images, size_t *count, pushgate_error *error) {
  (void)push;
  pushgate_flavor_types_list_own_image_t list;
  pushgate_flavor_types_inspect_error_t failure;
  *images = NULL;
  *count = 0;
  if (!pushgate_flavor_types_method_image_push_images(pushgate_asked, &list, &failure)) {
    set_inspect_error(error, &failure);
    return false;
  }
  pushgate_image *made = pushgate_allocate(list.len * sizeof *made);
  for (size_t number = 0; number < list.len; number++) {
    pushgate_flavor_types_borrow_image_t image = pushgate_flavor_types_borrow_image(list.ptr[number]);
    flavor_string_t platform;
    flavor_list_tuple2_string_string_t labels;
    pushgate_flavor_types_method_image_platform(image, &platform);
    pushgate_flavor_types_method_image_labels(image, &labels);
    made[number] = (pushgate_image){pushgate_text_of(platform), labels_of(labels), labels.len, list.ptr[number].__handle};
  }
  *images = made;
  *count = list.len;
  return true;
}

bool pushgate_digest(const pushgate_push *push, const char **digest, pushgate_error *error) {
  (void)push;
  flavor_option_string_t found;
  pushgate_flavor_types_inspect_error_t failure;
  *digest = NULL;
  if (!pushgate_flavor_types_method_image_push_digest(pushgate_asked, &found, &failure)) {
    set_inspect_error(error, &failure);
    return false;
  }
  if (found.is_some) *digest = pushgate_text_of(found.val);
  return true;
}

const char *pushgate_image_label(const pushgate_image *image, const char *key) { return find(image->labels, image->label_count, key); }

void pushgate_image_annotations(const pushgate_image *image, const pushgate_label **annotations, size_t *count) {
  pushgate_flavor_types_own_image_t handle = {image->handle};
  flavor_list_tuple2_string_string_t list;
  pushgate_flavor_types_method_image_annotations(pushgate_flavor_types_borrow_image(handle), &list);
  *annotations = labels_of(list);
  *count = list.len;
}

const char *pushgate_image_annotation(const pushgate_image *image, const char *key) {
  const pushgate_label *annotations;
  size_t count;
  pushgate_image_annotations(image, &annotations, &count);
  return find(annotations, count, key);
}

const pushgate_json *pushgate_image_config(const pushgate_image *image) {
  pushgate_flavor_types_own_image_t handle = {image->handle};
  flavor_string_t text;
  pushgate_flavor_types_method_image_config(pushgate_flavor_types_borrow_image(handle), &text);
  const pushgate_json *config = pushgate_json_parse((const char *)text.ptr, text.len);
  if (config == NULL) pushgate_fail("the host gave an image config that is not JSON");
  return config;
}

bool pushgate_image_compressed_size(const pushgate_image *image, uint64_t *bytes) {
  pushgate_flavor_types_own_image_t handle = {image->handle};
  return pushgate_flavor_types_method_image_compressed_size(pushgate_flavor_types_borrow_image(handle), bytes);
}

bool pushgate_image_uncompressed_size(const pushgate_image *image, uint64_t *bytes) {
  pushgate_flavor_types_own_image_t handle = {image->handle};
  return pushgate_flavor_types_method_image_uncompressed_size(pushgate_flavor_types_borrow_image(handle), bytes);
}
