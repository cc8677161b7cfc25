/* Does what a flavor must not do: what the tag says. */
#define _DEFAULT_SOURCE
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "pushgate_flavor.h"

static const pushgate_answer *refuse(void) {
  return pushgate_deny("forgotten", "the result is ignored", NULL); /* line: forgotten-helper */
}

int library_has_file(const char *name);
int library_has_variable(const char *name);
void library_waits(void);

/* Calls what the compiler finds in this file, in another one. */
static const pushgate_answer *asks_library(const pushgate_push *push) {
  if (strcmp(push->tag, "library-file") == 0)
    return pushgate_deny("library", library_has_file("/etc/hosts") ? "a file" : "no file", NULL);
  if (strcmp(push->tag, "library-environment") == 0)
    return pushgate_deny("library", library_has_variable("HOME") ? "a variable" : "no variable", NULL);
  if (strcmp(push->tag, "library-wait") == 0) library_waits();
  return pushgate_approve();
}

/* Makes refusals that it does not return; the compiler finds what is not cast away. */
static const pushgate_answer *forgets(const pushgate_push *push) {
  if (strcmp(push->tag, "forgotten") == 0) (void)pushgate_deny("forgotten", "made and forgotten", NULL); /* line: forgotten */
  if (strcmp(push->tag, "forgotten-helper") == 0) refuse();
  if (strcmp(push->tag, "forgotten-also") == 0) {
    pushgate_answer *answer = pushgate_also(NULL, "forgotten", "the first of two", NULL); /* line: forgotten-also */
    pushgate_detail(pushgate_also(answer, "forgotten", "the second", NULL), "tag", push->tag);
  }
  if (strcmp(push->tag, "forgotten-after-drop") == 0) {
    pushgate_answer *answer = pushgate_deny("forgotten", "dropped", NULL);
    pushgate_drop(answer);
    (void)pushgate_also(answer, "forgotten", "added to what was dropped", NULL); /* line: forgotten-after-drop */
  }
  if (strcmp(push->tag, "also-of-an-approval") == 0)
    (void)pushgate_also((pushgate_answer *)pushgate_approve(), "lost", "an approval has no reasons", NULL); /* line: also-of-an-approval */
  if (strcmp(push->tag, "also-of-another-kind") == 0)
    return pushgate_also((pushgate_answer *)pushgate_other("no"), "lost", "nor has this", NULL); /* line: also-of-another-kind */
  if (strcmp(push->tag, "forgotten-unavailable") == 0) (void)pushgate_unavailable("gone");            /* line: forgotten-unavailable */
  if (strcmp(push->tag, "forgotten-misconfigured") == 0) (void)pushgate_misconfigured("tags: none"); /* line: forgotten-misconfigured */
  if (strcmp(push->tag, "forgotten-other") == 0) (void)pushgate_other("no");                         /* line: forgotten-other */
  if (strcmp(push->tag, "forgotten-and-another") == 0) {
    (void)pushgate_deny("forgotten", "made and forgotten", NULL);
    return pushgate_deny("given", "made and given", NULL);
  }
  if (strcmp(push->tag, "dropped") == 0) {
    pushgate_drop(refuse());
    const pushgate_answer *first = pushgate_unavailable("gone"), *second = pushgate_other("no");
    pushgate_drop(first);
    pushgate_drop(second);
    pushgate_drop(NULL);
  }
  return asks_library(push);
}

const pushgate_answer *pushgate_prepare(const pushgate_push *push) {
  if (strcmp(push->tag, "throw") == 0) pushgate_fail("the tag is odd");
  if (strcmp(push->tag, "return-nothing") == 0) return NULL;
  assert(strcmp(push->tag, "assert") != 0);
  if (strcmp(push->tag, "print") == 0) printf("printed by the %s\n", "flavor");
  if (strcmp(push->tag, "clock") == 0) return pushgate_deny("clock", pushgate_decimal((uint64_t)time(NULL)), NULL);
  if (strcmp(push->tag, "random") == 0) {
    uint64_t random = 0;
    if (getentropy(&random, sizeof random) != 0) pushgate_fail("no random number");
    return pushgate_deny("random", pushgate_decimal(random), NULL);
  }
  return forgets(push);
}
