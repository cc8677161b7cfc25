/* Requests. A flavor that sends none does not import the capability. */
#include "pushgate_http.h"

#include "pushgate_internal.h"

#include <string.h>

static bool failed(pushgate_error *error, pushgate_flavor_http_http_error_t *failure) {
  switch (failure->tag) {
  case PUSHGATE_FLAVOR_HTTP_HTTP_ERROR_NOT_GRANTED:
    pushgate_set_error(error, "not-granted", &failure->val.not_granted);
    break;
  case PUSHGATE_FLAVOR_HTTP_HTTP_ERROR_INVALID_REQUEST:
    pushgate_set_error(error, "invalid-request", &failure->val.invalid_request);
    break;
  case PUSHGATE_FLAVOR_HTTP_HTTP_ERROR_LIMIT_EXCEEDED:
    pushgate_set_error(error, "limit-exceeded", NULL);
    break;
  case PUSHGATE_FLAVOR_HTTP_HTTP_ERROR_TIMED_OUT:
    pushgate_set_error(error, "timed-out", NULL);
    break;
  case PUSHGATE_FLAVOR_HTTP_HTTP_ERROR_TOO_LARGE:
    pushgate_set_error(error, "too-large", NULL);
    break;
  case PUSHGATE_FLAVOR_HTTP_HTTP_ERROR_UNREACHABLE:
    pushgate_set_error(error, "unreachable", &failure->val.unreachable);
    break;
  default:
    pushgate_set_error(error, "other", &failure->val.other);
  }
  return false;
}

bool pushgate_http_send(const pushgate_request *request, pushgate_response *response, pushgate_error *error) {
  pushgate_flavor_http_request_t sent = {0};
  sent.method = pushgate_lend(request->method == NULL ? "GET" : request->method);
  sent.url = pushgate_lend(request->url);
  sent.headers.len = request->header_count;
  sent.headers.ptr = pushgate_allocate(request->header_count * sizeof *sent.headers.ptr);
  for (size_t header = 0; header < request->header_count; header++) {
    sent.headers.ptr[header].f0 = pushgate_lend(request->headers[header].name);
    sent.headers.ptr[header].f1 = pushgate_lend(request->headers[header].value);
  }
  sent.body = (flavor_list_u8_t){(uint8_t *)request->body, request->body == NULL ? 0 : request->body_length};

  pushgate_flavor_http_response_t received;
  pushgate_flavor_http_http_error_t failure;
  if (!pushgate_flavor_http_send(&sent, &received, &failure)) return failed(error, &failure);
  pushgate_header *headers = pushgate_allocate(received.headers.len * sizeof *headers);
  for (size_t header = 0; header < received.headers.len; header++)
    headers[header] = (pushgate_header){pushgate_text_of(received.headers.ptr[header].f0), pushgate_text_of(received.headers.ptr[header].f1)};
  flavor_string_t body = {received.body.ptr, received.body.len};
  *response = (pushgate_response){received.status, headers, received.headers.len, pushgate_text_of(body), body.len};
  return true;
}

const char *pushgate_response_header(const pushgate_response *response, const char *name) {
  for (size_t header = 0; header < response->header_count; header++)
    if (strcmp(response->headers[header].name, name) == 0) return response->headers[header].value;
  return NULL;
}
