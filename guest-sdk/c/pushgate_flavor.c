/* The hook that the component exports, and what it is asked about. */
#include "pushgate_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The contract's levels are numbered like ours. */
_Static_assert(PUSHGATE_TRACE == PUSHGATE_FLAVOR_LOG_LEVEL_TRACE && PUSHGATE_ERROR == PUSHGATE_FLAVOR_LOG_LEVEL_ERROR, "levels");

void *pushgate_allocate(size_t size) {
  void *memory = malloc(size == 0 ? 1 : size);
  if (memory == NULL) pushgate_fail("there is no memory left");
  return memory;
}

const char *pushgate_text_of(flavor_string_t text) {
  char *copy = pushgate_allocate(text.len + 1);
  memcpy(copy, text.ptr, text.len);
  copy[text.len] = '\0';
  return copy;
}

flavor_string_t pushgate_lend(const char *text) {
  flavor_string_t lent = {(uint8_t *)text, strlen(text)};
  return lent;
}

void pushgate_log_bytes(pushgate_level level, const char *message, size_t length) {
  flavor_string_t lent = {(uint8_t *)message, length};
  pushgate_flavor_log_log((pushgate_flavor_log_level_t)level, &lent);
}

void pushgate_log(pushgate_level level, const char *message) { pushgate_log_bytes(level, message, strlen(message)); }

/* Only a program that prints has something to flush: without stdio in it, this symbol is not there. */
__attribute__((weak)) int fflush(FILE *stream);

/* What was printed is worth most where the call fails. */
static void print_the_rest(void) {
  if (fflush != NULL) fflush(NULL);
}

static _Noreturn void give_up(const char *reason) {
  print_the_rest();
  pushgate_log(PUSHGATE_ERROR, reason);
  __builtin_trap();
}

static const char *place(const char *file, int line) { return pushgate_concat(file, ":", pushgate_decimal((uint64_t)line), NULL); }

_Noreturn void pushgate_fail_at(const char *message, const char *file, int line) { give_up(pushgate_concat(place(file, line), ": ", message, NULL)); }

/* What assert() calls. The C library's own would bring its whole output along, and say nothing here. */
_Noreturn void __assert_fail(const char *expression, const char *file, int line, const char *function) {
  (void)function;
  pushgate_fail_at(pushgate_concat("assertion failed: ", expression, NULL), file, line);
}

pushgate_flavor_types_borrow_image_push_t pushgate_asked;

static bool lower(const pushgate_answer *answer, pushgate_flavor_types_refusal_t *refusal);
static flavor_string_t copy(const char *text);

bool exports_pushgate_flavor_prepare_image_push_prepare(exports_pushgate_flavor_prepare_image_push_own_image_push_t handle,
                                                        exports_pushgate_flavor_prepare_image_push_approval_t *approval,
                                                        exports_pushgate_flavor_prepare_image_push_refusal_t *refusal) {
  pushgate_asked = pushgate_flavor_types_borrow_image_push(handle);
  pushgate_push push = {0};
  flavor_string_t text;
  pushgate_flavor_types_method_image_push_reference(pushgate_asked, &text);
  push.reference = pushgate_text_of(text);
  pushgate_flavor_types_method_image_push_registry(pushgate_asked, &text);
  push.registry = pushgate_text_of(text);
  pushgate_flavor_types_method_image_push_repository(pushgate_asked, &text);
  push.repository = pushgate_text_of(text);
  if (pushgate_flavor_types_method_image_push_tag(pushgate_asked, &text)) push.tag = pushgate_text_of(text);
  pushgate_flavor_types_method_image_push_registry_uri(pushgate_asked, &text);
  push.registry_uri = pushgate_text_of(text);
  push.requested_at = pushgate_flavor_types_method_image_push_requested_at(pushgate_asked);
  push.dry_run = pushgate_flavor_types_method_image_push_dry_run(pushgate_asked);

  const pushgate_answer *answer = pushgate_prepare(&push);
  print_the_rest();
  *approval = PUSHGATE_FLAVOR_TYPES_APPROVAL_APPROVED;
  return lower(answer, refusal);
}

const pushgate_json *pushgate_settings(const pushgate_push *push) {
  (void)push;
  flavor_string_t text;
  pushgate_flavor_types_method_image_push_settings(pushgate_asked, &text);
  const pushgate_json *settings = pushgate_json_parse((const char *)text.ptr, text.len);
  if (settings == NULL) pushgate_fail("the host gave settings that are not JSON");
  return settings;
}

/* The kinds of an answer. None is zero: an answer that nobody made approves nothing. */
enum kind { APPROVED = 0x70677465, DENIED, MISCONFIGURED, UNAVAILABLE, OTHER };

struct pushgate_answer {
  enum kind kind;
  const char *message;
  pushgate_flavor_types_violation_t *violations;
  size_t count;
  /* Where it was made. */
  const char *file;
  int line;
  /* The refusal that was made before it. */
  struct pushgate_answer *before;
};

/* The refusals that were made, without those that were dropped: the last one. */
static pushgate_answer *made;

void pushgate_drop(const pushgate_answer *refusal) {
  for (pushgate_answer **link = &made; *link != NULL; link = &(*link)->before)
    if (*link == refusal) {
      *link = refusal->before;
      return;
    }
}

/* Whether a refusal was made and not dropped. */
static bool is_noted(const pushgate_answer *refusal) {
  const pushgate_answer *noted = made;
  while (noted != NULL && noted != refusal) noted = noted->before;
  return noted != NULL;
}

/* A refusal that was made and never given would approve. */
static void check_that_none_is_forgotten(void) {
  if (made == NULL) return;
  const pushgate_answer *first = made;
  while (first->before != NULL) first = first->before;
  give_up(pushgate_concat("a refusal was made at ", place(first->file, first->line),
                          " and never given: return it, or drop it with pushgate_drop()", NULL));
}

static bool lower(const pushgate_answer *answer, pushgate_flavor_types_refusal_t *refusal) {
  if (answer == NULL) pushgate_fail("the hook returned nothing: return pushgate_approve() or a refusal");
  switch (answer->kind) {
  case APPROVED:
    check_that_none_is_forgotten();
    return true;
  case DENIED:
    refusal->tag = PUSHGATE_FLAVOR_TYPES_REFUSAL_DENIED;
    refusal->val.denied.ptr = answer->violations;
    refusal->val.denied.len = answer->count;
    return false;
  case MISCONFIGURED:
    refusal->tag = PUSHGATE_FLAVOR_TYPES_REFUSAL_MISCONFIGURED;
    break;
  case UNAVAILABLE:
    refusal->tag = PUSHGATE_FLAVOR_TYPES_REFUSAL_UNAVAILABLE;
    break;
  case OTHER:
    refusal->tag = PUSHGATE_FLAVOR_TYPES_REFUSAL_OTHER;
    break;
  default:
    pushgate_fail("the hook returned something that is no answer: return pushgate_approve() or a refusal");
  }
  refusal->val.other = copy(answer->message);
  return false;
}

/* The bindings free each text of an answer once the host has it. */
static flavor_string_t copy(const char *text) {
  flavor_string_t copied = {NULL, strlen(text)};
  copied.ptr = pushgate_allocate(copied.len);
  memcpy(copied.ptr, text, copied.len);
  return copied;
}

const pushgate_answer *pushgate_approve(void) {
  static const pushgate_answer approval = {.kind = APPROVED};
  return &approval;
}

static pushgate_answer *refusal(enum kind kind, const char *message, const char *file, int line) {
  pushgate_answer *refusal = pushgate_allocate(sizeof *refusal);
  *refusal = (pushgate_answer){.kind = kind, .message = message, .file = file, .line = line, .before = made};
  return made = refusal;
}

const pushgate_answer *pushgate_misconfigured_at(const char *message, const char *file, int line) {
  return refusal(MISCONFIGURED, message, file, line);
}

const pushgate_answer *pushgate_unavailable_at(const char *message, const char *file, int line) { return refusal(UNAVAILABLE, message, file, line); }

const pushgate_answer *pushgate_other_at(const char *message, const char *file, int line) { return refusal(OTHER, message, file, line); }

pushgate_answer *pushgate_deny_at(const char *code, const char *message, const char *hint, const char *file, int line) {
  return pushgate_also_at(NULL, code, message, hint, file, line);
}

pushgate_answer *pushgate_also_at(pushgate_answer *denial, const char *code, const char *message, const char *hint, const char *file, int line) {
  if (denial == NULL) denial = refusal(DENIED, NULL, file, line);
  if (denial->kind != DENIED)
    pushgate_fail_at("pushgate_also() was given an answer that is no denial: a reason is added to what pushgate_deny() or pushgate_also() made", file, line);
  /* One that was dropped is a refusal again, with a reason of its own. */
  if (!is_noted(denial)) {
    denial->file = file;
    denial->line = line;
    denial->before = made;
    made = denial;
  }
  pushgate_flavor_types_violation_t *violations = realloc(denial->violations, (denial->count + 1) * sizeof *violations);
  if (violations == NULL) pushgate_fail("there is no memory left");
  pushgate_flavor_types_violation_t *last = &violations[denial->count];
  *last = (pushgate_flavor_types_violation_t){copy(code), copy(message), {hint != NULL, {NULL, 0}}, {NULL, 0}};
  if (hint != NULL) last->hint.val = copy(hint);
  denial->violations = violations;
  denial->count++;
  return denial;
}

pushgate_answer *pushgate_detail(pushgate_answer *denial, const char *key, const char *value) {
  if (denial == NULL || denial->count == 0) pushgate_fail("a detail belongs to a reason: pushgate_deny() or pushgate_also() comes before it");
  flavor_list_tuple2_string_string_t *details = &denial->violations[denial->count - 1].details;
  for (size_t number = 0; number < details->len; number++) {
    flavor_string_t known = details->ptr[number].f0;
    if (known.len == strlen(key) && memcmp(known.ptr, key, known.len) == 0) {
      details->ptr[number].f1 = copy(value);
      return denial;
    }
  }
  details->ptr = realloc(details->ptr, (details->len + 1) * sizeof *details->ptr);
  if (details->ptr == NULL) pushgate_fail("there is no memory left");
  details->ptr[details->len++] = (flavor_tuple2_string_string_t){copy(key), copy(value)};
  return denial;
}
