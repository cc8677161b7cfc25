/* JSON, read with jsmn: settings, the image config, what a server answers.
 *
 * Every function takes NULL for a value that is not there, so that steps can be chained:
 *
 *     pushgate_json_text(pushgate_json_member(pushgate_json_member(config, "config"), "User"), "")
 */
#ifndef PUSHGATE_JSON_H
#define PUSHGATE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A value in a document. */
typedef struct pushgate_json pushgate_json;

/* Reads a document; NULL when the text is not JSON, or is nested deeper than 128 times. */
const pushgate_json *pushgate_json_parse(const char *text, size_t length);

bool pushgate_json_is_object(const pushgate_json *value);
bool pushgate_json_is_array(const pushgate_json *value);
bool pushgate_json_is_string(const pushgate_json *value);

/* The member of an object with this name; NULL when there is none, or `value` is no object. */
const pushgate_json *pushgate_json_member(const pushgate_json *value, const char *name);

/* How many elements an array has, or members an object; 0 for anything else. */
size_t pushgate_json_length(const pushgate_json *value);

/* An element of an array, or the value of an object's member, by its number from 0; NULL beyond the end. */
const pushgate_json *pushgate_json_element(const pushgate_json *value, size_t number);

/* The name of an object's member, by its number from 0; NULL beyond the end. */
const char *pushgate_json_name(const pushgate_json *value, size_t number);

/* A string; `otherwise` when the value is none. */
const char *pushgate_json_text(const pushgate_json *value, const char *otherwise);

/* A string that may hold a NUL, and its length; NULL when the value is none. */
const char *pushgate_json_bytes(const pushgate_json *value, size_t *length);

/* true or false; `otherwise` when the value is neither. */
bool pushgate_json_boolean(const pushgate_json *value, bool otherwise);

/* A whole number; `otherwise` when the value is none, or too large. */
int64_t pushgate_json_integer(const pushgate_json *value, int64_t otherwise);

#ifdef __cplusplus
}
#endif
#endif
