/* This file is about tests/vectors/config.json: every problem that the validator reports, and no other. */
#include "checks.h"
#include "scene.h"
#include "vectors.h"

#include <stdio.h>

/* C's lists hold texts and nothing else. */
static int can_be_said(const json_t *options)
{
    size_t at, index;
    json_t *pair, *item;
    json_array_foreach(options, at, pair) {
        json_array_foreach(json_array_get(pair, 1), index, item) {
            if (!json_is_string(item)) {
                return 0;
            }
        }
    }
    return 1;
}

static void row_of(const json_t *row)
{
    peercert_options *options = peercert_options_new();
    peercert_acceptor *acceptor = NULL;
    peercert_error *error = NULL;
    size_t at;
    json_t *pair, *warnings = json_object_get(row, "warnings");
    json_array_foreach(json_object_get(row, "options"), at, pair) {
        vectors_set(options, json_string_value(json_array_get(pair, 0)), json_array_get(pair, 1));
    }
    int status = peercert_acceptor_new(options, &acceptor, &error);
    EXPECT((status == PEERCERT_OK) == (acceptor != NULL));
    EXPECT((status == PEERCERT_ERROR) == (error != NULL));
    vectors_problems(row, error);
    if (warnings != NULL && acceptor != NULL) {
        peercert_value *told = NULL;
        DONE(peercert_acceptor_warnings(acceptor, &told, error));
        size_t count = peercert_value_len(told);
        EXPECT(count == (size_t)json_integer_value(warnings));
        EXPECT(count == 0 || peercert_value_text(peercert_value_at(told, count - 1)) != NULL);
        peercert_value_free(told);
    }
    peercert_error_free(error);
    peercert_acceptor_free(acceptor);
    peercert_options_free(options);
}

void vectors_config(void)
{
    json_t *vectors = vectors_load("config"), *row;
    size_t at;
    unsigned ran = 0, others = 0;
    json_array_foreach(json_object_get(vectors, "rows"), at, row) {
        if (!vectors_holds(row)) {
            others += 1;
        } else if (!can_be_said(json_object_get(row, "options"))) {
            printf("config: cannot be said in C: %s\n", vectors_text(row, "why"));
        } else {
            row_of(row);
            ran += 1;
        }
    }
    printf("config: %u ran, %u are for another TLS library\n", ran, others);
    json_decref(vectors);
}
