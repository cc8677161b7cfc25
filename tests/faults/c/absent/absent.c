/* Calls what C has and a flavor has not: none of it compiles. A folder of its own keeps it out of the project. */
#include <stdlib.h>

#include "pushgate_flavor.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <threads.h>
#include <unistd.h>

static int run(void *given) { return given != NULL; }

const pushgate_answer *pushgate_prepare(const pushgate_push *push) {
  thrd_t thread;
  FILE *file = fopen("/etc/hosts", "r");        /* line: files */
  int opened = open("/etc/hosts", O_RDONLY);    /* line: files-open */
  DIR *folder = opendir("/etc");                /* line: files-folder */
  const char *home = getenv("HOME");            /* line: environment */
  int connected = socket(1, 1, 0);              /* line: network */
  sleep(1);                                     /* line: wait */
  thrd_create(&thread, run, NULL);              /* line: threads */
  int status = system("git log");               /* line: programs */
  pushgate_deny("a", push->tag, home);          /* line: unused */
  return file != NULL && folder != NULL && opened + connected + status == 0 ? NULL : pushgate_approve();
}
