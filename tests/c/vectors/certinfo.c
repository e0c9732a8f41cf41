/*
 * This file is about tests/vectors/certinfo: every certificate's dictionary, exactly, its keys in
 * order; from bytes in PEM and DER, from a file, and as a bundle of one.
 */
#include "checks.h"
#include "scene.h"
#include "vectors.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_text(const void *one, const void *other)
{
    return strcmp(*(const char *const *)one, *(const char *const *)other);
}

/* Warnings are compared by their codes, each once, in order: the sentences are for people. */
static json_t *codes(const json_t *warnings)
{
    size_t count = json_array_size(warnings), at;
    const char **texts = calloc(count + 1, sizeof *texts);
    json_t *warning, *list = json_array();
    NEED(texts != NULL);
    json_array_foreach(warnings, at, warning) {
        texts[at] = vectors_text(warning, "code");
        EXPECT(texts[at] != NULL && vectors_text(warning, "text") != NULL);
    }
    qsort(texts, count, sizeof *texts, by_text);
    for (at = 0; at < count; at++) {
        if (at == 0 || strcmp(texts[at], texts[at - 1]) != 0) {
            NEED(json_array_append_new(list, json_string(texts[at])) == 0);
        }
    }
    free(texts);
    return list;
}

/* The value as JSON, which its own JSON text has to be as well. */
static json_t *read_both_ways(peercert_value *value)
{
    size_t len = 0;
    char *text = peercert_value_json(value, &len);
    json_t *found = vectors_json(value);
    NEED(text != NULL);
    EXPECT(strlen(text) == len);
    json_t *parsed = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    vectors_same(found, parsed, "peercert_value_json()");
    json_decref(parsed);
    peercert_string_free(text);
    peercert_value_free(value);
    return found;
}

static void compare(const char *name, struct bytes pem, const char *path, json_t *expected)
{
    peercert_value *of_pem = NULL, *of_der = NULL, *of_file = NULL, *of_bundle = NULL;
    struct bytes der = scene_der(pem);
    DONE(peercert_certinfo(pem.data, pem.len, &of_pem, error));
    DONE(peercert_certinfo(der.data, der.len, &of_der, error));
    DONE(peercert_certinfo_file(path, &of_file, error));
    DONE(peercert_certinfos(pem.data, pem.len, NULL, &of_bundle, error));
    json_t *found = read_both_ways(of_pem);
    json_t *others[] = {read_both_ways(of_der), read_both_ways(of_file), read_both_ways(of_bundle)};
    vectors_same(found, others[0], "PEM and DER");
    vectors_same(found, others[1], "bytes and file");
    EXPECT(json_array_size(others[2]) == 1);
    vectors_same(found, json_array_get(others[2], 0), "one certificate and a bundle");
    NEED(json_object_set_new(found, "warnings", codes(json_object_get(found, "warnings"))) == 0);
    vectors_same(expected, found, name);
    json_decref(found);
    for (size_t at = 0; at < sizeof others / sizeof *others; at++) {
        json_decref(others[at]);
    }
    scene_forget(der);
}

static void certificate(const char *name)
{
    char file[256];
    NEED(snprintf(file, sizeof file, "certinfo/%s", name) < (int)sizeof file);
    json_t *vector = vectors_load(file);
    json_t *expected = json_object_get(vector, "certinfo");
    struct path path = scene_path(".", vectors_text(expected, "pem"), "");
    struct bytes pem = scene_read(path.text);
    NEED(json_object_set_new(expected, "pem", json_string((char *)pem.data)) == 0);
    compare(name, pem, path.text, expected);
    scene_forget(pem);
    json_decref(vector);
}

void vectors_certinfo(void)
{
    struct path folder = scene_path("vectors", "certinfo", "");
    DIR *directory = opendir(folder.text);
    struct dirent *entry;
    unsigned ran = 0;
    NEED(directory != NULL);
    while ((entry = readdir(directory)) != NULL) {
        char name[256], *end;
        NEED(snprintf(name, sizeof name, "%s", entry->d_name) < (int)sizeof name);
        if ((end = strstr(name, ".json")) != NULL) {
            *end = '\0';
            certificate(name);
            ran += 1;
        }
    }
    closedir(directory);
    printf("certinfo: %u ran\n", ran);
}
