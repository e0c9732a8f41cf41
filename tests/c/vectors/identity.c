/*
 * This file is about tests/vectors/identity.json: rules, a certificate, and who the caller is.
 */
#include "checks.h"
#include "client.h"
#include "scene.h"
#include "vectors.h"

#include <stdio.h>
#include <string.h>

/* The dictionary without its sentence. */
static json_t *without_message(const peercert_value *identity)
{
    json_t *found = vectors_json(identity);
    const char *message = vectors_text(found, "message");
    EXPECT((message == NULL) == json_is_true(json_object_get(found, "identified")));
    EXPECT(message == NULL || *message != '\0');
    json_object_del(found, "message");
    return found;
}

static void expect(const json_t *row, const peercert_value *identity)
{
    json_t *found = without_message(identity);
    vectors_same(json_object_get(row, "identity"), found, vectors_text(row, "why"));
    json_decref(found);
}

static void compare(const json_t *row, const peercert_rules *rules, const peercert_report *report)
{
    peercert_value *value = NULL;
    DONE(peercert_rules_identify(rules, report, &value, error));
    expect(row, value);
    peercert_value_free(value);
    value = NULL;
    DONE(peercert_rules_explain(rules, report, &value, error));
    expect(row, peercert_value_get(value, PEERCERT_KEY_IDENTITY, NULL));
    EXPECT(peercert_value_len(peercert_value_get(value, PEERCERT_KEY_RULES, NULL))
           == peercert_rules_len(rules));
    peercert_value_free(value);
}

/* What a host tells of a certificate of any folder. */
static void told(const json_t *row, const peercert_rules *rules)
{
    const char *name = vectors_text(row, "certificate");
    struct bytes pem = {NULL, 0};
    peercert_report *report = NULL;
    if (name != NULL) {
        struct path path = scene_path("pki", name, "pem");
        pem = scene_read(path.text);
    }
    DONE(peercert_report_new(pem.data, pem.len, vectors_text(row, "verdict"), &report, error));
    compare(row, rules, report);
    peercert_report_free(report);
    if (name != NULL) {
        scene_forget(pem);
    }
}

/* What a handshake shows. */
static void shown(const json_t *row, const peercert_rules *rules)
{
    const char *name = vectors_text(row, "certificate");
    peercert_acceptor *acceptor = scene_acceptor(PEERCERT_MODE_REQUEST);
    SSL_CTX *context = client_context(name == NULL ? NULL : name + strlen("live/"), TLS1_3_VERSION);
    struct meeting meeting = client_meet(acceptor, context, NULL);
    const peercert_report *report = NULL;
    peercert_value *identity = NULL;
    DONE(peercert_connection_report(meeting.server, &report, error));
    compare(row, rules, report);
    DONE(peercert_connection_identity(meeting.server, rules, &identity, error));
    expect(row, identity);
    peercert_value_free(identity);
    client_part(meeting);
    SSL_CTX_free(context);
    peercert_acceptor_free(acceptor);
}

static void refused(const json_t *row, const peercert_error *error)
{
    const json_t *expected = json_object_get(row, "problems"), *problem;
    size_t at;
    if (!EXPECT(peercert_error_problem_len(error) == json_array_size(expected))) {
        fprintf(stderr, "  %s: %s\n", vectors_text(row, "why"), peercert_error_message(error));
        return;
    }
    json_array_foreach(expected, at, problem) {
        const peercert_error *found = peercert_error_problem_at(error, at);
        EXPECT_TEXT(peercert_error_code(found), json_string_value(json_array_get(problem, 0)));
        EXPECT_TEXT(peercert_error_context(found, "line"),
                    json_string_value(json_array_get(problem, 1)));
    }
}

static void answer(const json_t *row)
{
    const json_t *text = json_object_get(row, "rules");
    peercert_rules *rules = NULL;
    peercert_error *error = NULL;
    int status = peercert_rules_new((const uint8_t *)json_string_value(text),
                                    json_string_length(text), &rules, &error);
    EXPECT((status == PEERCERT_OK) == (json_object_get(row, "problems") == NULL));
    if (status != PEERCERT_OK) {
        refused(row, error);
    } else if (strcmp(vectors_text(row, "by"), "host") == 0) {
        told(row, rules);
    } else {
        shown(row, rules);
    }
    peercert_error_free(error);
    peercert_rules_free(rules);
}

void vectors_identity(void)
{
    json_t *vectors = vectors_load("identity"), *row;
    size_t at, ran = 0;
    json_array_foreach(json_object_get(vectors, "rows"), at, row) {
        /* Dictionaries are not how C writes rules. */
        if (json_is_string(json_object_get(row, "rules"))) {
            answer(row);
            ran++;
        }
    }
    printf("identity: %zu ran\n", ran);
    json_decref(vectors);
}
