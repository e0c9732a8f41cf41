/*
 * This file is about what the runners of the vectors share: JSON beside values, and differences.
 *
 * In: tests/vectors. Out: lines on standard error, and the counts that the driver reads.
 */
#ifndef VECTORS_H
#define VECTORS_H

#include <jansson.h>
#include <peercert.h>

/* The vectors of a file below tests/vectors. */
json_t *vectors_load(const char *name);

/* Whether a row holds for the TLS library inside. */
int vectors_holds(const json_t *row);

/* The text of a row under a key, or NULL. */
const char *vectors_text(const json_t *row, const char *key);

/*
 * A value as JSON, read through the typed getters alone; what peercert_value_json() writes has to be
 * the same.
 */
json_t *vectors_json(const peercert_value *value);

/*
 * Expects the same JSON, the order of keys included; shows each key that differs under the words of
 * `what`.
 */
void vectors_same(const json_t *expected, const json_t *found, const char *what);

/* Sets an option with the setter of its value's type. */
void vectors_set(peercert_options *options, const char *name, const json_t *value);

/* Expects the problems of a row, in any order, and no other. */
void vectors_problems(const json_t *row, const peercert_error *error);

void vectors_certinfo(void);
void vectors_clientcert(void);
void vectors_config(void);
void vectors_export(void);
void vectors_forwarded(void);
void vectors_identity(void);
void vectors_verdict(void);

#endif
