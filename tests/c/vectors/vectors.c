/* This file is about JSON beside the library's values, and how two of them differ. */
#include "vectors.h"

#include "checks.h"
#include "scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

json_t *vectors_load(const char *name)
{
    struct path path = scene_path("vectors", name, "json");
    json_error_t error;
    json_t *vectors = json_load_file(path.text, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
    if (vectors == NULL) {
        fprintf(stderr, "%s:%d: %s\n", path.text, error.line, error.text);
    }
    NEED(vectors != NULL);
    return vectors;
}

int vectors_holds(const json_t *row)
{
    const char *library = vectors_text(row, "library");
    return library == NULL || strcmp(library, scene_is_aws_lc() ? "aws-lc" : "openssl") == 0;
}

const char *vectors_text(const json_t *row, const char *key)
{
    return json_string_value(json_object_get(row, key));
}

static json_t *of_dict(const peercert_value *value)
{
    json_t *object = json_object();
    for (size_t at = 0; at < peercert_value_len(value); at++) {
        const char *key = peercert_value_key_at(value, at);
        const peercert_value *entry = peercert_value_at(value, at);
        peercert_error *error = NULL;
        EXPECT(key != NULL && entry != NULL);
        EXPECT(peercert_value_get(value, key, &error) == entry && error == NULL);
        EXPECT(json_object_get(object, key) == NULL);
        NEED(json_object_set_new(object, key, vectors_json(entry)) == 0);
    }
    EXPECT(peercert_value_key_at(value, peercert_value_len(value)) == NULL);
    return object;
}

static json_t *of_list(const peercert_value *value)
{
    json_t *list = json_array();
    for (size_t at = 0; at < peercert_value_len(value); at++) {
        NEED(json_array_append_new(list, vectors_json(peercert_value_at(value, at))) == 0);
    }
    EXPECT(peercert_value_at(value, peercert_value_len(value)) == NULL);
    return list;
}

static json_t *of_text(const peercert_value *value)
{
    const char *text = peercert_value_text(value);
    NEED(text != NULL);
    EXPECT(strlen(text) == peercert_value_len(value));
    json_t *string = json_string(text);
    /* NULL would say that the text is no UTF-8. */
    EXPECT(string != NULL);
    return string == NULL ? json_null() : string;
}

json_t *vectors_json(const peercert_value *value)
{
    int64_t integer = 0;
    switch (peercert_value_kind(value)) {
    case PEERCERT_FLAG:
        return json_boolean(peercert_value_flag(value));
    case PEERCERT_INTEGER:
        DONE(peercert_value_integer(value, &integer, error));
        return json_integer((json_int_t)integer);
    case PEERCERT_TEXT:
        return of_text(value);
    case PEERCERT_LIST:
        return of_list(value);
    case PEERCERT_DICT:
        return of_dict(value);
    default:
        EXPECT(!"a kind that is not documented");
        return json_null();
    }
}

static char *written(const json_t *value)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    return text == NULL ? strdup("absent") : text;
}

static void show(const char *key, const json_t *expected, const json_t *found)
{
    char *one = written(expected), *other = written(found);
    if (strcmp(one, other) != 0) {
        fprintf(stderr, "  %s\n    expected %.600s\n    found    %.600s\n", key, one, other);
    }
    free(one);
    free(other);
}

void vectors_same(const json_t *expected, const json_t *found, const char *what)
{
    char *one = written(expected), *other = written(found);
    if (!EXPECT(strcmp(one, other) == 0)) {
        const char *key;
        json_t *value;
        fprintf(stderr, "%s:\n", what);
        json_object_foreach((json_t *)expected, key, value) {
            show(key, value, json_object_get(found, key));
        }
        json_object_foreach((json_t *)found, key, value) {
            if (json_object_get(expected, key) == NULL) {
                show(key, NULL, value);
            }
        }
        if (!json_is_object(expected) || !json_is_object(found)) {
            show("the whole", expected, found);
        } else if (json_equal(expected, found)) {
            fprintf(stderr, "  keys in another order\n    expected %.600s\n    found    %.600s\n", one,
                    other);
        }
    }
    free(one);
    free(other);
}
