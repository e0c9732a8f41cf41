/*
 * This file is about what the servers answer: who the caller is.
 *
 * In: a connection whose handshake has ended, and a request. Out: JSON, or a whole answer.
 */
#ifndef ANSWER_H
#define ANSWER_H

#include "http.h"

#include <peercert.h>

/* JSON for a path: the dictionary `clientcert` for `/`, `details` for `/details`; NULL for every
 * other path. Free it with peercert_string_free(). */
char *answer_json(const peercert_connection *connection, const char *path, size_t *len);

/* The answer to a complete request, or to one that is refused with a status of 400 and above. Free
 * it with free(); NULL without memory. */
char *answer_request(const peercert_connection *connection, const struct http_reader *reader,
                     int status, size_t *len);

#endif
