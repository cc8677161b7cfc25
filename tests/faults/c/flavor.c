/* Does what a flavor must not do: what the tag says. */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "pushgate_flavor.h"

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
  return pushgate_approve();
}
