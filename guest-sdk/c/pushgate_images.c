/* The images of the push. Without a call of these, `pushgate check` needs no source. */
#include "pushgate_internal.h"

#include <string.h>

bool pushgate_images(const pushgate_push *push, const pushgate_image **images, size_t *count, pushgate_error *error) {
  (void)push;
  pushgate_flavor_types_list_own_image_t list;
  pushgate_flavor_types_inspect_error_t failure;
  *images = NULL;
  *count = 0;
  if (!pushgate_flavor_types_method_image_push_images(pushgate_asked, &list, &failure)) {
    switch (failure.tag) {
    case PUSHGATE_FLAVOR_TYPES_INSPECT_ERROR_NOT_FOUND:
      pushgate_set_error(error, "not-found", NULL);
      break;
    case PUSHGATE_FLAVOR_TYPES_INSPECT_ERROR_NOT_AN_IMAGE:
      pushgate_set_error(error, "not-an-image", &failure.val.not_an_image);
      break;
    case PUSHGATE_FLAVOR_TYPES_INSPECT_ERROR_UNAVAILABLE:
      pushgate_set_error(error, "unavailable", &failure.val.unavailable);
      break;
    default:
      pushgate_set_error(error, "other", &failure.val.other);
    }
    return false;
  }
  pushgate_image *made = pushgate_allocate(list.len * sizeof *made);
  for (size_t number = 0; number < list.len; number++) {
    pushgate_flavor_types_borrow_image_t image = pushgate_flavor_types_borrow_image(list.ptr[number]);
    flavor_string_t platform;
    flavor_list_tuple2_string_string_t labels;
    pushgate_flavor_types_method_image_platform(image, &platform);
    pushgate_flavor_types_method_image_labels(image, &labels);
    pushgate_label *pairs = pushgate_allocate(labels.len * sizeof *pairs);
    for (size_t label = 0; label < labels.len; label++) {
      flavor_string_t key = labels.ptr[label].f0, value = labels.ptr[label].f1;
      pairs[label] = (pushgate_label){pushgate_text_of(key), key.len, pushgate_text_of(value), value.len};
    }
    made[number] = (pushgate_image){pushgate_text_of(platform), pairs, labels.len, list.ptr[number].__handle};
  }
  *images = made;
  *count = list.len;
  return true;
}

const char *pushgate_image_label(const pushgate_image *image, const char *key) {
  size_t length = strlen(key);
  for (size_t number = 0; number < image->label_count; number++) {
    const pushgate_label *label = &image->labels[number];
    /* A key that goes on after a NUL is another one. */
    if (label->key_length == length && memcmp(label->key, key, length) == 0) return label->value;
  }
  return NULL;
}

const pushgate_json *pushgate_image_config(const pushgate_image *image) {
  pushgate_flavor_types_own_image_t handle = {image->handle};
  flavor_string_t text;
  pushgate_flavor_types_method_image_config(pushgate_flavor_types_borrow_image(handle), &text);
  const pushgate_json *config = pushgate_json_parse((const char *)text.ptr, text.len);
  if (config == NULL) pushgate_fail("the host gave an image config that is not JSON");
  return config;
}

bool pushgate_image_packed_size(const pushgate_image *image, uint64_t *bytes) {
  pushgate_flavor_types_own_image_t handle = {image->handle};
  return pushgate_flavor_types_method_image_packed_size(pushgate_flavor_types_borrow_image(handle), bytes);
}

bool pushgate_image_unpacked_size(const pushgate_image *image, uint64_t *bytes) {
  pushgate_flavor_types_own_image_t handle = {image->handle};
  return pushgate_flavor_types_method_image_unpacked_size(pushgate_flavor_types_borrow_image(handle), bytes);
}
