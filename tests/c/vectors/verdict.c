/*
 * This file is about tests/vectors/verdict.json: what a host tells, and what the report says of it,
 * from PEM and DER.
 */
#include "checks.h"
#include "scene.h"
#include "vectors.h"

#include <stdio.h>
#include <string.h>

/* Whether the report says what the row does. */
static int agrees(const json_t *row, const peercert_report *report)
{
    const char *code = vectors_text(row, "verifycode");
    NEED(code != NULL && json_is_boolean(json_object_get(row, "present"))
         && json_is_boolean(json_object_get(row, "verified")));
    return json_is_true(json_object_get(row, "present")) == peercert_report_present(report)
           && json_is_true(json_object_get(row, "verified")) == peercert_report_verified(report)
           && strcmp(code, peercert_report_verifycode(report)) == 0;
}

static void compare(const json_t *row, struct bytes certificate, const char *verdict)
{
    peercert_report *report = NULL;
    peercert_value *clientcert = NULL;
    DONE(peercert_report_new(certificate.data, certificate.len, verdict, &report, error));
    DONE(peercert_report_clientcert(report, &clientcert, error));
    if (!EXPECT(agrees(row, report))) {
        fprintf(stderr, "  %s: found %s\n", vectors_text(row, "why"),
                peercert_report_verifycode(report));
    }
    EXPECT_TEXT(peercert_value_text(peercert_value_get(clientcert, PEERCERT_KEY_SOURCE, NULL)),
                "host");
    EXPECT(peercert_report_chain_len(report) == (peercert_report_present(report) ? 1u : 0u));
    peercert_value_free(clientcert);
    peercert_report_free(report);
}

static void answer(const json_t *row)
{
    const json_t *verdict = json_object_get(row, "verdict");
    const char *name = vectors_text(row, "certificate"), *text = json_string_value(verdict);
    struct bytes pem = {NULL, 0}, der;
    char number[32];
    if (text == NULL) {
        NEED(json_is_integer(verdict));
        NEED(snprintf(number, sizeof number, "%lld", (long long)json_integer_value(verdict)) > 0);
        text = number;
    }
    if (name == NULL) {
        compare(row, pem, text);
        return;
    }
    pem = scene_live(name, "pem");
    der = scene_der(pem);
    compare(row, pem, text);
    compare(row, der, text);
    scene_forget(der);
    scene_forget(pem);
}

void vectors_verdict(void)
{
    json_t *vectors = vectors_load("verdict"), *row;
    size_t at;
    json_array_foreach(json_object_get(vectors, "rows"), at, row) {
        answer(row);
    }
    printf("verdict: %zu ran\n", at);
    json_decref(vectors);
}
