/*
 * This file is about the kinds of connections that a soak does in turns: admitted, resumed, refused,
 * no TLS at all, cut, reset, and left by the server.
 */
#include "soak.h"

#include "checks.h"
#include "client.h"
#include "scene.h"
#include "sockets.h"

#include <fcntl.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The callback of refusals keeps the place of its tally. */
struct soak {
    peercert_acceptor *acceptor;
    SSL_CTX *good, *older, *expired, *unknown, *without;
    SSL_SESSION *session;
    unsigned char hello[2048];
    size_t hello_len;
    unsigned long refusals, told, times[16];
};

typedef void (*kind)(struct soak *soak, unsigned long round);

static void count(void *user_data, const peercert_error *error)
{
    unsigned long *told = user_data;
    *told += peercert_error_code(error) != NULL;
}

/* Everything that a program may ask of a client, by dictionary and by report. */
static void read_report(const peercert_report *report, int verified)
{
    peercert_value *value = NULL;
    size_t len = 0;
    DONE(peercert_report_clientcert(report, &value, error));
    char *json = peercert_value_json(value, &len);
    EXPECT(json != NULL && len > 0 && peercert_report_verified(report) == verified);
    EXPECT(peercert_value_flag(peercert_value_get(value, PEERCERT_KEY_VERIFIED, NULL)) == verified);
    peercert_string_free(json);
    peercert_value_free(value);
}

static struct meeting admit(struct soak *soak, SSL_CTX *context, SSL_SESSION *offered)
{
    struct meeting meeting = client_meet(soak->acceptor, context, offered);
    const peercert_report *report = NULL;
    peercert_value *details = NULL;
    EXPECT(meeting.error == NULL);
    DONE(peercert_connection_report(meeting.server, &report, error));
    read_report(report, 1);
    DONE(peercert_connection_details(meeting.server, &details, error));
    peercert_value_free(details);
    return meeting;
}

static void admitted(struct soak *soak, unsigned long round)
{
    client_part(admit(soak, round % 20 < 10 ? soak->good : soak->older, NULL));
}

static void resumed(struct soak *soak, unsigned long round)
{
    struct meeting meeting = admit(soak, soak->good, soak->session);
    const peercert_report *report = NULL;
    (void)round;
    DONE(peercert_connection_report(meeting.server, &report, error));
    EXPECT(soak->session == NULL || peercert_report_chain_len(report) == 0);
    SSL_SESSION_free(soak->session);
    soak->session = meeting.session;
    meeting.session = NULL;
    client_part(meeting);
}

static void refused(struct soak *soak, unsigned long round)
{
    SSL_CTX *const contexts[] = {soak->expired, soak->unknown, soak->without};
    struct meeting meeting = client_meet(soak->acceptor, contexts[round / 10 % 3], NULL);
    EXPECT_TEXT(peercert_error_kind(meeting.error), PEERCERT_ERROR_KIND_PEER);
    read_report(peercert_error_report(meeting.error), 0);
    soak->refusals += 1;
    client_part(meeting);
}

/* A connection without a socket that is fed these bytes and then no more. */
static void fed(struct soak *soak, const unsigned char *data, size_t len, int ends)
{
    peercert_connection *connection = NULL;
    peercert_error *error_kept = NULL;
    DONE(peercert_acceptor_connection(soak->acceptor, &connection, error));
    DONE(peercert_connection_feed(connection, data, len, error));
    int status = peercert_connection_handshake(connection, &error_kept);
    if (ends && status != PEERCERT_ERROR) {
        DONE(peercert_connection_feed_eof(connection, error));
        status = peercert_connection_handshake(connection, &error_kept);
    }
    EXPECT((status == PEERCERT_ERROR) == ends && (error_kept != NULL) == ends);
    soak->refusals += (unsigned long)ends;
    peercert_error_free(error_kept);
    peercert_connection_free(connection);
}

static void garbage(struct soak *soak, unsigned long round)
{
    unsigned char bytes[300] = {0x16, 3, 1, 1, 0};
    for (size_t at = round % 20 < 10 ? 5 : 0; at < sizeof bytes; at++) {
        bytes[at] = (unsigned char)((round / 20 + at) * 167 >> 3);
    }
    fed(soak, bytes, sizeof bytes, 1);
}

static void cut(struct soak *soak, unsigned long round)
{
    fed(soak, soak->hello, round / 10 % (soak->hello_len + 1), 1);
}

/* The server gives up in the middle. */
static void left(struct soak *soak, unsigned long round)
{
    fed(soak, soak->hello, round % 20 < 10 ? soak->hello_len : soak->hello_len / 2, 0);
}

/* The client resets its socket after a ClientHello. */
static void reset(struct soak *soak, unsigned long round)
{
    struct sockets sockets = sockets_tcp();
    peercert_connection *connection = NULL;
    size_t len = round / 10 % (soak->hello_len + 1);
    NEED(write(sockets.theirs, soak->hello, len) == (ssize_t)len);
    sockets_reset(sockets.theirs);
    peercert_error *kept = NULL;
    EXPECT(peercert_acceptor_accept(soak->acceptor, sockets.ours, &connection, &kept)
           == PEERCERT_ERROR);
    EXPECT_ERROR(kept, PEERCERT_CODE_PEER_CLOSED);
    soak->refusals += 1;
    close(sockets.ours);
}

/* Both ends in this thread, neither waits; the client goes without a farewell. */
static void over_a_socket(struct soak *soak, unsigned long round)
{
    struct sockets sockets = sockets_pair();
    SSL *ssl = SSL_new(soak->good);
    peercert_connection *connection = NULL;
    int ours = PEERCERT_WANT_READ, theirs = 0;
    uint8_t buffer[16];
    size_t len = 0;
    NEED(fcntl(sockets.theirs, F_SETFL, O_NONBLOCK) == 0 && SSL_set_fd(ssl, sockets.theirs) == 1);
    DONE(peercert_acceptor_wrap(soak->acceptor, sockets.ours, &connection, error));
    DONE(peercert_connection_set_deadline(connection, 0, error));
    while (ours == PEERCERT_WANT_READ || theirs != 1) {
        theirs = SSL_connect(ssl);
        ours = peercert_connection_handshake(connection, NULL);
        NEED(ours != PEERCERT_ERROR);
    }
    EXPECT(SSL_write(ssl, "hello", 5) == 5);
    DONE(peercert_connection_read(connection, buffer, sizeof buffer, &len, error));
    EXPECT(len == 5);
    SSL_free(ssl);
    close(sockets.theirs);
    ERR_clear_error();
    if (round % 20 < 10) {
        REFUSED(PEERCERT_CODE_PEER_CLOSED,
                peercert_connection_read(connection, buffer, sizeof buffer, &len, error));
    } else {
        EXPECT(peercert_connection_close(connection, NULL) != PEERCERT_WANT_WRITE);
    }
    peercert_connection_free(connection);
    close(sockets.ours);
}

/* A configuration that is wrong, and a certificate and its dictionary. */
static void without_a_connection(struct soak *soak, unsigned long round)
{
    peercert_options *options = peercert_options_new();
    peercert_acceptor *acceptor = NULL;
    peercert_value *value = NULL;
    peercert_error *kept = NULL;
    (void)soak;
    DONE(peercert_options_set(options, "nosuchoption", "a", error));
    EXPECT(peercert_acceptor_new(options, &acceptor, &kept) == PEERCERT_ERROR);
    EXPECT(peercert_error_problem_len(kept) == 3);
    peercert_error_free(kept);
    peercert_options_free(options);
    struct bytes pem = scene_live("good-chain", "pem");
    size_t part = round % 20 < 10 ? pem.len : pem.len / 4;
    EXPECT((peercert_certinfo(pem.data, part, &value, NULL) == PEERCERT_OK) == (part == pem.len));
    peercert_value_free(value);
    scene_forget(pem);
}

static const struct {
    const char *name;
    kind run;
} KINDS[] = {
    {"admitted", admitted},
    {"resumed", resumed},
    {"refused", refused},
    {"garbage", garbage},
    {"cut", cut},
    {"left by the server", left},
    {"reset", reset},
    {"over a socket", over_a_socket},
    {"resumed", resumed},
    {"without a connection", without_a_connection},
};
#define KIND_COUNT (sizeof KINDS / sizeof *KINDS)

struct soak *soak_new(void)
{
    struct soak *soak = calloc(1, sizeof *soak);
    peercert_options *options = scene_options(PEERCERT_MODE_REQUIRE);
    NEED(soak != NULL);
    /* A session is resumed again and again, for longer than its usual five minutes. */
    DONE(peercert_options_set_integer(options, PEERCERT_OPTION_SESSION_TIMEOUT, 86400, error));
    DONE(peercert_acceptor_new(options, &soak->acceptor, error));
    NEED(soak->acceptor != NULL);
    peercert_options_free(options);
    DONE(peercert_acceptor_on_refusal(soak->acceptor, count, &soak->told, error));
    soak->good = client_context("good", TLS1_3_VERSION);
    soak->older = client_context("good-chain", TLS1_2_VERSION);
    soak->expired = client_context("expired", TLS1_3_VERSION);
    soak->unknown = client_context("unknown-chain", TLS1_2_VERSION);
    soak->without = client_context(NULL, TLS1_3_VERSION);
    soak->hello_len = client_hello(soak->good, soak->hello, sizeof soak->hello);
    return soak;
}

void soak_round(struct soak *soak, unsigned long round)
{
    KINDS[round % KIND_COUNT].run(soak, round);
    soak->times[round % KIND_COUNT] += 1;
    /* Each refusal is told once. */
    EXPECT(soak->told == soak->refusals);
}

void soak_tell(const struct soak *soak)
{
    for (size_t at = 0; at < KIND_COUNT; at++) {
        printf("%s: %lu\n", KINDS[at].name, soak->times[at]);
    }
}

void soak_free(struct soak *soak)
{
    peercert_acceptor_free(soak->acceptor);
    SSL_CTX_free(soak->good);
    SSL_CTX_free(soak->older);
    SSL_CTX_free(soak->expired);
    SSL_CTX_free(soak->unknown);
    SSL_CTX_free(soak->without);
    SSL_SESSION_free(soak->session);
    free(soak);
}
