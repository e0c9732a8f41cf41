/*
 * This file is about tests/vectors/export.json: a caller, and the names that applications read of it;
 * and about what a connection fills in.
 */
#include "checks.h"
#include "client.h"
#include "scene.h"
#include "vectors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const FORMATS[] = {
    PEERCERT_FORMAT_APACHE,  PEERCERT_FORMAT_NGINX, PEERCERT_FORMAT_CGI, PEERCERT_FORMAT_BASICAUTH,
    PEERCERT_FORMAT_RFC9440, PEERCERT_FORMAT_XFCC,  PEERCERT_FORMAT_ASGI,
};
#define FORMATS_LEN (sizeof FORMATS / sizeof *FORMATS)

/* A callback: keeps what it is told in a JSON object. */
static void keep(void *user_data, const char *name, const peercert_value *value)
{
    json_t *found = user_data;
    EXPECT(json_object_get(found, name) == NULL);
    json_t *kept = value == NULL ? json_null() : vectors_json(value);
    NEED(json_object_set_new(found, name, kept) == 0);
}

static struct bytes content(const char *name)
{
    struct path path = scene_path(".", name, "");
    return scene_read(path.text);
}

static void set_certificate(peercert_options *details, const char *name)
{
    struct bytes pem = content(name);
    DONE(peercert_options_set_bytes(details, PEERCERT_DETAIL_SERVER_CERTIFICATE, pem.data, pem.len,
                                    error));
    scene_forget(pem);
}

static void set_cipher(peercert_options *details, const json_t *cipher)
{
    const json_t *bits = json_object_get(cipher, "bits");
    vectors_set(details, PEERCERT_DETAIL_CIPHER, json_object_get(cipher, "name"));
    vectors_set(details, PEERCERT_DETAIL_CIPHER_NUMBER, json_object_get(cipher, "number"));
    vectors_set(details, PEERCERT_DETAIL_CIPHER_BITS, json_array_get(bits, 0));
    vectors_set(details, PEERCERT_DETAIL_CIPHER_ALGORITHM_BITS, json_array_get(bits, 1));
}

static void set_session(peercert_options *details, const char *digits)
{
    uint8_t id[32];
    size_t len = strlen(digits) / 2;
    NEED(len <= sizeof id);
    for (size_t at = 0; at < len; at++) {
        const char octet[] = {digits[2 * at], digits[2 * at + 1], '\0'};
        id[at] = (uint8_t)strtoul(octet, NULL, 16);
    }
    DONE(peercert_options_set_bytes(details, PEERCERT_DETAIL_SESSION_ID, id, len, error));
}

/* What a row knows of the connection. */
static peercert_options *details_of(const json_t *row)
{
    peercert_options *details = peercert_options_new();
    const char *name;
    json_t *value;
    json_object_foreach(json_object_get(row, "details"), name, value) {
        if (strcmp(name, "server") == 0) {
            set_certificate(details, json_string_value(value));
        } else if (strcmp(name, "cipher") == 0) {
            set_cipher(details, value);
        } else if (strcmp(name, "session_id") == 0) {
            set_session(details, json_string_value(value));
        } else {
            vectors_set(details, name, value);
        }
    }
    return details;
}

/* The variables that name us are looked at and left out. */
static void without_versions(json_t *found)
{
    const char *library = scene_is_aws_lc() ? "AWS-LC/" : "OpenSSL/";
    const char *told = vectors_text(found, "SSL_VERSION_LIBRARY");
    EXPECT_TEXT(vectors_text(found, "SSL_VERSION_INTERFACE"), "peercert/" PEERCERT_VERSION);
    EXPECT(told != NULL && strncmp(told, library, strlen(library)) == 0);
    json_object_del(found, "SSL_VERSION_INTERFACE");
    json_object_del(found, "SSL_VERSION_LIBRARY");
}

/* The names in one order: what the vectors say is not in that of the library. */
static json_t *sorted(const json_t *names)
{
    char *text = json_dumps(names, JSON_SORT_KEYS);
    json_t *found = text == NULL ? NULL : json_loads(text, 0, NULL);
    NEED(found != NULL);
    free(text);
    return found;
}

static void compare(const json_t *row, const char *format, json_t *found)
{
    char what[160];
    json_t *expected = sorted(json_object_get(row, format)), *ours = sorted(found);
    NEED(snprintf(what, sizeof what, "%s, %s", vectors_text(row, "why"), format) > 0);
    vectors_same(expected, ours, what);
    json_decref(expected);
    json_decref(ours);
}

static void told(const json_t *row, const char *format, const peercert_report *report,
                 const peercert_options *details)
{
    json_t *found = json_object();
    peercert_error *error = NULL;
    if (peercert_report_export(report, format, details, keep, found, &error) != PEERCERT_OK) {
        /* What fails has told nothing. */
        EXPECT(json_object_size(found) == 0);
        NEED(json_object_set_new(found, "error", json_string(peercert_error_code(error))) == 0);
    } else if (strcmp(format, PEERCERT_FORMAT_APACHE) == 0) {
        without_versions(found);
    }
    compare(row, format, found);
    peercert_error_free(error);
    json_decref(found);
}

static void answer(const json_t *row)
{
    const char *name = vectors_text(row, "certificate");
    struct bytes pem = {NULL, 0};
    peercert_options *details = details_of(row);
    peercert_report *report = NULL;
    if (name != NULL) {
        pem = content(name);
    }
    DONE(peercert_report_new(pem.data, pem.len, vectors_text(row, "verdict"), &report, error));
    for (size_t at = 0; at < FORMATS_LEN; at++) {
        told(row, FORMATS[at], report, details);
    }
    peercert_report_free(report);
    peercert_options_free(details);
    scene_forget(pem);
}

static json_t *of_connection(const peercert_connection *connection, const char *format,
                             const peercert_options *details)
{
    json_t *found = json_object();
    DONE(peercert_connection_export(connection, format, details, keep, found, error));
    return found;
}

/* Makes a call of the connection that it is told of. */
static void call_back(void *user_data, const char *name, const peercert_value *value)
{
    const peercert_report *report = NULL;
    DONE(peercert_connection_report(user_data, &report, error));
    EXPECT(peercert_report_verified(report) && name != NULL && value != NULL);
}

static void negotiated(void)
{
    peercert_acceptor *acceptor = scene_acceptor(PEERCERT_MODE_REQUEST);
    SSL_CTX *context = client_context("good", TLS1_3_VERSION);
    struct meeting meeting = client_meet(acceptor, context, NULL);
    struct bytes server = scene_live("server", "pem"), client = scene_live("good", "pem");
    peercert_options *details = peercert_options_new();
    json_t *asgi = of_connection(meeting.server, PEERCERT_FORMAT_ASGI, NULL);
    EXPECT(json_integer_value(json_object_get(asgi, "tls_version")) == 0x0304);
    EXPECT_TEXT(vectors_text(asgi, "server_cert"), (const char *)server.data);
    EXPECT_TEXT(json_string_value(json_array_get(json_object_get(asgi, "client_cert_chain"), 0)),
                (const char *)client.data);
    EXPECT(json_is_null(json_object_get(asgi, "client_cert_error")));
    json_t *apache = of_connection(meeting.server, PEERCERT_FORMAT_APACHE, details);
    EXPECT_TEXT(vectors_text(apache, "SSL_PROTOCOL"), "TLSv1.3");
    EXPECT_TEXT(vectors_text(apache, "SSL_CLIENT_VERIFY"), "SUCCESS");
    DONE(peercert_options_set(details, PEERCERT_DETAIL_USER, "jane", error));
    json_t *cgi = of_connection(meeting.server, "CGI", details);
    EXPECT_TEXT(vectors_text(cgi, "REMOTE_USER"), "jane");
    DONE(peercert_connection_export(meeting.server, PEERCERT_FORMAT_APACHE, NULL, call_back,
                                    meeting.server, error));
    json_decref(asgi);
    json_decref(apache);
    json_decref(cgi);
    peercert_options_free(details);
    scene_forget(server);
    scene_forget(client);
    client_part(meeting);
    SSL_CTX_free(context);
    peercert_acceptor_free(acceptor);
}

void vectors_export(void)
{
    json_t *vectors = vectors_load("export"), *row;
    size_t at;
    json_array_foreach(json_object_get(vectors, "rows"), at, row) {
        answer(row);
    }
    negotiated();
    printf("export: %zu ran\n", at);
    json_decref(vectors);
}
