/*
 * This file is about threads: one acceptor that many share, one connection that one reads and another
 * writes, objects that move between threads.
 */
#include "checks.h"
#include "client.h"
#include "misuse.h"
#include "scene.h"
#include "sockets.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define THREADS 8
#define EACH 12
/* Plaintext each way over the connection of two threads: more than sockets hold. */
#define MUCH (2 * 1024 * 1024)

/* How many refusals the callback has heard of, from all threads. */
struct tally {
    pthread_mutex_t lock;
    unsigned refused, absent;
};

static void count(void *user_data, const peercert_error *error)
{
    struct tally *tally = user_data;
    const peercert_report *report = peercert_error_report(error);
    pthread_mutex_lock(&tally->lock);
    tally->refused += 1;
    tally->absent += report != NULL && !peercert_report_present(report);
    pthread_mutex_unlock(&tally->lock);
}

/* One of many servers. */
struct worker {
    pthread_t thread;
    const peercert_acceptor *acceptor;
    SSL_CTX *good, *expired, *without;
};

/* A connection by a client of its own, over a socket; it says "hello" when it is admitted. */
static void serve(const peercert_acceptor *acceptor, SSL_CTX *context, const char *code)
{
    struct sockets sockets = sockets_pair();
    struct client client;
    peercert_connection *connection = NULL;
    peercert_error *kept = NULL;
    uint8_t buffer[16];
    size_t len = 0;
    client_start(&client, context, sockets.theirs, client_greet);
    int status = peercert_acceptor_accept(acceptor, sockets.ours, &connection, &kept);
    EXPECT_TEXT(peercert_error_code(kept), code);
    EXPECT((status == PEERCERT_OK) == (connection != NULL));
    if (connection != NULL) {
        DONE(peercert_connection_read(connection, buffer, sizeof buffer, &len, error));
        EXPECT(len == 5 && memcmp(buffer, "hello", 5) == 0);
        DONE(peercert_connection_set_deadline(connection, 0, error));
        EXPECT(peercert_connection_close(connection, NULL) != PEERCERT_ERROR);
    }
    peercert_connection_free(connection);
    peercert_error_free(kept);
    close(sockets.ours);
    client_join(&client);
}

static void *work(void *argument)
{
    struct worker *worker = argument;
    for (int times = 0; times < EACH; times++) {
        serve(worker->acceptor, worker->good, NULL);
        serve(worker->acceptor, worker->expired, PEERCERT_CODE_PEER_CERTIFICATE_REFUSED);
        serve(worker->acceptor, worker->without, PEERCERT_CODE_PEER_NO_CERTIFICATE);
    }
    return NULL;
}

static void one_acceptor(void)
{
    peercert_acceptor *acceptor = scene_acceptor(PEERCERT_MODE_REQUIRE);
    struct tally tally = {PTHREAD_MUTEX_INITIALIZER, 0, 0};
    struct worker workers[THREADS];
    SSL_CTX *good = client_context("good", 0), *expired = client_context("expired", 0);
    SSL_CTX *without = client_context(NULL, 0);
    DONE(peercert_acceptor_on_refusal(acceptor, count, &tally, error));
    for (int at = 0; at < THREADS; at++) {
        struct worker worker = {.acceptor = acceptor, .good = good, .expired = expired,
                                .without = without};
        workers[at] = worker;
        NEED(pthread_create(&workers[at].thread, NULL, work, &workers[at]) == 0);
    }
    for (int at = 0; at < THREADS; at++) {
        NEED(pthread_join(workers[at].thread, NULL) == 0);
    }
    /* Once for each that was refused. */
    EXPECT(tally.refused == 2 * THREADS * EACH && tally.absent == THREADS * EACH);
    SSL_CTX_free(good);
    SSL_CTX_free(expired);
    SSL_CTX_free(without);
    peercert_acceptor_free(acceptor);
}

static void echo(SSL *ssl)
{
    char buffer[16384];
    int len;
    while ((len = SSL_read(ssl, buffer, sizeof buffer)) > 0) {
        if (SSL_write(ssl, buffer, len) != len) {
            return;
        }
    }
    (void)SSL_shutdown(ssl);
}

static void *write_much(void *argument)
{
    peercert_connection *connection = argument;
    uint8_t block[10000];
    size_t written = 0, taken = 0;
    while (written < MUCH) {
        for (size_t at = 0; at < sizeof block; at++) {
            block[at] = (uint8_t)((written + at) % 251);
        }
        size_t len = MUCH - written < sizeof block ? MUCH - written : sizeof block;
        DONE(peercert_connection_write(connection, block, len, &taken, error));
        NEED(taken > 0 && taken <= len);
        written += taken;
    }
    return NULL;
}

/* The client echoes: what one thread writes, the other reads. */
static void two_directions(void)
{
    peercert_acceptor *acceptor = scene_acceptor(PEERCERT_MODE_REQUIRE);
    SSL_CTX *context = client_context("good", 0);
    struct sockets sockets = sockets_tcp();
    struct client client;
    peercert_connection *connection = NULL;
    pthread_t writer;
    uint8_t buffer[16384];
    size_t count_of = 0, total = 0, wrong = 0;
    client_start(&client, context, sockets.theirs, echo);
    DONE(peercert_acceptor_accept(acceptor, sockets.ours, &connection, error));
    NEED(connection != NULL);
    DONE(peercert_connection_set_deadline(connection, -1, error));
    NEED(pthread_create(&writer, NULL, write_much, connection) == 0);
    while (total < MUCH) {
        DONE(peercert_connection_read(connection, buffer, sizeof buffer, &count_of, error));
        NEED(count_of > 0);
        for (size_t at = 0; at < count_of; at++) {
            wrong += buffer[at] != (uint8_t)((total + at) % 251);
        }
        total += count_of;
    }
    NEED(pthread_join(writer, NULL) == 0);
    EXPECT(total == MUCH && wrong == 0);
    /* The first call does not wait for the client's goodbye; the second does. */
    if (peercert_connection_close(connection, NULL) == PEERCERT_WANT_READ) {
        DONE(peercert_connection_close(connection, error));
    }
    peercert_connection_free(connection);
    close(sockets.ours);
    client_join(&client);
    SSL_CTX_free(context);
    peercert_acceptor_free(acceptor);
}

static void *read_and_free(void *argument)
{
    peercert_error *error = argument;
    const peercert_report *report = peercert_error_report(error);
    EXPECT_TEXT(peercert_report_verifycode(report), "CERT_HAS_EXPIRED");
    EXPECT(peercert_report_chain_len(report) > 0);
    peercert_error_free(error);
    return NULL;
}

/* An error is read and freed in another thread, when all that it came from is gone. */
static void moved(void)
{
    peercert_acceptor *acceptor = scene_acceptor(PEERCERT_MODE_REQUIRE);
    SSL_CTX *context = client_context("expired", 0);
    struct meeting meeting = client_meet(acceptor, context, NULL);
    pthread_t other;
    peercert_acceptor_free(acceptor);
    peercert_connection_free(meeting.server);
    SSL_CTX_free(context);
    NEED(pthread_create(&other, NULL, read_and_free, meeting.error) == 0);
    NEED(pthread_join(other, NULL) == 0);
}

void misuse_threads(void)
{
    one_acceptor();
    two_directions();
    moved();
}
