/* A library that knows nothing of flavors. */
#define _DEFAULT_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int library_has_file(const char *name) { return fopen(name, "r") != NULL; }

int library_has_variable(const char *name) { return getenv(name) != NULL; }

void library_waits(void) { sleep(1); }
