/* This file is about options as the vectors write them, and the problems that they have. */
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

static void set_options(peercert_options *options, const char *name, const json_t *pairs)
{
    peercert_options *nested = peercert_options_new();
    size_t at;
    json_t *pair;
    json_array_foreach(pairs, at, pair) {
        vectors_set(nested, json_string_value(json_array_get(pair, 0)), json_array_get(pair, 1));
    }
    DONE(peercert_options_set_options(options, name, nested, error));
    peercert_options_free(nested);
}

void vectors_set(peercert_options *options, const char *name, const json_t *value)
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

void vectors_problems(const json_t *row, const peercert_error *error)
{
    struct problems expected = of_row(row), found = of_error(error);
    qsort(expected.lines, expected.count, sizeof *expected.lines, by_text);
    qsort(found.lines, found.count, sizeof *found.lines, by_text);
    if (!EXPECT(found.count == expected.count)) {
        fprintf(stderr, "%s: %zu problems\n", vectors_text(row, "why"), found.count);
    }
    for (size_t at = 0; at < expected.count || at < found.count; at++) {
        EXPECT_TEXT(at < found.count ? found.lines[at] : "no problem",
                    at < expected.count ? expected.lines[at] : "no problem");
    }
}
