/* What Zig translates. */
#include <string.h>

#include "pushgate_flavor.h"
#include "pushgate_http.h"
#include "pushgate_registry.h"
