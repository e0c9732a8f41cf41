/*
 * This file is about tests/vectors/forwarded.json: what proxies forward, which names say who a client
 * is, and which options are wrong.
 */
#include "checks.h"
#include "scene.h"
#include "vectors.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More proxies and headers than any row has. */
#define MOST 8

static peercert_options *options_of(const json_t *given)
{
    peercert_options *options = peercert_options_new();
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)given, name, value) {
        vectors_set(options, name, value);
    }
    return options;
}

static peercert_forwarded *forwarded_of(const json_t *vectors, const json_t *names)
{
    peercert_options *proxies[MOST];
    peercert_forwarded *forwarded = NULL;
    size_t count = json_array_size(names);
    NEED(count <= MOST);
    for (size_t at = 0; at < count; at++) {
        const char *name = json_string_value(json_array_get(names, at));
        const json_t *given = json_object_get(json_object_get(vectors, "proxies"), name);
        NEED(given != NULL);
        proxies[at] = options_of(given);
    }
    DONE(peercert_forwarded_new((const peercert_options *const *)proxies, count, &forwarded, error));
    NEED(forwarded != NULL);
    for (size_t at = 0; at < count; at++) {
        peercert_options_free(proxies[at]);
    }
    return forwarded;
}

/* The headers of a request; values may hold any octet. */
struct headers {
    const char *names[MOST];
    uint8_t *values[MOST];
    size_t lens[MOST];
    size_t count;
};

/* A value: a text, or a text and how often it is repeated. */
static void add(struct headers *headers, const json_t *pair)
{
    const json_t *value = json_array_get(pair, 1), *text = value;
    size_t times = 1, place = headers->count++;
    NEED(headers->count <= MOST);
    if (json_is_array(value)) {
        text = json_array_get(value, 0);
        times = (size_t)json_integer_value(json_array_get(value, 1));
    }
    size_t len = json_string_length(text);
    headers->names[place] = json_string_value(json_array_get(pair, 0));
    headers->lens[place] = len * times;
    headers->values[place] = malloc(len * times + 1);
    NEED(headers->names[place] != NULL && headers->values[place] != NULL);
    for (size_t at = 0; at < times; at++) {
        memcpy(headers->values[place] + at * len, json_string_value(text), len);
    }
}

static struct headers headers_of(const json_t *row)
{
    struct headers headers = {.count = 0};
    size_t at;
    json_t *pair;
    json_array_foreach(json_object_get(row, "headers"), at, pair) {
        add(&headers, pair);
    }
    return headers;
}

/* What the vectors say of a report. */
static json_t *shown(const peercert_report *report)
{
    peercert_value *clientcert = NULL;
    json_t *found = json_object();
    DONE(peercert_report_clientcert(report, &clientcert, error));
    EXPECT_TEXT(peercert_value_text(peercert_value_get(clientcert, PEERCERT_KEY_SOURCE, NULL)),
                "forwarded");
    /* Which CA vouched, a proxy does not tell. */
    EXPECT(peercert_value_get(clientcert, PEERCERT_KEY_ANCHOR, NULL) == NULL);
    static const char *const keys[] = {PEERCERT_KEY_PRESENT, PEERCERT_KEY_VERIFIED,
                                       PEERCERT_KEY_VERIFYCODE};
    for (size_t at = 0; at < sizeof keys / sizeof *keys; at++) {
        const peercert_value *value = peercert_value_get(clientcert, keys[at], NULL);
        NEED(json_object_set_new(found, keys[at], vectors_json(value)) == 0);
    }
    json_int_t chain = (json_int_t)peercert_report_chain_len(report);
    NEED(json_object_set_new(found, "chain", json_integer(chain)) == 0);
    const peercert_value *fingerprint =
        peercert_value_get(clientcert, PEERCERT_KEY_FINGERPRINT, NULL);
    if (fingerprint != NULL) {
        NEED(json_object_set_new(found, "fingerprint", vectors_json(fingerprint)) == 0);
    }
    peercert_value_free(clientcert);
    return found;
}

static void answer(const json_t *vectors, const json_t *row)
{
    peercert_forwarded *forwarded = forwarded_of(vectors, json_object_get(row, "proxies"));
    struct headers headers = headers_of(row);
    peercert_report *report = NULL;
    peercert_error *error = NULL;
    int status = peercert_forwarded_read(forwarded, vectors_text(row, "sender"), headers.names,
                                         (const uint8_t *const *)headers.values, headers.lens,
                                         headers.count, &report, &error);
    EXPECT((status == PEERCERT_OK) == (error == NULL));
    EXPECT(status == PEERCERT_OK || report == NULL);
    EXPECT_TEXT(peercert_error_code(error), vectors_text(row, "error"));
    EXPECT(error == NULL || strlen(peercert_error_message(error)) < 400);
    for (size_t at = 0; at < headers.count; at++) {
        /* Whatever was read, an application sees none of it. */
        EXPECT(peercert_forwarded_claims(forwarded, headers.names[at])
               == (strcmp(headers.names[at], "Host") != 0));
        free(headers.values[at]);
    }
    peercert_forwarded_free(forwarded);
    if (status == PEERCERT_OK) {
        json_t *found = report == NULL ? json_null() : shown(report);
        vectors_same(json_object_get(row, "report"), found, vectors_text(row, "why"));
        json_decref(found);
    }
    peercert_report_free(report);
    peercert_error_free(error);
}

/* A header as servers name its variable: `before`, and the name in capitals. */
static struct path variable(const char *before, const char *name)
{
    struct path found;
    int len = snprintf(found.text, sizeof found.text, "%s%s", before, name);
    NEED(len >= 0 && (size_t)len < sizeof found.text);
    for (char *at = found.text + strlen(before); *at != '\0'; at++) {
        *at = *at == '-' || *at == '.' ? '_' : (char)toupper((unsigned char)*at);
    }
    return found;
}

static void name_of(const peercert_forwarded *forwarded, const json_t *row)
{
    const char *name = vectors_text(row, "name");
    int claims = json_is_true(json_object_get(row, "claims"));
    struct path of_header = variable("HTTP_", name), other = variable("", name);
    if (!EXPECT(peercert_forwarded_claims(forwarded, name) == claims)) {
        fprintf(stderr, "  %s\n", name);
    }
    EXPECT(peercert_forwarded_claims_variable(forwarded, of_header.text) == claims);
    /* A client cannot set it. */
    EXPECT(!peercert_forwarded_claims_variable(forwarded, other.text));
}

static void wrong(const json_t *row)
{
    peercert_options *options = options_of(json_object_get(row, "options"));
    const peercert_options *proxies[] = {options};
    peercert_forwarded *forwarded = NULL;
    peercert_error *error = NULL;
    EXPECT(peercert_forwarded_new(proxies, 1, &forwarded, &error) == PEERCERT_ERROR);
    EXPECT(forwarded == NULL);
    vectors_problems(row, error);
    /* A secret is in no message. */
    EXPECT(error != NULL && strstr(peercert_error_message(error), "horse") == NULL);
    peercert_error_free(error);
    peercert_options_free(options);
}

void vectors_forwarded(void)
{
    json_t *vectors = vectors_load("forwarded"), *row;
    json_t *renamed = json_pack("[s]", "renamed");
    peercert_forwarded *forwarded = forwarded_of(vectors, renamed);
    size_t rows, names, options;
    json_array_foreach(json_object_get(vectors, "rows"), rows, row) {
        answer(vectors, row);
    }
    json_array_foreach(json_object_get(vectors, "names"), names, row) {
        name_of(forwarded, row);
    }
    json_array_foreach(json_object_get(vectors, "options"), options, row) {
        wrong(row);
    }
    printf("forwarded: %zu requests, %zu names, %zu options ran\n", rows, names, options);
    peercert_forwarded_free(forwarded);
    json_decref(renamed);
    json_decref(vectors);
}
