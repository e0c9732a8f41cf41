/*
 * This file is about peers that are no TLS clients, or leave too soon: each gives one error, the
 * callback hears of it once, and the connection stays callable.
 */
#include "checks.h"
#include "client.h"
#include "misuse.h"
#include "scene.h"
#include "sockets.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* What the callback of refusals was told. */
struct heard {
    unsigned times;
    char code[64];
};

static void hear(void *user_data, const peercert_error *error)
{
    struct heard *heard = user_data;
    heard->times += 1;
    NEED(strlen(peercert_error_code(error)) < sizeof heard->code);
    strcpy(heard->code, peercert_error_code(error));
}

/* What a peer sends instead of a ClientHello. */
struct speech {
    const char *text;
    size_t len;
    const char *code;
};
#define SPEECH(text, code) {text, sizeof text - 1, code}

static const struct speech SPEECHES[] = {
    SPEECH("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", PEERCERT_CODE_PEER_PLAIN_HTTP),
    SPEECH("POST /a HTTP/1.0\r\n\r\n", PEERCERT_CODE_PEER_PLAIN_HTTP),
    SPEECH("SSH-2.0-OpenSSH_9.2\r\n", PEERCERT_CODE_PEER_NOT_TLS),
    SPEECH("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", PEERCERT_CODE_PEER_NOT_TLS),
    SPEECH("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", PEERCERT_CODE_PEER_NOT_TLS),
    SPEECH("\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00", PEERCERT_CODE_PEER_PROTOCOL),
    SPEECH("\x16\x03\x01\x00\x04\xff\x00\x00\x00", PEERCERT_CODE_PEER_PROTOCOL),
    SPEECH("\x16\x03\x01", PEERCERT_CODE_PEER_CLOSED),
    SPEECH("", PEERCERT_CODE_PEER_CLOSED),
};
#define SPEECH_COUNT (sizeof SPEECHES / sizeof *SPEECHES)

static void in_memory(const peercert_acceptor *acceptor, struct heard *heard,
                      const struct speech *speech)
{
    peercert_connection *connection = NULL;
    uint8_t buffer[4096];
    size_t count = 0;
    heard->times = 0;
    DONE(peercert_acceptor_connection(acceptor, &connection, error));
    DONE(peercert_connection_feed(connection, (const uint8_t *)speech->text, speech->len, error));
    DONE(peercert_connection_feed_eof(connection, error));
    /* The same error as often as one asks. */
    for (int times = 0; times < 3; times++) {
        REFUSED(speech->code, peercert_connection_handshake(connection, error));
        REFUSED(speech->code, peercert_connection_read(connection, buffer, 16, &count, error));
    }
    EXPECT(heard->times == 1);
    EXPECT_TEXT(heard->code, speech->code);
    do {
        DONE(peercert_connection_take(connection, buffer, sizeof buffer, &count, error));
    } while (count > 0);
    peercert_connection_free(connection);
}

static void over_a_socket(const peercert_acceptor *acceptor, struct heard *heard,
                          const struct speech *speech)
{
    struct sockets sockets = sockets_tcp();
    peercert_connection *connection = NULL;
    peercert_error *kept = NULL;
    heard->times = 0;
    NEED(write(sockets.theirs, speech->text, speech->len) == (ssize_t)speech->len);
    NEED(shutdown(sockets.theirs, SHUT_WR) == 0);
    EXPECT(peercert_acceptor_accept(acceptor, sockets.ours, &connection, &kept) == PEERCERT_ERROR);
    EXPECT(connection == NULL && heard->times == 1);
    EXPECT_ERROR(kept, speech->code);
    close(sockets.ours);
    close(sockets.theirs);
}

/*
 * A peer that resets the connection: before its ClientHello, within it, and after it, where the
 * server meets the reset when it answers.
 */
static void reset(const peercert_acceptor *acceptor, struct heard *heard, size_t sent)
{
    struct sockets sockets = sockets_tcp();
    SSL_CTX *context = client_context(NULL, 0);
    unsigned char hello[4096];
    size_t len = client_hello(context, hello, sizeof hello);
    peercert_connection *connection = NULL;
    sent = sent < len ? sent : len;
    NEED(write(sockets.theirs, hello, sent) == (ssize_t)sent);
    sockets_reset(sockets.theirs);
    heard->times = 0;
    DONE(peercert_acceptor_wrap(acceptor, sockets.ours, &connection, error));
    for (int times = 0; times < 3; times++) {
        REFUSED(PEERCERT_CODE_PEER_CLOSED, peercert_connection_handshake(connection, error));
    }
    EXPECT(heard->times == 1);
    EXPECT_TEXT(heard->code, PEERCERT_CODE_PEER_CLOSED);
    peercert_connection_free(connection);
    connection = NULL;
    /* Another connection over the same descriptor meets the same. */
    REFUSED(PEERCERT_CODE_PEER_CLOSED,
            peercert_acceptor_accept(acceptor, sockets.ours, &connection, error));
    EXPECT(connection == NULL && heard->times == 3);
    close(sockets.ours);
    SSL_CTX_free(context);
}

/* A peer that says nothing: the deadline ends it, and the call may be made again. */
static void silent(void)
{
    struct sockets sockets = sockets_pair();
    peercert_options *options = scene_options(PEERCERT_MODE_REQUIRE);
    peercert_acceptor *acceptor = NULL;
    peercert_connection *connection = NULL;
    struct heard heard = {0, ""};
    DONE(peercert_options_set_number(options, PEERCERT_OPTION_HANDSHAKE_TIMEOUT, 0.05, error));
    DONE(peercert_acceptor_new(options, &acceptor, error));
    DONE(peercert_acceptor_on_refusal(acceptor, hear, &heard, error));
    EXPECT(peercert_acceptor_handshake_timeout(acceptor) == 50);
    REFUSED(PEERCERT_CODE_IO_TIMEOUT,
            peercert_acceptor_accept(acceptor, sockets.ours, &connection, error));
    EXPECT(connection == NULL);
    DONE(peercert_acceptor_wrap(acceptor, sockets.ours, &connection, error));
    DONE(peercert_connection_set_deadline(connection, 20, error));
    REFUSED(PEERCERT_CODE_IO_TIMEOUT, peercert_connection_handshake(connection, error));
    DONE(peercert_connection_set_deadline(connection, 0, error));
    EXPECT(peercert_connection_handshake(connection, NULL) == PEERCERT_WANT_READ);
    /* Time-outs are told to the caller alone. */
    EXPECT(heard.times == 0);
    /* Late is not too late. */
    SSL_CTX *context = client_context("good", 0);
    struct client client;
    DONE(peercert_connection_set_deadline(connection, -1, error));
    client_start(&client, context, sockets.theirs, client_greet);
    DONE(peercert_connection_handshake(connection, error));
    peercert_connection_free(connection);
    close(sockets.ours);
    client_join(&client);
    EXPECT(client.connected);
    SSL_CTX_free(context);
    peercert_acceptor_free(acceptor);
    peercert_options_free(options);
}

/* Garbage in the middle of a good connection. */
static void garbage_afterwards(const peercert_acceptor *acceptor)
{
    SSL_CTX *context = client_context("good", 0);
    struct meeting meeting = client_meet(acceptor, context, NULL);
    uint8_t buffer[64];
    size_t count = 0;
    peercert_value *value = NULL;
    EXPECT(meeting.error == NULL);
    /* The head of a record of 59 bytes, and what no key has encrypted. */
    memset(buffer, 0x5a, sizeof buffer);
    memcpy(buffer, "\x17\x03\x03\x00\x3b", 5);
    DONE(peercert_connection_feed(meeting.server, buffer, sizeof buffer, error));
    for (int times = 0; times < 3; times++) {
        REFUSED(PEERCERT_CODE_PEER_PROTOCOL,
                peercert_connection_read(meeting.server, buffer, sizeof buffer, &count, error));
    }
    EXPECT(peercert_connection_has_output(meeting.server));
    /* Who it was is still known. */
    DONE(peercert_connection_clientcert(meeting.server, &value, error));
    EXPECT(peercert_value_flag(peercert_value_get(value, PEERCERT_KEY_VERIFIED, NULL)));
    peercert_value_free(value);
    client_part(meeting);
    SSL_CTX_free(context);
}

/* A client that does not trust the server says so, and goes. */
static void distrusting(const peercert_acceptor *acceptor, struct heard *heard, int version)
{
    SSL_CTX *context = client_context("good", version);
    X509_STORE *empty = X509_STORE_new();
    NEED(empty != NULL);
    SSL_CTX_set_cert_store(context, empty);
    heard->times = 0;
    struct meeting meeting = client_meet(acceptor, context, NULL);
    EXPECT_TEXT(peercert_error_code(meeting.error), PEERCERT_CODE_PEER_ALERT);
    EXPECT_TEXT(peercert_error_context(meeting.error, "alert"), "unknown_ca");
    EXPECT(heard->times == 1);
    client_part(meeting);
    SSL_CTX_free(context);
}

/* An end without a farewell could be a cut by somebody else. */
static void cut_off(const peercert_acceptor *acceptor)
{
    SSL_CTX *context = client_context("good", 0);
    struct meeting meeting = client_meet(acceptor, context, NULL);
    uint8_t buffer[64];
    size_t count = 0;
    DONE(peercert_connection_feed_eof(meeting.server, error));
    for (int times = 0; times < 3; times++) {
        REFUSED(PEERCERT_CODE_PEER_CLOSED,
                peercert_connection_read(meeting.server, buffer, sizeof buffer, &count, error));
    }
    client_part(meeting);
    SSL_CTX_free(context);
}

void misuse_peers(void)
{
    peercert_acceptor *acceptor = scene_acceptor(PEERCERT_MODE_REQUIRE);
    struct heard heard = {0, ""};
    DONE(peercert_acceptor_on_refusal(acceptor, hear, &heard, error));
    for (size_t at = 0; at < SPEECH_COUNT; at++) {
        in_memory(acceptor, &heard, &SPEECHES[at]);
        over_a_socket(acceptor, &heard, &SPEECHES[at]);
    }
    reset(acceptor, &heard, 0);
    reset(acceptor, &heard, 3);
    reset(acceptor, &heard, 100);
    reset(acceptor, &heard, SIZE_MAX);
    silent();
    garbage_afterwards(acceptor);
    cut_off(acceptor);
    distrusting(acceptor, &heard, TLS1_2_VERSION);
    distrusting(acceptor, &heard, TLS1_3_VERSION);
    peercert_acceptor_free(acceptor);
}
