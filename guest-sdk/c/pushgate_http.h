/* Bounded requests to the origins that the operator grants: a capability. Credentials are added by the host. In a dry run only what reads may be sent. */
#ifndef PUSHGATE_HTTP_H
#define PUSHGATE_HTTP_H

#include "pushgate_flavor.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct pushgate_header {
  const char *name;
  const char *value;
} pushgate_header;

typedef struct pushgate_request {
  const char *method; /* NULL: GET */
  const char *url;
  const pushgate_header *headers;
  size_t header_count;
  const char *body; /* NULL: none */
  size_t body_length;
} pushgate_request;

typedef struct pushgate_response {
  uint16_t status;
  const pushgate_header *headers; /* names in lower case */
  size_t header_count;
  const char *body; /* a NUL follows it */
  size_t body_length;
} pushgate_response;

/* Sends a request. False: `error` says why there is no response. One with any status is a response. */
bool pushgate_http_send(const pushgate_request *request, pushgate_response *response, pushgate_error *error);

/* The value of the first header with this name, in lower case; NULL when there is none. */
const char *pushgate_response_header(const pushgate_response *response, const char *name);

#ifdef __cplusplus
}
#endif
#endif
