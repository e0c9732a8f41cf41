/*
 * This file is about virtual hosts: options inside options, each client by the policy of the host that
 * it asks for, and what has become of all of them.
 */
#include "acceptor.h"
#include "checks.h"
#include "client.h"
#include "scene.h"

#include <string.h>

/* Options of a mode, with the CAs of the clients. */
static peercert_options *policy(const char *mode)
{
    peercert_options *options = peercert_options_new();
    struct path cas = scene_path("pki/live", "client-cas", "pem");
    DONE(peercert_options_set(options, PEERCERT_OPTION_CLIENT_CERT_MODE, mode, error));
    DONE(peercert_options_set(options, PEERCERT_OPTION_CLIENT_CA_FILE, cas.text, error));
    return options;
}

/* A server that asks nobody, with hosts of which one demands a certificate, and some ask for one. */
static peercert_options *of_hosts(void)
{
    peercert_options *options = scene_options(PEERCERT_MODE_NONE), *hosts = peercert_options_new();
    peercert_options *strict = policy(PEERCERT_MODE_REQUIRE), *open = policy(PEERCERT_MODE_REQUEST);
    peercert_options *same = peercert_options_new();
    DONE(peercert_options_set_options(hosts, "admin.test", strict, error));
    DONE(peercert_options_set_options(hosts, "*.users.test", open, error));
    DONE(peercert_options_set_options(hosts, "www.test", same, error));
    DONE(peercert_options_set_options(options, PEERCERT_OPTION_HOSTS, hosts, error));
    peercert_options_free(strict);
    peercert_options_free(open);
    peercert_options_free(same);
    peercert_options_free(hosts);
    return options;
}

static peercert_acceptor *made(peercert_options *options)
{
    peercert_acceptor *acceptor = NULL;
    DONE(peercert_acceptor_new(options, &acceptor, error));
    NEED(acceptor != NULL);
    peercert_options_free(options);
    return acceptor;
}

static void admitted(const peercert_acceptor *acceptor)
{
    EXPECT_TEXT(outcome(acceptor, NULL, NULL), "ABSENT");
    EXPECT_TEXT(outcome(acceptor, "good", NULL), "ABSENT");
    EXPECT_TEXT(outcome(acceptor, NULL, "www.test"), "ABSENT");
    EXPECT_TEXT(outcome(acceptor, NULL, "unknown.test"), "ABSENT");
    EXPECT_TEXT(outcome(acceptor, "good", "admin.test"), "OK");
    EXPECT_TEXT(outcome(acceptor, "good", "Admin.TEST"), "OK");
    EXPECT_TEXT(outcome(acceptor, NULL, "admin.test"), PEERCERT_CODE_PEER_NO_CERTIFICATE);
    EXPECT_TEXT(outcome(acceptor, "expired", "admin.test"),
                PEERCERT_CODE_PEER_CERTIFICATE_REFUSED);
    EXPECT_TEXT(outcome(acceptor, "expired", "alice.users.test"), "CERT_HAS_EXPIRED");
    EXPECT_TEXT(outcome(acceptor, NULL, "bob.users.test"), "ABSENT");
    /* A wildcard is one label. */
    EXPECT_TEXT(outcome(acceptor, "good", "a.b.users.test"), "ABSENT");
}

/* Whether a connection for a host may carry requests for others, as a text of 0 and 1. */
static void serves(const peercert_acceptor *acceptor, const char *host, const char *expected)
{
    const char *const asked[] = {"www.test",  "other.test:8443", "admin.test",
                                 "ADMIN.test:443", "carol.users.test", "127.0.0.1"};
    SSL_CTX *context = client_context("good", 0);
    struct meeting meeting = client_meet_host(acceptor, context, NULL, host);
    char told[sizeof asked / sizeof *asked + 1] = "";
    for (size_t at = 0; at < sizeof asked / sizeof *asked; at++) {
        told[at] = peercert_connection_serves(meeting.server, asked[at]) ? '1' : '0';
    }
    EXPECT_TEXT(told, expected);
    client_part(meeting);
    SSL_CTX_free(context);
}

/* The codes of the problems of options, which are freed. */
static void refused(peercert_options *options, const char *code, const char *host)
{
    peercert_acceptor *acceptor = NULL;
    peercert_error *kept = NULL;
    EXPECT(peercert_acceptor_new(options, &acceptor, &kept) == PEERCERT_ERROR);
    EXPECT(peercert_error_problem_len(kept) <= 1);
    EXPECT_TEXT(peercert_error_code(kept), code);
    EXPECT_TEXT(peercert_error_context(kept, "host"), host);
    peercert_error_free(kept);
    peercert_options_free(options);
}

/* The options of a server with one host that has one option. */
static peercert_options *with_one(const char *host, const char *option, const char *value)
{
    peercert_options *options = scene_options(PEERCERT_MODE_NONE), *hosts = peercert_options_new();
    peercert_options *inner = peercert_options_new();
    DONE(peercert_options_set(inner, option, value, error));
    DONE(peercert_options_set_options(hosts, host, inner, error));
    DONE(peercert_options_set_options(options, PEERCERT_OPTION_HOSTS, hosts, error));
    peercert_options_free(inner);
    peercert_options_free(hosts);
    return options;
}

void acceptor_hosts(void)
{
    peercert_acceptor *acceptor = made(of_hosts());
    peercert_options *strict = of_hosts();
    EXPECT_TEXT(peercert_acceptor_mode(acceptor), PEERCERT_MODE_NONE);
    admitted(acceptor);
    serves(acceptor, NULL, "110001");
    serves(acceptor, "www.test", "110001");
    serves(acceptor, "admin.test", "001100");
    serves(acceptor, "alice.users.test", "000010");
    peercert_acceptor_free(acceptor);
    DONE(peercert_options_set_flag(strict, PEERCERT_OPTION_STRICT_SNI, 1, error));
    acceptor = made(strict);
    EXPECT_TEXT(outcome(acceptor, "good", "unknown.test"), PEERCERT_CODE_PEER_UNRECOGNIZED_NAME);
    EXPECT_TEXT(outcome(acceptor, "good", NULL), PEERCERT_CODE_PEER_UNRECOGNIZED_NAME);
    EXPECT_TEXT(outcome(acceptor, "good", "admin.test"), "OK");
    peercert_acceptor_free(acceptor);
    refused(with_one("a.test", PEERCERT_OPTION_CLIENT_CERT_MODE, "perhaps"),
            PEERCERT_CODE_CONFIG_UNKNOWN_MODE, "a.test");
    refused(with_one("*.*.test", PEERCERT_OPTION_ALPN, "h2"), PEERCERT_CODE_CONFIG_BAD_HOST_NAME,
            NULL);
}

/* How often a word is in a list of counters. */
static long long number_of(const peercert_value *list, const char *word)
{
    for (size_t at = 0; at < peercert_value_len(list); at++) {
        const peercert_value *entry = peercert_value_at(list, at);
        const peercert_value *known = peercert_value_get(entry, PEERCERT_KEY_WORD, NULL);
        int64_t number = 0;
        if (strcmp(peercert_value_text(known), word) == 0) {
            DONE(peercert_value_integer(peercert_value_get(entry, PEERCERT_KEY_NUMBER, error),
                                        &number, error));
            return number;
        }
    }
    return 0;
}

void acceptor_counters(void)
{
    peercert_acceptor *acceptor = made(of_hosts());
    peercert_connection *going_on = NULL;
    peercert_value *counters = NULL;
    EXPECT(counted(acceptor, PEERCERT_KEY_DONE) == 0);
    admitted(acceptor);
    DONE(peercert_acceptor_connection(acceptor, &going_on, error));
    EXPECT(counted(acceptor, PEERCERT_KEY_INFLIGHT) == 1);
    DONE(peercert_acceptor_counters(acceptor, &counters, error));
    peercert_connection_free(going_on);
    EXPECT(counted(acceptor, PEERCERT_KEY_INFLIGHT) == 0);
    EXPECT(counted(acceptor, PEERCERT_KEY_ABANDONED) == 1);
    EXPECT(counted(acceptor, PEERCERT_KEY_DONE) == 9);
    EXPECT(counted(acceptor, PEERCERT_KEY_RESUMED) == 0);
    peercert_acceptor_free(acceptor);
    /* The dictionary is of the moment when it was asked for, and nobody else's. */
    const peercert_value *list = peercert_value_get(counters, PEERCERT_KEY_REFUSED, NULL);
    EXPECT(peercert_value_len(list) == 2);
    EXPECT(number_of(list, "ABSENT") == 1 && number_of(list, "CERT_HAS_EXPIRED") == 1);
    peercert_value_free(counters);
}
