/*
 * This file is about NULL: every exported function with NULL in every place of a pointer. Where it is
 * not allowed, the error names the argument, and no output is written.
 */
#include "checks.h"
#include "misuse.h"
#include "scene.h"

#include <string.h>

#define MISSING(argument, call) REFUSED_FOR(PEERCERT_CODE_STATE_NULL_ARGUMENT, argument, call)

static const char *const WORDS[] = {"h2", NULL};
static const uint8_t BYTE = 1;
static const uint8_t *const BYTES[] = {&BYTE, NULL};
static const size_t ONE[] = {1, 1};

/* Stands in outputs, which a call that fails must leave alone. */
static char untouched;
#define UNTOUCHED ((void *)&untouched)

static void options(void)
{
    peercert_options *options = peercert_options_new();
    peercert_acceptor *acceptor = UNTOUCHED;
    peercert_error *kept = NULL;
    MISSING("options", peercert_options_set(NULL, "key", "a", error));
    MISSING("name", peercert_options_set(options, NULL, "a", error));
    MISSING("value", peercert_options_set(options, "key", NULL, error));
    MISSING("options", peercert_options_set_bytes(NULL, "key", &BYTE, 1, error));
    MISSING("name", peercert_options_set_bytes(options, NULL, &BYTE, 1, error));
    MISSING("data", peercert_options_set_bytes(options, "key", NULL, 1, error));
    MISSING("options", peercert_options_set_integer(NULL, "key", 1, error));
    MISSING("name", peercert_options_set_integer(options, NULL, 1, error));
    MISSING("options", peercert_options_set_number(NULL, "key", 1, error));
    MISSING("name", peercert_options_set_number(options, NULL, 1, error));
    MISSING("options", peercert_options_set_flag(NULL, "key", 1, error));
    MISSING("name", peercert_options_set_flag(options, NULL, 1, error));
    MISSING("options", peercert_options_set_list(NULL, "alpn", WORDS, 1, error));
    MISSING("name", peercert_options_set_list(options, NULL, WORDS, 1, error));
    MISSING("items", peercert_options_set_list(options, "alpn", NULL, 1, error));
    MISSING("items", peercert_options_set_list(options, "alpn", WORDS, 2, error));
    MISSING("options", peercert_options_set_bytes_list(NULL, "alpn", BYTES, ONE, 1, error));
    MISSING("name", peercert_options_set_bytes_list(options, NULL, BYTES, ONE, 1, error));
    MISSING("items", peercert_options_set_bytes_list(options, "alpn", NULL, ONE, 1, error));
    MISSING("lens", peercert_options_set_bytes_list(options, "alpn", BYTES, NULL, 1, error));
    MISSING("items", peercert_options_set_bytes_list(options, "alpn", BYTES, ONE, 2, error));
    MISSING("options", peercert_options_set_options(NULL, "hosts", options, error));
    MISSING("name", peercert_options_set_options(options, NULL, options, error));
    MISSING("nested", peercert_options_set_options(options, "hosts", NULL, error));
    /* None of this has become an option: what is missing is missing, and nothing else is wrong. */
    EXPECT(peercert_acceptor_new(options, &acceptor, &kept) == PEERCERT_ERROR);
    EXPECT(acceptor == UNTOUCHED && peercert_error_problem_len(kept) == 2);
    peercert_error_free(kept);
    /* None of something may come as NULL. */
    DONE(peercert_options_set_bytes(options, "key_data", NULL, 0, error));
    DONE(peercert_options_set_list(options, "alpn", NULL, 0, error));
    DONE(peercert_options_set_bytes_list(options, "ticket_keys", NULL, NULL, 0, error));
    peercert_options_free(options);
    peercert_options_free(NULL);
}

static void acceptors(peercert_acceptor *acceptor)
{
    peercert_options *options = peercert_options_new();
    peercert_acceptor *made = UNTOUCHED;
    peercert_connection *connection = UNTOUCHED;
    peercert_value *value = UNTOUCHED;
    MISSING("options", peercert_acceptor_new(NULL, &made, error));
    MISSING("acceptor", peercert_acceptor_new(options, NULL, error));
    MISSING("acceptor", peercert_acceptor_on_refusal(NULL, NULL, NULL, error));
    DONE(peercert_acceptor_on_refusal(acceptor, NULL, NULL, error));
    EXPECT(peercert_acceptor_mode(NULL) == NULL);
    EXPECT(peercert_acceptor_handshake_timeout(NULL) == 0);
    MISSING("acceptor", peercert_acceptor_warnings(NULL, &value, error));
    MISSING("warnings", peercert_acceptor_warnings(acceptor, NULL, error));
    MISSING("acceptor", peercert_acceptor_counters(NULL, &value, error));
    MISSING("counters", peercert_acceptor_counters(acceptor, NULL, error));
    MISSING("acceptor", peercert_acceptor_reload(NULL, error));
    MISSING("acceptor", peercert_acceptor_watch(NULL, 1, NULL, NULL, error));
    EXPECT(peercert_acceptor_reload_error(NULL) == NULL);
    MISSING("acceptor", peercert_acceptor_connection(NULL, &connection, error));
    MISSING("connection", peercert_acceptor_connection(acceptor, NULL, error));
    MISSING("acceptor", peercert_acceptor_wrap(NULL, 0, &connection, error));
    MISSING("connection", peercert_acceptor_wrap(acceptor, 0, NULL, error));
    MISSING("acceptor", peercert_acceptor_accept(NULL, 0, &connection, error));
    MISSING("connection", peercert_acceptor_accept(acceptor, 0, NULL, error));
    EXPECT(made == UNTOUCHED && connection == UNTOUCHED && value == UNTOUCHED);
    peercert_acceptor_free(NULL);
    peercert_options_free(options);
}

static void moving(peercert_connection *connection)
{
    uint8_t buffer[4];
    size_t count = 77;
    MISSING("connection", peercert_connection_feed(NULL, &BYTE, 1, error));
    MISSING("data", peercert_connection_feed(connection, NULL, 1, error));
    DONE(peercert_connection_feed(connection, NULL, 0, error));
    MISSING("connection", peercert_connection_feed_eof(NULL, error));
    EXPECT(peercert_connection_wants(NULL) == 0);
    MISSING("connection", peercert_connection_take(NULL, buffer, 4, &count, error));
    MISSING("buffer", peercert_connection_take(connection, NULL, 4, &count, error));
    MISSING("count", peercert_connection_take(connection, buffer, 4, NULL, error));
    EXPECT(peercert_connection_has_output(NULL) == 0);
    MISSING("connection", peercert_connection_set_deadline(NULL, 0, error));
    MISSING("connection", peercert_connection_handshake(NULL, error));
    MISSING("connection", peercert_connection_request_certificate(NULL, error));
    MISSING("connection", peercert_connection_read(NULL, buffer, 4, &count, error));
    MISSING("buffer", peercert_connection_read(connection, NULL, 4, &count, error));
    MISSING("count", peercert_connection_read(connection, buffer, 4, NULL, error));
    MISSING("connection", peercert_connection_write(NULL, &BYTE, 1, &count, error));
    MISSING("data", peercert_connection_write(connection, NULL, 1, &count, error));
    MISSING("count", peercert_connection_write(connection, &BYTE, 1, NULL, error));
    EXPECT(peercert_connection_pending(NULL) == 0);
    MISSING("connection", peercert_connection_close(NULL, error));
    EXPECT(count == 77);
}

static void telling(peercert_connection *connection)
{
    uint8_t buffer[4];
    peercert_value *value = UNTOUCHED;
    const peercert_report *report = UNTOUCHED;
    MISSING("connection", peercert_connection_clientcert(NULL, &value, error));
    MISSING("clientcert", peercert_connection_clientcert(connection, NULL, error));
    MISSING("connection", peercert_connection_report(NULL, &report, error));
    MISSING("report", peercert_connection_report(connection, NULL, error));
    MISSING("connection", peercert_connection_details(NULL, &value, error));
    MISSING("details", peercert_connection_details(connection, NULL, error));
    MISSING("connection",
            peercert_connection_export_keying_material(NULL, "EXPERIMENTAL", buffer, 4, error));
    MISSING("label", peercert_connection_export_keying_material(connection, NULL, buffer, 4, error));
    MISSING("buffer",
            peercert_connection_export_keying_material(connection, "EXPERIMENTAL", NULL, 4, error));
    EXPECT(value == UNTOUCHED && report == UNTOUCHED);
    EXPECT(!peercert_connection_serves(NULL, "localhost"));
    EXPECT(!peercert_connection_serves(connection, NULL));
    peercert_connection_free(NULL);
}

static void reports(void)
{
    peercert_value *value = UNTOUCHED;
    peercert_report *report = UNTOUCHED;
    size_t len = 77;
    EXPECT(!peercert_report_present(NULL) && !peercert_report_verified(NULL));
    EXPECT(peercert_report_verifycode(NULL) == NULL);
    EXPECT(peercert_report_verifyresult(NULL) == NULL);
    MISSING("report", peercert_report_clientcert(NULL, &value, error));
    EXPECT(value == UNTOUCHED);
    EXPECT(peercert_report_der(NULL, &len) == NULL && len == 0);
    EXPECT(peercert_report_der(NULL, NULL) == NULL);
    EXPECT(peercert_report_chain_len(NULL) == 0);
    len = 77;
    EXPECT(peercert_report_chain_at(NULL, 0, &len) == NULL && len == 0);
    EXPECT(peercert_report_chain_at(NULL, 0, NULL) == NULL);
    peercert_report_free(NULL);
#ifdef PEERCERT_OPENSSL
    MISSING("ssl", peercert_report_new_from_ssl(NULL, &report, error));
    MISSING("report", peercert_report_new_from_ssl(NULL, NULL, error));
#endif
    MISSING("data", peercert_report_new(NULL, 1, "SUCCESS", &report, error));
    MISSING("report", peercert_report_new(NULL, 0, "SUCCESS", NULL, error));
    EXPECT(report == UNTOUCHED);
    /* No certificate and no verdict may come as NULL; nobody is verified by that. */
    DONE(peercert_report_new(NULL, 0, NULL, &report, error));
    EXPECT(!peercert_report_present(report) && !peercert_report_verified(report));
    peercert_report_free(report);
}

static void values(const peercert_value *value)
{
    peercert_error *kept = NULL;
    int64_t integer = 77;
    size_t len = 77;
    EXPECT(peercert_value_kind(NULL) == 0 && peercert_value_len(NULL) == 0);
    /* NULL is a value that is not there, so that calls can be chained; a key has to be. */
    EXPECT(peercert_value_get(NULL, PEERCERT_KEY_SAN, &kept) == NULL && kept == NULL);
    EXPECT(peercert_value_get(NULL, PEERCERT_KEY_SAN, NULL) == NULL);
    EXPECT(peercert_value_get(value, NULL, NULL) == NULL);
    EXPECT(peercert_value_get(value, NULL, &kept) == NULL);
    EXPECT_TEXT(peercert_error_context(kept, "argument"), "key");
    EXPECT_ERROR(kept, PEERCERT_CODE_STATE_NULL_ARGUMENT);
    EXPECT(peercert_value_at(NULL, 0) == NULL && peercert_value_key_at(NULL, 0) == NULL);
    EXPECT(peercert_value_text(NULL) == NULL && !peercert_value_flag(NULL));
    MISSING("value", peercert_value_integer(NULL, &integer, error));
    MISSING("integer", peercert_value_integer(value, NULL, error));
    EXPECT(integer == 77);
    EXPECT(peercert_value_json(NULL, &len) == NULL && len == 0);
    EXPECT(peercert_value_json(NULL, NULL) == NULL);
    char *json = peercert_value_json(value, NULL);
    EXPECT(json != NULL && *json == '{');
    peercert_string_free(json);
    peercert_string_free(NULL);
    peercert_value_free(NULL);
}

static void certificates(struct bytes pem)
{
    peercert_value *value = UNTOUCHED;
    MISSING("data", peercert_certinfo(NULL, 1, &value, error));
    MISSING("certinfo", peercert_certinfo(pem.data, pem.len, NULL, error));
    REFUSED(PEERCERT_CODE_CERTIFICATE_EMPTY, peercert_certinfo(NULL, 0, &value, error));
    MISSING("path", peercert_certinfo_file(NULL, &value, error));
    MISSING("certinfo", peercert_certinfo_file("a", NULL, error));
    MISSING("data", peercert_certinfos(NULL, 1, "a", &value, error));
    MISSING("certinfos", peercert_certinfos(pem.data, pem.len, "a", NULL, error));
    EXPECT(value == UNTOUCHED);
    DONE(peercert_certinfos(pem.data, pem.len, NULL, &value, error));
    EXPECT(peercert_value_kind(value) == PEERCERT_LIST);
    peercert_value_free(value);
}

/* A host that says nothing has verified nothing. */
static void no_verdict(struct bytes pem)
{
    peercert_report *report = NULL;
    DONE(peercert_report_new(pem.data, pem.len, NULL, &report, error));
    EXPECT(peercert_report_present(report) && !peercert_report_verified(report));
    peercert_report_free(report);
}

static void errors(void)
{
    peercert_error *kept = NULL;
    EXPECT(peercert_error_kind(NULL) == NULL && peercert_error_code(NULL) == NULL);
    EXPECT(peercert_error_message(NULL) == NULL && peercert_error_context(NULL, "path") == NULL);
    EXPECT(peercert_error_problem_len(NULL) == 0 && peercert_error_problem_at(NULL, 0) == NULL);
    EXPECT(peercert_error_report(NULL) == NULL);
    EXPECT(peercert_certinfo(NULL, 0, NULL, &kept) == PEERCERT_ERROR);
    EXPECT(peercert_error_context(kept, NULL) == NULL);
    EXPECT(peercert_error_report(kept) == NULL && peercert_error_problem_len(kept) == 0);
    peercert_error_free(kept);
    peercert_error_free(NULL);
}

void misuse_nulls(void)
{
    struct bytes pem = scene_live("good", "pem");
    peercert_acceptor *acceptor = scene_acceptor(PEERCERT_MODE_REQUEST);
    peercert_connection *connection = NULL;
    peercert_value *value = NULL;
    DONE(peercert_certinfo(pem.data, pem.len, &value, error));
    DONE(peercert_acceptor_connection(acceptor, &connection, error));
    options();
    acceptors(acceptor);
    moving(connection);
    telling(connection);
    reports();
    values(value);
    certificates(pem);
    no_verdict(pem);
    errors();
    EXPECT(peercert_version_number() == PEERCERT_VERSION_NUMBER);
    EXPECT(strstr(peercert_version(), PEERCERT_VERSION) != NULL);
    peercert_value_free(value);
    peercert_connection_free(connection);
    peercert_acceptor_free(acceptor);
    scene_forget(pem);
}
