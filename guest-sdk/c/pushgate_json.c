/* A document as jsmn's tokens, and the strings in it made readable when they are asked for. */
#include "pushgate_json.h"

#include "pushgate_flavor.h"

#include <string.h>

#define JSMN_STATIC
#include "jsmn.h"

/* A value is its token; the last token of a document is followed by one without a type, so that a document's end is known. */
struct pushgate_json {
  jsmntok_t token;
  const char *text;
};

/* jsmn finds where values are, and lets pass what is no JSON, so the grammar is checked before. Each of these says where something ends that begins at
 * `at`; NULL when it is not there. */

static const char *after_space(const char *at, const char *end) {
  while (at < end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r')) at++;
  return at;
}

static bool is_digit(const char *at, const char *end) { return at < end && *at >= '0' && *at <= '9'; }

static const char *after_digits(const char *at, const char *end) {
  if (!is_digit(at, end)) return NULL;
  while (is_digit(at, end)) at++;
  return at;
}

static const char *after_number(const char *at, const char *end) {
  if (at < end && *at == '-') at++;
  at = at < end && *at == '0' ? at + 1 : after_digits(at, end);
  if (at != NULL && at < end && *at == '.') at = after_digits(at + 1, end);
  if (at != NULL && at < end && (*at == 'e' || *at == 'E')) {
    at++;
    at = after_digits(at < end && (*at == '+' || *at == '-') ? at + 1 : at, end);
  }
  return at;
}

static const char *after_word(const char *at, const char *end, const char *word) {
  size_t length = strlen(word);
  return (size_t)(end - at) >= length && memcmp(at, word, length) == 0 ? at + length : NULL;
}

/* jsmn checks what is escaped. */
static const char *after_string(const char *at, const char *end) {
  if (at == end || *at != '"') return NULL;
  for (at++; at < end && *at != '"'; at++) {
    if ((unsigned char)*at < 0x20) return NULL;
    if (*at == '\\') at++;
  }
  return at < end ? at + 1 : NULL;
}

static const char *after_value(const char *at, const char *end, int depth) {
  at = after_space(at, end);
  if (at == end || depth == 0) return NULL;
  char closing = *at == '{' ? '}' : ']';
  switch (*at) {
  case '"':
    return after_string(at, end);
  case 't':
    return after_word(at, end, "true");
  case 'f':
    return after_word(at, end, "false");
  case 'n':
    return after_word(at, end, "null");
  default:
    return after_number(at, end);
  case '{':
  case '[':
    at = after_space(at + 1, end);
    if (at < end && *at == closing) return at + 1;
    for (;;) {
      if (closing == '}') {
        at = after_string(after_space(at, end), end);
        if (at == NULL) return NULL;
        at = after_space(at, end);
        if (at == end || *at++ != ':') return NULL;
      }
      at = after_value(at, end, depth - 1);
      if (at == NULL) return NULL;
      at = after_space(at, end);
      if (at == end) return NULL;
      if (*at == closing) return at + 1;
      if (*at++ != ',') return NULL;
    }
  }
}

/* As deep as other parsers go: what is deeper was made to exhaust the stack. */
#define MAX_DEPTH 128

const pushgate_json *pushgate_json_parse(const char *text, size_t length) {
  const char *end = after_value(text, text + length, MAX_DEPTH);
  if (end == NULL || after_space(end, text + length) != text + length) return NULL;
  jsmn_parser parser;
  jsmn_init(&parser);
  int count = jsmn_parse(&parser, text, length, NULL, 0);
  if (count < 1) return NULL;
  jsmntok_t *tokens = pushgate_allocate((size_t)count * sizeof *tokens);
  jsmn_init(&parser);
  if (jsmn_parse(&parser, text, length, tokens, (unsigned)count) != count) return NULL;
  pushgate_json *values = pushgate_allocate((size_t)count * sizeof *values);
  for (int number = 0; number < count; number++) values[number] = (pushgate_json){tokens[number], text};
  return values;
}

static bool has_type(const pushgate_json *value, jsmntype_t type) { return value != NULL && value->token.type == type; }

bool pushgate_json_is_object(const pushgate_json *value) { return has_type(value, JSMN_OBJECT); }
bool pushgate_json_is_array(const pushgate_json *value) { return has_type(value, JSMN_ARRAY); }
bool pushgate_json_is_string(const pushgate_json *value) { return has_type(value, JSMN_STRING); }

size_t pushgate_json_length(const pushgate_json *value) {
  return pushgate_json_is_object(value) || pushgate_json_is_array(value) ? (size_t)value->token.size : 0;
}

/* Tokens stand in the order of the text, so what is in a value ends before the value after it begins. */
static const pushgate_json *after(const pushgate_json *value) {
  const pushgate_json *next = value + 1;
  for (int inside = value->token.size; inside > 0; inside--) next = after(next);
  return next;
}

/* An object's member is a token of its name, whose size is one: the value. */
static const pushgate_json *child(const pushgate_json *value, size_t number) {
  if (number >= pushgate_json_length(value)) return NULL;
  const pushgate_json *found = value + 1;
  while (number-- > 0) found = after(found);
  return found;
}

const pushgate_json *pushgate_json_element(const pushgate_json *value, size_t number) {
  const pushgate_json *found = child(value, number);
  return found != NULL && pushgate_json_is_object(value) ? found + 1 : found;
}

const char *pushgate_json_name(const pushgate_json *value, size_t number) {
  return pushgate_json_is_object(value) ? pushgate_json_text(child(value, number), NULL) : NULL;
}

const pushgate_json *pushgate_json_member(const pushgate_json *value, const char *name) {
  for (size_t number = 0; pushgate_json_is_object(value) && number < pushgate_json_length(value); number++) {
    size_t length;
    const char *found = pushgate_json_bytes(child(value, number), &length);
    /* A name that goes on after a NUL is another one. */
    if (length == strlen(name) && memcmp(found, name, length) == 0) return pushgate_json_element(value, number);
  }
  return NULL;
}

static unsigned hexadecimal(const char *digits) {
  unsigned number = 0;
  for (int digit = 0; digit < 4; digit++) {
    char byte = digits[digit];
    number = number * 16 + (unsigned)(byte <= '9' ? byte - '0' : (byte | 0x20) - 'a' + 10);
  }
  return number;
}

static char *encode(char *end, unsigned character) {
  if (character < 0x80) {
    *end++ = (char)character;
    return end;
  }
  if (character < 0x800) {
    *end++ = (char)(0xc0 | character >> 6);
  } else {
    if (character < 0x10000) {
      *end++ = (char)(0xe0 | character >> 12);
    } else {
      *end++ = (char)(0xf0 | character >> 18);
      *end++ = (char)(0x80 | (character >> 12 & 0x3f));
    }
    *end++ = (char)(0x80 | (character >> 6 & 0x3f));
  }
  *end++ = (char)(0x80 | (character & 0x3f));
  return end;
}

const char *pushgate_json_bytes(const pushgate_json *value, size_t *length) {
  if (!pushgate_json_is_string(value)) return NULL;
  const char *from = value->text + value->token.start, *last = value->text + value->token.end;
  /* No escape is shorter than what it stands for. */
  char *text = pushgate_allocate((size_t)(last - from) + 1), *end = text;
  while (from < last) {
    if (*from != '\\') {
      *end++ = *from++;
      continue;
    }
    char escaped = from[1];
    from += 2;
    if (escaped == 'u') {
      unsigned character = hexadecimal(from);
      from += 4;
      if (character >= 0xd800 && character < 0xdc00 && last - from >= 6 && from[0] == '\\' && from[1] == 'u') {
        unsigned low = hexadecimal(from + 2);
        if (low >= 0xdc00 && low < 0xe000) {
          character = 0x10000 + ((character - 0xd800) << 10) + (low - 0xdc00);
          from += 6;
        }
      }
      /* Half of a pair alone is no character. */
      end = encode(end, character >= 0xd800 && character < 0xe000 ? 0xfffd : character);
    } else {
      static const char escapes[] = "b\bf\fn\nr\rt\t";
      const char *known = strchr(escapes, escaped);
      *end++ = known == NULL ? escaped : known[1];
    }
  }
  *end = '\0';
  *length = (size_t)(end - text);
  return text;
}

const char *pushgate_json_text(const pushgate_json *value, const char *otherwise) {
  size_t length;
  const char *text = pushgate_json_bytes(value, &length);
  return text == NULL ? otherwise : text;
}

bool pushgate_json_boolean(const pushgate_json *value, bool otherwise) {
  if (!has_type(value, JSMN_PRIMITIVE)) return otherwise;
  char first = value->text[value->token.start];
  return first == 't' || (first != 'f' && otherwise);
}

int64_t pushgate_json_integer(const pushgate_json *value, int64_t otherwise) {
  if (!has_type(value, JSMN_PRIMITIVE)) return otherwise;
  const char *from = value->text + value->token.start, *last = value->text + value->token.end;
  bool negative = *from == '-';
  if (negative) from++;
  int64_t number = 0;
  for (; from < last; from++) {
    if (*from < '0' || *from > '9' || __builtin_mul_overflow(number, 10, &number) || __builtin_add_overflow(number, *from - '0', &number))
      return otherwise;
  }
  return negative ? -number : number;
}
