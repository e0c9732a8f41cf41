/* This file is about tests/vectors/config.json: every problem that the validator reports, and no other. */
#include "checks.h"
#include "scene.h"
#include "vectors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More problems than any row has. */
#define MOST 64

static void set_file(peercert_options *options, const char *name, const json_t *source)
{
    const char *file = vectors_text(source, "file"), *bytes = vectors_text(source, "bytes");
    NEED((file == NULL) != (bytes == NULL));
    struct path path = scene_path("pki", file == NULL ? bytes : file, "");
    if (file != NULL) {
        DONE(peercert_options_set(options, name, path.text, error));
    } else {
        struct bytes content = scene_read(path.text);
        DONE(peercert_options_set_bytes(options, name, content.data, content.len, error));
        scene_forget(content);
    }
}

static void set_list(peercert_options *options, const char *name, const json_t *items)
{
    size_t count = json_array_size(items);
    const char **texts = calloc(count + 1, sizeof *texts);
    NEED(texts != NULL);
    for (size_t at = 0; at < count; at++) {
        texts[at] = json_string_value(json_array_get(items, at));
        NEED(texts[at] != NULL);
    }
    DONE(peercert_options_set_list(options, name, texts, count, error));
    free(texts);
}

static void set(peercert_options *options, const char *name, const json_t *value);

static void set_options(peercert_options *options, const char *name, const json_t *pairs)
{
    peercert_options *nested = peercert_options_new();
    size_t at;
    json_t *pair;
    json_array_foreach(pairs, at, pair) {
        set(nested, json_string_value(json_array_get(pair, 0)), json_array_get(pair, 1));
    }
    DONE(peercert_options_set_options(options, name, nested, error));
    peercert_options_free(nested);
}

/* Sets an option with the setter of its value's type. */
static void set(peercert_options *options, const char *name, const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_TRUE:
    case JSON_FALSE:
        DONE(peercert_options_set_flag(options, name, json_is_true(value), error));
        break;
    case JSON_INTEGER:
        DONE(peercert_options_set_integer(options, name, json_integer_value(value), error));
        break;
    case JSON_REAL:
        DONE(peercert_options_set_number(options, name, json_real_value(value), error));
        break;
    case JSON_STRING:
        DONE(peercert_options_set(options, name, json_string_value(value), error));
        break;
    case JSON_ARRAY:
        set_list(options, name, value);
        break;
    case JSON_OBJECT:
        if (json_object_get(value, "options") != NULL) {
            set_options(options, name, json_object_get(value, "options"));
        } else {
            set_file(options, name, value);
        }
        break;
    default:
        NEED(!"a value that no option has");
    }
}

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

static int by_text(const void *one, const void *other)
{
    return strcmp(one, other);
}

/* Problems in one text, sorted: `code option`, a line each. */
struct problems {
    char lines[MOST][160];
    size_t count;
};

static void add(struct problems *problems, const char *code, const char *option)
{
    NEED(problems->count < MOST && code != NULL);
    int len = snprintf(problems->lines[problems->count++], sizeof *problems->lines, "%s %s", code,
                       option == NULL ? "" : option);
    NEED(len < (int)sizeof *problems->lines);
}

static struct problems of_error(const peercert_error *error)
{
    struct problems problems = {.count = 0};
    size_t count = peercert_error_problem_len(error);
    for (size_t at = 0; at < count; at++) {
        const peercert_error *problem = peercert_error_problem_at(error, at);
        add(&problems, peercert_error_code(problem), peercert_error_context(problem, "option"));
        EXPECT_TEXT(peercert_error_kind(problem), PEERCERT_ERROR_KIND_CONFIG);
        EXPECT(strlen(peercert_error_message(problem)) > 0);
    }
    EXPECT(peercert_error_problem_at(error, count) == NULL);
    if (error != NULL && count == 0) {
        add(&problems, peercert_error_code(error), peercert_error_context(error, "option"));
    }
    return problems;
}

static struct problems of_row(const json_t *row)
{
    struct problems problems = {.count = 0};
    size_t at;
    json_t *pair;
    json_array_foreach(json_object_get(row, "problems"), at, pair) {
        add(&problems, json_string_value(json_array_get(pair, 0)),
            json_string_value(json_array_get(pair, 1)));
    }
    return problems;
}

static void compare(const char *why, struct problems expected, struct problems found)
{
    qsort(expected.lines, expected.count, sizeof *expected.lines, by_text);
    qsort(found.lines, found.count, sizeof *found.lines, by_text);
    if (!EXPECT(found.count == expected.count)) {
        fprintf(stderr, "%s: %zu problems\n", why, found.count);
    }
    for (size_t at = 0; at < expected.count || at < found.count; at++) {
        EXPECT_TEXT(at < found.count ? found.lines[at] : "no problem",
                    at < expected.count ? expected.lines[at] : "no problem");
    }
}

static void row_of(const json_t *row)
{
    peercert_options *options = peercert_options_new();
    peercert_acceptor *acceptor = NULL;
    peercert_error *error = NULL;
    size_t at;
    json_t *pair, *warnings = json_object_get(row, "warnings");
    json_array_foreach(json_object_get(row, "options"), at, pair) {
        set(options, json_string_value(json_array_get(pair, 0)), json_array_get(pair, 1));
    }
    int status = peercert_acceptor_new(options, &acceptor, &error);
    EXPECT((status == PEERCERT_OK) == (acceptor != NULL));
    EXPECT((status == PEERCERT_ERROR) == (error != NULL));
    compare(vectors_text(row, "why"), of_row(row), of_error(error));
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
