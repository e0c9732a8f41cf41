/*
 * This file is about calls in a wrong order: before the handshake, after the end, after an error, and
 * on a connection of the other transport.
 */
#include "checks.h"
#include "client.h"
#include "misuse.h"
#include "scene.h"
#include "sockets.h"

#include <string.h>
#include <unistd.h>

static const uint8_t *const WORD = (const uint8_t *)"word";

/* Everything that tells of the client, or moves plaintext, and the code that all of it gives. */
static void nothing_goes(peercert_connection *connection, const char *reading, const char *telling)
{
    uint8_t buffer[16];
    size_t count = 77;
    peercert_value *value = NULL;
    const peercert_report *report = NULL;
    REFUSED(reading, peercert_connection_read(connection, buffer, sizeof buffer, &count, error));
    REFUSED(reading, peercert_connection_write(connection, WORD, 4, &count, error));
    EXPECT(count == 77);
    REFUSED(telling, peercert_connection_request_certificate(connection, error));
    REFUSED(telling, peercert_connection_clientcert(connection, &value, error));
    REFUSED(telling, peercert_connection_report(connection, &report, error));
    REFUSED(telling, peercert_connection_details(connection, &value, error));
    REFUSED(telling, peercert_connection_export_keying_material(connection, "EXPERIMENTAL", buffer,
                                                                sizeof buffer, error));
    EXPECT(value == NULL && report == NULL);
}

static void before_the_handshake(const peercert_acceptor *acceptor)
{
    const char *pending = PEERCERT_CODE_STATE_HANDSHAKE_PENDING;
    peercert_connection *connection = NULL;
    DONE(peercert_acceptor_connection(acceptor, &connection, error));
    nothing_goes(connection, pending, pending);
    EXPECT(peercert_connection_pending(connection) == 0);
    EXPECT(!peercert_connection_has_output(connection));
    EXPECT(peercert_connection_wants(connection) >= 1);
    EXPECT(peercert_connection_handshake(connection, NULL) == PEERCERT_WANT_READ);
    nothing_goes(connection, pending, pending);
    /* Closed before anybody came, it stays closed. */
    DONE(peercert_connection_close(connection, error));
    DONE(peercert_connection_close(connection, error));
    REFUSED(PEERCERT_CODE_STATE_CLOSED, peercert_connection_handshake(connection, error));
    nothing_goes(connection, PEERCERT_CODE_STATE_CLOSED, PEERCERT_CODE_STATE_CLOSED);
    peercert_connection_free(connection);
}

static void after_the_end(const peercert_acceptor *acceptor)
{
    SSL_CTX *context = client_context("good", 0);
    struct meeting meeting = client_meet(acceptor, context, NULL);
    peercert_value *value = NULL;
    uint8_t buffer[4096];
    size_t count = 77;
    EXPECT(meeting.error == NULL);
    EXPECT(peercert_connection_close(meeting.server, NULL) == PEERCERT_WANT_READ);
    EXPECT(peercert_connection_close(meeting.server, NULL) == PEERCERT_WANT_READ);
    REFUSED(PEERCERT_CODE_STATE_CLOSED,
            peercert_connection_write(meeting.server, WORD, 4, &count, error));
    REFUSED(PEERCERT_CODE_STATE_CLOSED,
            peercert_connection_read(meeting.server, buffer, 4, &count, error));
    REFUSED(PEERCERT_CODE_STATE_CLOSED, peercert_connection_handshake(meeting.server, error));
    EXPECT(count == 77);
    /* Who it was is known for as long as the connection is. */
    DONE(peercert_connection_clientcert(meeting.server, &value, error));
    EXPECT(peercert_value_flag(peercert_value_get(value, PEERCERT_KEY_VERIFIED, NULL)));
    DONE(peercert_connection_take(meeting.server, buffer, sizeof buffer, &count, error));
    EXPECT(count > 0 && count != 77);
    DONE(peercert_connection_feed_eof(meeting.server, error));
    DONE(peercert_connection_close(meeting.server, error));
    client_part(meeting);
    /* The dictionary outlives its connection. */
    EXPECT(strlen(peercert_value_text(peercert_value_get(value, PEERCERT_KEY_SUBJECT, NULL))) > 0);
    peercert_value_free(value);
    SSL_CTX_free(context);
}

static void after_an_error(const char *client, const char *code)
{
    peercert_acceptor *acceptor = scene_acceptor(PEERCERT_MODE_REQUIRE);
    SSL_CTX *context = client_context(client, TLS1_2_VERSION);
    struct meeting meeting = client_meet(acceptor, context, NULL);
    uint8_t buffer[16];
    size_t count = 77;
    EXPECT_TEXT(peercert_error_code(meeting.error), code);
    EXPECT(peercert_error_report(meeting.error) != NULL);
    nothing_goes(meeting.server, code, code);
    REFUSED(code, peercert_connection_handshake(meeting.server, error));
    REFUSED(code, peercert_connection_close(meeting.server, error));
    /* It stays callable: what comes is thrown away, and nothing is left to send. */
    DONE(peercert_connection_feed(meeting.server, WORD, 4, error));
    DONE(peercert_connection_feed_eof(meeting.server, error));
    DONE(peercert_connection_take(meeting.server, buffer, sizeof buffer, &count, error));
    EXPECT(count == 0 && peercert_connection_wants(meeting.server) >= 1);
    EXPECT(peercert_connection_pending(meeting.server) == 0);
    /* The error outlives what it came from. */
    peercert_connection_free(meeting.server);
    meeting.server = NULL;
    peercert_acceptor_free(acceptor);
    EXPECT(strlen(peercert_error_message(meeting.error)) > 0);
    EXPECT(!peercert_report_verified(peercert_error_report(meeting.error)));
    client_part(meeting);
    SSL_CTX_free(context);
}

static void other_transport(const peercert_acceptor *acceptor)
{
    struct sockets sockets = sockets_pair();
    peercert_connection *memory = NULL, *socket = NULL;
    uint8_t buffer[16];
    size_t count = 77;
    const char *wrong = PEERCERT_CODE_STATE_WRONG_TRANSPORT;
    DONE(peercert_acceptor_connection(acceptor, &memory, error));
    DONE(peercert_acceptor_wrap(acceptor, sockets.ours, &socket, error));
    REFUSED(wrong, peercert_connection_set_deadline(memory, 0, error));
    REFUSED(wrong, peercert_connection_feed(socket, WORD, 4, error));
    REFUSED(wrong, peercert_connection_feed_eof(socket, error));
    REFUSED(wrong, peercert_connection_take(socket, buffer, sizeof buffer, &count, error));
    EXPECT(count == 77);
    nothing_goes(socket, PEERCERT_CODE_STATE_HANDSHAKE_PENDING,
                 PEERCERT_CODE_STATE_HANDSHAKE_PENDING);
    /* Any deadline is one: the longest is for ever, and 0 does not wait. */
    DONE(peercert_connection_set_deadline(socket, INT64_MAX, error));
    DONE(peercert_connection_set_deadline(socket, INT64_MIN, error));
    DONE(peercert_connection_set_deadline(socket, 0, error));
    EXPECT(peercert_connection_handshake(socket, NULL) == PEERCERT_WANT_READ);
    peercert_connection_free(memory);
    peercert_connection_free(socket);
    /* The descriptor is still the program's. */
    EXPECT(write(sockets.ours, "x", 1) == 1 && read(sockets.theirs, buffer, 1) == 1);
    close(sockets.ours);
    close(sockets.theirs);
}

/* A connection lives on without the acceptor that it was made of. */
static void without_its_acceptor(void)
{
    peercert_acceptor *acceptor = scene_acceptor(PEERCERT_MODE_REQUEST);
    peercert_connection *connection = NULL;
    DONE(peercert_acceptor_connection(acceptor, &connection, error));
    peercert_acceptor_free(acceptor);
    EXPECT(peercert_connection_handshake(connection, NULL) == PEERCERT_WANT_READ);
    peercert_connection_free(connection);
}

void misuse_order(void)
{
    peercert_acceptor *acceptor = scene_acceptor(PEERCERT_MODE_REQUEST);
    before_the_handshake(acceptor);
    after_the_end(acceptor);
    after_an_error("expired", PEERCERT_CODE_PEER_CERTIFICATE_REFUSED);
    after_an_error(NULL, PEERCERT_CODE_PEER_NO_CERTIFICATE);
    other_transport(acceptor);
    without_its_acceptor();
    peercert_acceptor_free(acceptor);
}
