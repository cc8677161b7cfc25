/* The parts of the conformance flavor. */
#include <string.h>

#include "pushgate_flavor.h"

/* What the flavor sees. */
pushgate_answer *report(const pushgate_push *push, const pushgate_json *settings);
/* What the registry answers, added to an answer that may be NULL. */
pushgate_answer *ask_registry(pushgate_answer *answer, const pushgate_push *push, const pushgate_json *asked);
/* What a server answers. */
pushgate_answer *ask_server(pushgate_answer *answer, const pushgate_json *asked);
