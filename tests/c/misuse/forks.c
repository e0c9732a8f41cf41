/*
 * This file is about processes: an acceptor that was made before fork() serves in both children, and
 * no call raises SIGPIPE, which would end the program.
 */
#include "checks.h"
#include "client.h"
#include "misuse.h"
#include "scene.h"
#include "sockets.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a child does: its status is 0 when the client came in and was read. */
static int child(const peercert_acceptor *acceptor, int fd)
{
    peercert_connection *connection = NULL;
    uint8_t buffer[16];
    size_t count = 0;
    for (int times = 0; times < 2; times++) {
        int status = times == 0 ? peercert_acceptor_accept(acceptor, fd, &connection, NULL)
                                : peercert_connection_read(connection, buffer, sizeof buffer,
                                                           &count, NULL);
        if (status != PEERCERT_OK) {
            return 1 + times;
        }
    }
    peercert_connection_free(connection);
    return count == 5 && memcmp(buffer, "hello", 5) == 0 ? 0 : 3;
}

static void two_children(void)
{
    peercert_acceptor *acceptor = scene_acceptor(PEERCERT_MODE_REQUIRE);
    SSL_CTX *context = client_context("good", 0);
    struct sockets sockets[2] = {sockets_tcp(), sockets_tcp()};
    struct client clients[2];
    pid_t children[2];
    for (int at = 0; at < 2; at++) {
        children[at] = fork();
        NEED(children[at] >= 0);
        if (children[at] == 0) {
            /* Not exit(): what else is in this copy of the process is the parent's. */
            _exit(child(acceptor, sockets[at].ours));
        }
        close(sockets[at].ours);
    }
    for (int at = 0; at < 2; at++) {
        client_start(&clients[at], context, sockets[at].theirs, client_greet);
    }
    for (int at = 0; at < 2; at++) {
        int status = 0;
        NEED(waitpid(children[at], &status, 0) == children[at]);
        EXPECT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
        client_join(&clients[at]);
        EXPECT(clients[at].connected);
    }
    /* The parent's is as good as theirs. */
    struct meeting meeting = client_meet(acceptor, context, NULL);
    EXPECT(meeting.error == NULL);
    client_part(meeting);
    SSL_CTX_free(context);
    peercert_acceptor_free(acceptor);
}

/* Goes, as soon as the server has said something. */
static void leave(SSL *ssl)
{
    char byte;
    EXPECT(SSL_read(ssl, &byte, 1) == 1);
}

/* Writes to a client that has gone until the socket says so; SIGPIPE is as it was. */
static void to_nobody(struct sockets sockets)
{
    peercert_acceptor *acceptor = scene_acceptor(PEERCERT_MODE_REQUIRE);
    SSL_CTX *context = client_context("good", 0);
    struct client client;
    peercert_connection *connection = NULL;
    peercert_error *kept = NULL;
    size_t count = 0;
    int status = PEERCERT_OK;
    client_start(&client, context, sockets.theirs, leave);
    DONE(peercert_acceptor_accept(acceptor, sockets.ours, &connection, error));
    DONE(peercert_connection_write(connection, (const uint8_t *)"x", 1, &count, error));
    client_join(&client);
    for (int times = 0; times < 1000 && status == PEERCERT_OK; times++) {
        status = peercert_connection_write(connection, (const uint8_t *)"hello", 5, &count, &kept);
    }
    EXPECT(status == PEERCERT_ERROR);
    EXPECT_ERROR(kept, PEERCERT_CODE_PEER_CLOSED);
    EXPECT(peercert_connection_close(connection, NULL) != PEERCERT_WANT_WRITE);
    peercert_connection_free(connection);
    close(sockets.ours);
    SSL_CTX_free(context);
    peercert_acceptor_free(acceptor);
}

void misuse_forks(void)
{
    struct sigaction pipe;
    NEED(sigaction(SIGPIPE, NULL, &pipe) == 0 && pipe.sa_handler == SIG_DFL);
    two_children();
    to_nobody(sockets_tcp());
    to_nobody(sockets_pair());
    /* The library has installed nothing of its own. */
    NEED(sigaction(SIGPIPE, NULL, &pipe) == 0);
    EXPECT(pipe.sa_handler == SIG_DFL);
}
