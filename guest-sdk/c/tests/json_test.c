/* Tests of pushgate_json.c that run on the machine that they are compiled on: see `in_c` of tests/suite/languages.rs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../pushgate_flavor.h"

void *pushgate_allocate(size_t size) { return malloc(size == 0 ? 1 : size); }

static void check(bool holds, const char *what) {
  if (holds) return;
  fprintf(stderr, "%s\n", what);
  exit(1);
}

/* The text is copied to where it ends with the memory, so that a sanitizer sees who reads on. */
static const pushgate_json *parse(const char *text, size_t length) {
  char *exact = memcpy(pushgate_allocate(length), text, length);
  return pushgate_json_parse(exact, length);
}

static const pushgate_json *read(const char *text) { return parse(text, strlen(text)); }

static void what_is_no_json_is_refused(void) {
  static const char *const broken[] = {
      "",         " ",      "[1 2]",   "{\"a\"}",   "{\"a\":1,,}",      "{1:2}", "{\"a\":}", "[,]",      "[1,]",  "{\"a\" \"b\"}", "{\"a\":1:2}",
      "-",        "tru",    "nope",    "truex",    "[true1]",         "01",    "1.",       ".5",       "1e",    "-a",            "[1:2]",
      "{,}",      "{:1}",   "[\"a\":1]", "\"\n\"",  "{\"a\":\"b\" \"c\":1}", "[}",  "[",        "{\"a\":[1}", "1 2", "\"a\"\"b\"",    "{}x",
      "\"\\",     "\"\\\"", "\"\\x\"", "\"\\u12\"", "\"\\u12G4\"",
  };
  for (size_t number = 0; number < sizeof broken / sizeof *broken; number++) check(read(broken[number]) == NULL, broken[number]);
}

static void what_is_json_is_read(void) {
  static const char *const whole[] = {"{}", "[]", " \"s\" ", "-0", "1e5", "0.5E-3", "null", "[[[1]],{\"a\":\"b\"}]", "{\"a\":[],\"b\":{}}\r\n\t"};
  for (size_t number = 0; number < sizeof whole / sizeof *whole; number++) check(read(whole[number]) != NULL, whole[number]);
}

static void values_are_what_the_document_says(void) {
  const pushgate_json *document = read("{\"tags\": [\"a\\u00e9\\ud83d\\ude00\\n\", {\"x\": [1, 2]}, -12, true], \"none\": null, \"big\": 9223372036854775808}");
  const pushgate_json *tags = pushgate_json_member(document, "tags");
  check(pushgate_json_length(document) == 3 && pushgate_json_length(tags) == 4, "lengths");
  check(strcmp(pushgate_json_text(pushgate_json_element(tags, 0), ""), "a\u00e9\U0001f600\n") == 0, "escapes");
  check(pushgate_json_integer(pushgate_json_element(tags, 2), 0) == -12, "a number after an object");
  check(pushgate_json_boolean(pushgate_json_element(tags, 3), false), "true");
  check(pushgate_json_element(tags, 4) == NULL && pushgate_json_member(tags, "x") == NULL, "what is not there");
  check(pushgate_json_integer(pushgate_json_member(document, "big"), 7) == 7, "a number that is too large");
  check(strcmp(pushgate_json_name(document, 1), "none") == 0, "a name");
  check(strcmp(pushgate_json_text(pushgate_json_member(pushgate_json_member(NULL, "a"), "b"), "otherwise"), "otherwise") == 0, "a chain");
}

static void a_name_that_goes_on_after_a_nul_is_another(void) {
  const pushgate_json *document = read("{\"User\\u0000x\": \"root\", \"User\": \"1000\"}");
  check(strcmp(pushgate_json_text(pushgate_json_member(document, "User"), ""), "1000") == 0, "the member of that very name");
}

static void what_is_nested_too_deep_is_refused(void) {
  char text[600];
  for (int depth = 1; depth <= 300; depth++) {
    memset(text, '[', (size_t)depth);
    memset(text + depth, ']', (size_t)depth);
    check((parse(text, 2 * (size_t)depth) != NULL) == (depth <= 128), "the depth");
  }
}

int main(void) {
  what_is_no_json_is_refused();
  what_is_json_is_read();
  values_are_what_the_document_says();
  a_name_that_goes_on_after_a_nul_is_another();
  what_is_nested_too_deep_is_refused();
}
