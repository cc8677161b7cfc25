/* What the files of the SDK share. No part of its API. */
#ifndef PUSHGATE_INTERNAL_H
#define PUSHGATE_INTERNAL_H

#include "bindings/flavor.h"
#include "pushgate_flavor.h"

/* The handle of the push. There is one call in an instance, so there is one push. */
extern pushgate_flavor_types_borrow_image_push_t pushgate_asked;

/* A text of the host's, with a NUL after it. */
const char *pushgate_text_of(flavor_string_t text);

/* A text for the host: not copied, and not changed by the bindings. */
flavor_string_t pushgate_lend(const char *text);

/* The host lends no text where a case has none. */
void pushgate_set_error(pushgate_error *error, const char *name, const flavor_string_t *text);

#endif
