/*
 * This file is about a host that ends TLS itself with the system's libssl, and asks for the report on
 * its client: what was sent, and the host's verdict as it stands.
 */
#include "checks.h"
#include "client.h"
#include "scene.h"
#include "server.h"

#include <openssl/err.h>
#include <string.h>

static peercert_report *report_of(const SSL *ssl)
{
    peercert_report *report = NULL;
    DONE(peercert_report_new_from_ssl(ssl, &report, error));
    NEED(report != NULL);
    return report;
}

/* What a report should say. */
struct expected {
    const char *code;
    int present, verified, resumed, anchor;
};

/* Compares it; the host's ends are gone before it is read, and it is freed. */
static void compare(peercert_report *report, struct expected expected)
{
    peercert_value *value = NULL;
    DONE(peercert_report_clientcert(report, &value, error));
#define GET(key) peercert_value_get(value, key, NULL)
    EXPECT(peercert_report_present(report) == expected.present);
    EXPECT(peercert_report_verified(report) == expected.verified);
    EXPECT_TEXT(peercert_report_verifycode(report), expected.code);
    EXPECT_TEXT(peercert_value_text(GET(PEERCERT_KEY_VERIFYCODE)), expected.code);
    EXPECT_TEXT(peercert_value_text(GET(PEERCERT_KEY_SOURCE)), "host");
    EXPECT(peercert_value_flag(GET(PEERCERT_KEY_VERIFIED)) == expected.verified);
    EXPECT(peercert_value_flag(GET(PEERCERT_KEY_RESUMED)) == expected.resumed);
    EXPECT((GET(PEERCERT_KEY_ANCHOR) != NULL) == expected.anchor);
    EXPECT((GET(PEERCERT_KEY_SUBJECT) != NULL) == expected.present);
    EXPECT((peercert_report_der(report, NULL) != NULL) == expected.present);
    EXPECT((peercert_report_chain_len(report) > 0) == (expected.present && !expected.resumed));
    peercert_value_free(value);
    peercert_report_free(report);
}

/* A client comes fresh, and once more with its session. */
static void client(SSL_CTX *host, const char *name, int version, struct expected expected,
                   struct expected again)
{
    SSL_CTX *context = client_context(name, version);
    struct ends ends = server_meet(host, context, NULL);
    server_shake(&ends);
    NEED(ends.connected);
    SSL_SESSION *session = SSL_get1_session(ends.client);
    peercert_report *report = report_of(ends.server);
    server_part(ends);
    compare(report, expected);
    ends = server_meet(host, context, session);
    server_shake(&ends);
    NEED(ends.connected);
    EXPECT(SSL_session_reused(ends.server) == again.resumed || !again.present);
    report = report_of(ends.server);
    server_part(ends);
    compare(report, again);
    SSL_SESSION_free(session);
    SSL_CTX_free(context);
}

static void verdicts(int version)
{
    SSL_CTX *host = server_context(server_lets_through);
    const struct expected absent = {"ABSENT", 0, 0, 0, 0};
    const struct expected good = {"OK", 1, 1, 0, 1}, good_again = {"OK", 1, 1, 1, 1};
    /* OpenSSL keeps no intermediates in a session, and the host does not know them. */
    const struct expected chain_again = {"UNSPECIFIED", 1, 0, 1, 0};
    const struct expected old = {"CERT_HAS_EXPIRED", 1, 0, 0, 0};
    const struct expected old_again = {"CERT_HAS_EXPIRED", 1, 0, 1, 0};
    /* The last error of the chain is what the host's library keeps. */
    const struct expected unknown = {"UNABLE_TO_VERIFY_LEAF_SIGNATURE", 1, 0, 0, 0};
    const struct expected unknown_again = {"UNABLE_TO_VERIFY_LEAF_SIGNATURE", 1, 0, 1, 0};
    client(host, NULL, version, absent, absent);
    client(host, "good", version, good, good_again);
    client(host, "good-chain", version, good, chain_again);
    client(host, "expired", version, old, old_again);
    client(host, "unknown-leaf", version, unknown, unknown_again);
    SSL_CTX_free(host);
}

/* The host does not ask. */
static void not_asked(void)
{
    SSL_CTX *host = server_context(NULL);
    const struct expected absent = {"ABSENT", 0, 0, 0, 0};
    SSL_CTX_set_verify(host, SSL_VERIFY_NONE, NULL);
    client(host, "good", TLS1_3_VERSION, absent, absent);
    SSL_CTX_free(host);
}

static int says_yes(X509_STORE_CTX *context, void *argument)
{
    (void)context;
    (void)argument;
    return 1;
}

static int forgets(int found, X509_STORE_CTX *context)
{
    (void)found;
    X509_STORE_CTX_set_error(context, X509_V_OK);
    return 1;
}

/* A host whose callbacks say yes to everybody: only a CA of its own counts, resumed or not. */
static void not_looked_at(void)
{
    const struct expected nobody = {"UNSPECIFIED", 1, 0, 0, 0};
    const struct expected nobody_again = {"UNSPECIFIED", 1, 0, 1, 0};
    const struct expected good = {"OK", 1, 1, 0, 1}, good_again = {"OK", 1, 1, 1, 1};
    const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
    for (size_t i = 0; i < 2; i++) {
        SSL_CTX *host = server_context(NULL);
        SSL_CTX_set_cert_verify_callback(host, says_yes, NULL);
        client(host, "unknown-leaf", versions[i], nobody, nobody_again);
        client(host, "self-signed", versions[i], nobody, nobody_again);
        client(host, "good", versions[i], good, good_again);
        SSL_CTX_free(host);
        host = server_context(forgets);
        X509_STORE_set_verify_cb(SSL_CTX_get_cert_store(host), forgets);
        client(host, "unknown-leaf", versions[i], nobody, nobody_again);
        client(host, "self-signed", versions[i], nobody, nobody_again);
        client(host, "good", versions[i], good, good_again);
        SSL_CTX_free(host);
    }
}

/* Connections that have no report. */
static void no_report(void)
{
    SSL_CTX *host = server_context(NULL), *context = client_context("good", 0);
    struct ends ends = server_meet(host, context, NULL);
    peercert_report *report = NULL;
    REFUSED(PEERCERT_CODE_STATE_HANDSHAKE_PENDING,
            peercert_report_new_from_ssl(ends.server, &report, error));
    REFUSED(PEERCERT_CODE_STATE_INVALID_ARGUMENT,
            peercert_report_new_from_ssl(ends.client, &report, error));
    (void)SSL_do_handshake(ends.client);
    (void)SSL_do_handshake(ends.server);
    REFUSED(PEERCERT_CODE_STATE_HANDSHAKE_PENDING,
            peercert_report_new_from_ssl(ends.server, &report, error));
    server_shake(&ends);
    NEED(ends.connected);
    REFUSED(PEERCERT_CODE_STATE_INVALID_ARGUMENT,
            peercert_report_new_from_ssl(ends.client, &report, error));
    REFUSED_FOR(PEERCERT_CODE_STATE_NULL_ARGUMENT, "ssl",
                peercert_report_new_from_ssl(NULL, &report, error));
    REFUSED_FOR(PEERCERT_CODE_STATE_NULL_ARGUMENT, "report",
                peercert_report_new_from_ssl(ends.server, NULL, error));
    EXPECT(report == NULL);
    server_part(ends);
    SSL_CTX_free(context);
    SSL_CTX_free(host);
}

/* A handshake that the host refused has no report either. */
static void refused(void)
{
    SSL_CTX *host = server_context(NULL), *context = client_context("expired", 0);
    struct ends ends = server_meet(host, context, NULL);
    peercert_report *report = NULL;
    server_shake(&ends);
    EXPECT(!ends.connected && !SSL_is_init_finished(ends.server));
    REFUSED(PEERCERT_CODE_STATE_HANDSHAKE_PENDING,
            peercert_report_new_from_ssl(ends.server, &report, error));
    server_part(ends);
    SSL_CTX_free(context);
    SSL_CTX_free(host);
}

/* The connection is only read: it goes on, and the host's queue of errors is as it was. */
static void left_alone(void)
{
    SSL_CTX *host = server_context(NULL), *context = client_context("good", 0);
    struct ends ends = server_meet(host, context, NULL);
    char buffer[8];
    server_shake(&ends);
    NEED(ends.connected);
    ERR_raise(ERR_LIB_USER, 42);
    for (int times = 0; times < 3; times++) {
        peercert_report_free(report_of(ends.server));
    }
    EXPECT(ERR_GET_REASON(ERR_peek_error()) == 42 && ERR_peek_error() == ERR_peek_last_error());
    ERR_clear_error();
    EXPECT(SSL_write(ends.server, "more", 4) == 4);
    EXPECT(SSL_read(ends.client, buffer, sizeof buffer) == 4);
    EXPECT(ERR_peek_error() == 0);
    server_part(ends);
    SSL_CTX_free(context);
    SSL_CTX_free(host);
}

static void both_versions(void)
{
    verdicts(TLS1_2_VERSION);
    verdicts(TLS1_3_VERSION);
}

int main(int argc, char **argv)
{
    const struct topic topics[] = {
        {"verdicts", both_versions},      {"not_asked", not_asked}, {"not_looked_at", not_looked_at},
        {"no_report", no_report}, {"refused", refused},     {"left_alone", left_alone},
    };
    return checks_run(topics, sizeof topics / sizeof *topics, argc, argv);
}
