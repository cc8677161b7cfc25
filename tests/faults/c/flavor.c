/* Does what a flavor must not do: what the tag says. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "pushgate_flavor.h"

const pushgate_answer *pushgate_prepare(const pushgate_push *push) {
  if (strcmp(push->tag, "throw") == 0) pushgate_fail("the tag is odd");
  if (strcmp(push->tag, "return-nothing") == 0) return NULL;
  assert(strcmp(push->tag, "assert") != 0);
  if (strcmp(push->tag, "print") == 0) printf("printed by the %s\n", "flavor");
  return pushgate_approve();
}
