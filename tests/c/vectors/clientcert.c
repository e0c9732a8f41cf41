/*
 * This file is about tests/vectors/clientcert.json: mode, client, TLS version and session, each row
 * as it is, with clients of the host's libssl in this process.
 */
#include "checks.h"
#include "client.h"
#include "scene.h"
#include "vectors.h"

#include <stdio.h>
#include <string.h>

/* The keys of a row that say what is tried. */
static const char *const HEAD[] = {"mode", "client", "tls", "library", "session"};

static void put(json_t *into, const char *key, json_t *value)
{
    NEED(value != NULL && json_object_set_new(into, key, value) == 0);
}

/* What the vectors say of a report: the keys up to `source`, the first error, the leaf. */
static void show(const peercert_report *report, json_t *into)
{
    peercert_value *clientcert = NULL;
    DONE(peercert_report_clientcert(report, &clientcert, error));
    json_t *found = vectors_json(clientcert), *verdict = json_object(), *value;
    const char *key;
    json_t *first = json_array_get(json_object_get(found, "verifyerrors"), 0);
    json_t *fingerprint = json_object_get(found, "fingerprint");
    json_object_foreach(found, key, value) {
        if (strcmp(key, "verifyerrors") != 0) {
            put(verdict, key, json_incref(value));
        }
        if (strcmp(key, "source") == 0) {
            break;
        }
    }
    /* The short ways say what the dictionary says. */
    EXPECT(peercert_report_present(report) == json_is_true(json_object_get(found, "present")));
    EXPECT(peercert_report_verified(report) == json_is_true(json_object_get(found, "verified")));
    EXPECT_TEXT(peercert_report_verifycode(report), vectors_text(found, "verifycode"));
    EXPECT_TEXT(peercert_report_verifyresult(report), vectors_text(found, "verifyresult"));
    EXPECT((peercert_report_der(report, NULL) != NULL) == (fingerprint != NULL));
    put(into, "clientcert", verdict);
    if (first != NULL) {
        put(into, "firsterror", json_incref(first));
    }
    if (fingerprint != NULL) {
        put(into, "fingerprint", json_incref(fingerprint));
    }
    json_decref(found);
    peercert_value_free(clientcert);
}

static void accepted(const peercert_connection *server, json_t *into)
{
    const peercert_report *report = NULL;
    peercert_value *details = NULL;
    DONE(peercert_connection_details(server, &details, error));
    const peercert_value *resumed = peercert_value_get(details, PEERCERT_KEY_RESUMED, NULL);
    put(into, "resumed", json_boolean(peercert_value_flag(resumed)));
    put(into, "outcome", json_string("accepted"));
    DONE(peercert_connection_report(server, &report, error));
    show(report, into);
    peercert_value_free(details);
}

static void refused(const struct meeting *meeting, json_t *into)
{
    const peercert_report *report = peercert_error_report(meeting->error);
    put(into, "outcome", json_string("refused"));
    put(into, "alert", meeting->alert < 0 ? json_null() : json_integer(meeting->alert));
    put(into, "error", json_string(peercert_error_code(meeting->error)));
    if (report != NULL) {
        show(report, into);
    }
}

static peercert_acceptor *acceptor_of(const json_t *row, const json_t *vectors)
{
    peercert_options *options = scene_options(vectors_text(row, "mode"));
    const char *client = vectors_text(row, "client"), *key;
    json_t *more = json_object_get(vectors, "options"), *value;
    peercert_acceptor *acceptor = NULL;
    json_object_foreach(json_object_get(more, client == NULL ? "" : client), key, value) {
        NEED(json_is_integer(value));
        DONE(peercert_options_set_integer(options, key, json_integer_value(value), error));
    }
    DONE(peercert_acceptor_new(options, &acceptor, error));
    NEED(acceptor != NULL);
    peercert_options_free(options);
    return acceptor;
}

static json_t *seen(const json_t *row, const struct meeting *meeting)
{
    json_t *found = json_object();
    for (size_t at = 0; at < sizeof HEAD / sizeof *HEAD; at++) {
        json_t *value = json_object_get(row, HEAD[at]);
        if (value != NULL) {
            put(found, HEAD[at], json_incref(value));
        }
    }
    if (meeting->error == NULL) {
        accepted(meeting->server, found);
    } else {
        refused(meeting, found);
    }
    return found;
}

static void meet(const json_t *row, const json_t *vectors)
{
    peercert_acceptor *acceptor = acceptor_of(row, vectors);
    int version = strcmp(vectors_text(row, "tls"), "1.2") == 0 ? TLS1_2_VERSION : TLS1_3_VERSION;
    SSL_CTX *context = client_context(vectors_text(row, "client"), version);
    struct meeting meeting = client_meet(acceptor, context, NULL);
    char what[256];
    if (strcmp(vectors_text(row, "session"), "offered") == 0) {
        struct meeting first = meeting;
        meeting = client_meet(acceptor, context, first.session);
        client_part(first);
    }
    const char *client = vectors_text(row, "client");
    NEED(snprintf(what, sizeof what, "mode %s, client %s, TLS %s, session %s",
                  vectors_text(row, "mode"), client == NULL ? "without certificate" : client,
                  vectors_text(row, "tls"), vectors_text(row, "session")) < (int)sizeof what);
    json_t *found = seen(row, &meeting);
    vectors_same(row, found, what);
    json_decref(found);
    client_part(meeting);
    SSL_CTX_free(context);
    peercert_acceptor_free(acceptor);
}

void vectors_clientcert(void)
{
    json_t *vectors = vectors_load("clientcert"), *row;
    size_t at;
    unsigned ran = 0, others = 0;
    json_array_foreach(json_object_get(vectors, "rows"), at, row) {
        if (vectors_holds(row)) {
            meet(row, vectors);
            ran += 1;
        } else {
            others += 1;
        }
    }
    printf("clientcert: %u ran, %u are for another TLS library\n", ran, others);
    json_decref(vectors);
}
