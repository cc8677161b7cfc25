/* Texts that are put together. */
#include "pushgate_internal.h"

#include <stdarg.h>
#include <string.h>

const char *pushgate_concat(const char *first, ...) {
  size_t length = 0;
  va_list texts;
  va_start(texts, first);
  for (const char *text = first; text != NULL; text = va_arg(texts, const char *)) length += strlen(text);
  va_end(texts);
  char *whole = pushgate_allocate(length + 1), *end = whole;
  va_start(texts, first);
  for (const char *text = first; text != NULL; text = va_arg(texts, const char *)) {
    size_t part = strlen(text);
    memcpy(end, text, part);
    end += part;
  }
  va_end(texts);
  *end = '\0';
  return whole;
}

const char *pushgate_decimal(uint64_t number) {
  char *digits = pushgate_allocate(21), *first = digits + 20;
  *first = '\0';
  do *--first = (char)('0' + number % 10);
  while ((number /= 10) != 0);
  return first;
}

const char *pushgate_error_words(const pushgate_error *error) {
  return error->text == NULL ? error->name : pushgate_concat(error->name, ": ", error->text, NULL);
}

void pushgate_set_error(pushgate_error *error, const char *name, const flavor_string_t *text) {
  *error = (pushgate_error){name, text == NULL ? NULL : pushgate_text_of(*text)};
}
