/*
 * This file is about buffers: without room, with room for one byte, fuller than they may get; and
 * descriptors that are none.
 */
#include "checks.h"
#include "client.h"
#include "misuse.h"
#include "scene.h"
#include "sockets.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* No more may wait to be read, as the header says. */
#define MOST_INPUT 262144

static void no_room(peercert_connection *connection)
{
    uint8_t buffer[4];
    size_t count = 77;
    const char *small = PEERCERT_CODE_STATE_BUFFER_TOO_SMALL;
    REFUSED_FOR(small, "buffer", peercert_connection_take(connection, buffer, 0, &count, error));
    REFUSED_FOR(small, "buffer", peercert_connection_take(connection, NULL, 0, &count, error));
    REFUSED_FOR(small, "buffer", peercert_connection_read(connection, buffer, 0, &count, error));
    REFUSED_FOR(small, "buffer", peercert_connection_read(connection, NULL, 0, &count, error));
    REFUSED_FOR(small, "buffer", peercert_connection_export_keying_material(
                                     connection, "EXPERIMENTAL", buffer, 0, error));
    EXPECT(count == 77);
}

/* Plaintext and ciphertext through buffers of one byte. */
static void byte_by_byte(const peercert_acceptor *acceptor)
{
    SSL_CTX *context = client_context("good", 0);
    unsigned char hello[4096], one[2] = {0, 0xee};
    size_t len = client_hello(context, hello, sizeof hello), count = 0, total = 0;
    peercert_connection *connection = NULL;
    DONE(peercert_acceptor_connection(acceptor, &connection, error));
    for (size_t at = 0; at < len; at++) {
        EXPECT(peercert_connection_handshake(connection, NULL) == PEERCERT_WANT_READ);
        EXPECT(peercert_connection_wants(connection) >= 1);
        DONE(peercert_connection_feed(connection, hello + at, 1, error));
    }
    EXPECT(peercert_connection_handshake(connection, NULL) == PEERCERT_WANT_READ);
    EXPECT(peercert_connection_has_output(connection));
    do {
        DONE(peercert_connection_take(connection, one, 1, &count, error));
        EXPECT(count <= 1);
        total += count;
    } while (count > 0);
    /* The first flight has the server's certificate in it. */
    EXPECT(total > 500 && one[1] == 0xee && !peercert_connection_has_output(connection));
    peercert_connection_free(connection);
    SSL_CTX_free(context);
}

static void too_full(const peercert_acceptor *acceptor)
{
    peercert_connection *connection = NULL;
    uint8_t *much = calloc(MOST_INPUT + 1, 1);
    NEED(much != NULL);
    DONE(peercert_acceptor_connection(acceptor, &connection, error));
    REFUSED(PEERCERT_CODE_STATE_INPUT_FULL,
            peercert_connection_feed(connection, much, MOST_INPUT + 1, error));
    DONE(peercert_connection_feed(connection, much, MOST_INPUT, error));
    REFUSED(PEERCERT_CODE_STATE_INPUT_FULL, peercert_connection_feed(connection, much, 1, error));
    REFUSED(PEERCERT_CODE_PEER_NOT_TLS, peercert_connection_handshake(connection, error));
    peercert_connection_free(connection);
    free(much);
}

/* Plaintext that nobody takes away is held back at last, and nothing of it is lost. */
static void nobody_takes(const peercert_acceptor *acceptor)
{
    SSL_CTX *context = client_context("good", 0);
    struct meeting meeting = client_meet(acceptor, context, NULL);
    uint8_t *much = calloc(1, 16384), buffer[16384];
    size_t count = 0, taken = 0;
    int status, times = 0;
    NEED(much != NULL);
    while ((status = peercert_connection_write(meeting.server, much, 16384, &count, NULL))
           == PEERCERT_OK) {
        EXPECT(count == 16384);
        NEED(++times < 1000);
    }
    EXPECT(status == PEERCERT_WANT_WRITE && times > 1);
    do {
        DONE(peercert_connection_take(meeting.server, buffer, sizeof buffer, &count, error));
        taken += count;
    } while (count > 0);
    EXPECT(taken > (size_t)times * 16384);
    DONE(peercert_connection_write(meeting.server, much, 16384, &count, error));
    /* Nothing to write is written at once. */
    DONE(peercert_connection_write(meeting.server, NULL, 0, &count, error));
    EXPECT(count == 0);
    no_room(meeting.server);
    client_part(meeting);
    SSL_CTX_free(context);
    free(much);
}

/* A descriptor that is no open stream socket is an error when it is used. */
static void bad_descriptor(const peercert_acceptor *acceptor, int fd)
{
    peercert_connection *connection = NULL;
    REFUSED(PEERCERT_CODE_IO_SOCKET, peercert_acceptor_accept(acceptor, fd, &connection, error));
    EXPECT(connection == NULL);
    DONE(peercert_acceptor_wrap(acceptor, fd, &connection, error));
    REFUSED(PEERCERT_CODE_IO_SOCKET, peercert_connection_handshake(connection, error));
    peercert_connection_free(connection);
}

void misuse_buffers(void)
{
    peercert_acceptor *acceptor = scene_acceptor(PEERCERT_MODE_REQUEST);
    struct path path = scene_path("pki/live", "server", "pem");
    struct sockets sockets = sockets_pair();
    int file = open(path.text, O_RDONLY), ends[2];
    peercert_connection *connection = NULL;
    NEED(file >= 0 && pipe(ends) == 0);
    DONE(peercert_acceptor_connection(acceptor, &connection, error));
    no_room(connection);
    byte_by_byte(acceptor);
    too_full(acceptor);
    nobody_takes(acceptor);
    close(sockets.ours);
    close(sockets.theirs);
    bad_descriptor(acceptor, sockets.ours);
    bad_descriptor(acceptor, file);
    bad_descriptor(acceptor, ends[0]);
    close(file);
    close(ends[0]);
    close(ends[1]);
    peercert_connection_free(connection);
    peercert_acceptor_free(acceptor);
}
