/*
 * This file is about handshakes through the host's libssl and through ours, in turns, in several
 * threads of one process. With AWS-LC inside the library those are two TLS libraries, whose functions
 * have the same names.
 */
#include "alternate.h"

#include "checks.h"
#include "client.h"
#include "scene.h"
#include "server.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <string.h>

#define THREADS 4
#define TURNS 15

/* What all threads share. */
struct shared {
    SSL_CTX *host, *good, *expired;
    peercert_acceptor *acceptor;
};

static void through_the_host(const struct shared *shared, SSL_CTX *client, long verdict)
{
    struct ends ends = server_meet(shared->host, client, NULL);
    server_shake(&ends);
    EXPECT(ends.connected && SSL_get_verify_result(ends.server) == verdict);
    server_part(ends);
}

static void through_ours(const struct shared *shared, SSL_CTX *client, const char *code)
{
    struct meeting meeting = client_meet(shared->acceptor, client, NULL);
    const peercert_report *report = NULL;
    EXPECT(meeting.error == NULL);
    DONE(peercert_connection_report(meeting.server, &report, error));
    EXPECT_TEXT(peercert_report_verifycode(report), code);
    client_part(meeting);
}

static void *take_turns(void *argument)
{
    const struct shared *shared = argument;
    for (int turn = 0; turn < TURNS; turn++) {
        through_the_host(shared, shared->good, X509_V_OK);
        through_ours(shared, shared->good, "OK");
        through_the_host(shared, shared->expired, X509_V_ERR_CERT_HAS_EXPIRED);
        through_ours(shared, shared->expired, "CERT_HAS_EXPIRED");
        EXPECT(ERR_peek_error() == 0);
    }
    return NULL;
}

int alternate(void)
{
    struct shared shared = {server_context(server_lets_through), client_context("good", 0),
                            client_context("expired", 0),
                            scene_acceptor(PEERCERT_MODE_REQUEST)};
    pthread_t threads[THREADS];
    /* The names of libssl are the host's, whatever is inside. */
    EXPECT(strstr(OpenSSL_version(OPENSSL_VERSION), "OpenSSL 3.") != NULL);
    EXPECT(scene_is_aws_lc()
           || strstr(peercert_version(), OpenSSL_version(OPENSSL_VERSION)) != NULL);
    for (int at = 0; at < THREADS; at++) {
        NEED(pthread_create(&threads[at], NULL, take_turns, &shared) == 0);
    }
    for (int at = 0; at < THREADS; at++) {
        NEED(pthread_join(threads[at], NULL) == 0);
    }
    peercert_acceptor_free(shared.acceptor);
    SSL_CTX_free(shared.host);
    SSL_CTX_free(shared.good);
    SSL_CTX_free(shared.expired);
    return checks_conclude() == 0;
}
