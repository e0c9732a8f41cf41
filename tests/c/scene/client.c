/* This file is about a client of the host's own libssl, in memory or in a thread. */
#include "client.h"

#include "checks.h"
#include "scene.h"

#include <openssl/err.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

SSL_CTX *client_context(const char *name, int version)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    struct path ca = scene_path("pki/live", "server-ca", "pem");
    NEED(context != NULL);
    NEED(SSL_CTX_load_verify_locations(context, ca.text, NULL) == 1);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    NEED(SSL_CTX_set_min_proto_version(context, version) == 1);
    NEED(SSL_CTX_set_max_proto_version(context, version) == 1);
    if (name != NULL) {
        struct path chain = scene_path("pki/live", name, "pem");
        struct path key = scene_path("pki/live", name, "key");
        /* A client may have what no server should take. */
        SSL_CTX_set_security_level(context, 0);
        NEED(SSL_CTX_use_certificate_chain_file(context, chain.text) == 1);
        NEED(SSL_CTX_use_PrivateKey_file(context, key.text, SSL_FILETYPE_PEM) == 1);
    }
    ERR_clear_error();
    return context;
}

int client_alert(void)
{
    int reason = ERR_GET_REASON(ERR_peek_error()) - SSL_AD_REASON_OFFSET;
    return reason >= 0 && reason < 256 ? reason : -1;
}

/* The client's end, in memory. */
struct memory {
    SSL *ssl;
    BIO *incoming, *outgoing;
    int shaken;
};

static struct memory memory_new(SSL_CTX *context, SSL_SESSION *offered, const char *name)
{
    struct memory client = {SSL_new(context), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()), 0};
    NEED(client.ssl != NULL && client.incoming != NULL && client.outgoing != NULL);
    /* Nothing more is no end. */
    BIO_set_mem_eof_return(client.incoming, -1);
    SSL_set_bio(client.ssl, client.incoming, client.outgoing);
    SSL_set_connect_state(client.ssl);
    NEED(offered == NULL || SSL_set_session(client.ssl, offered) == 1);
    NEED(name == NULL || SSL_set_tlsext_host_name(client.ssl, name) == 1);
    return client;
}

/* One step of the client; the alert that it met, or -1. */
static int advance(struct memory *client)
{
    char buffer[64];
    int alert = -1, done;
    ERR_clear_error();
    if (client->shaken) {
        done = SSL_read(client->ssl, buffer, sizeof buffer);
    } else {
        done = SSL_do_handshake(client->ssl);
        client->shaken = done == 1;
        NEED(done != 1 || SSL_write(client->ssl, "hello", 5) == 5);
    }
    if (done <= 0 && SSL_get_error(client->ssl, done) == SSL_ERROR_SSL) {
        alert = client_alert();
    }
    ERR_clear_error();
    return alert;
}

/* Gives the server what the client has sent; how much that was. */
static size_t feed(peercert_connection *server, BIO *outgoing)
{
    unsigned char buffer[4096];
    size_t total = 0;
    int count;
    while ((count = BIO_read(outgoing, buffer, sizeof buffer)) > 0) {
        DONE(peercert_connection_feed(server, buffer, (size_t)count, error));
        total += (size_t)count;
    }
    return total;
}

/* Gives the client what the server has for it; how much that was. */
static size_t take(peercert_connection *server, BIO *incoming)
{
    unsigned char buffer[4096];
    size_t total = 0, count = 0;
    do {
        DONE(peercert_connection_take(server, buffer, sizeof buffer, &count, error));
        NEED(count == 0 || BIO_write(incoming, buffer, (int)count) == (int)count);
        total += count;
    } while (count > 0);
    EXPECT(!peercert_connection_has_output(server));
    return total;
}

/* One step of the server, which keeps its first error; a second one has to be the same. */
static void serve(struct meeting *meeting, int *greeted)
{
    peercert_error *error = NULL;
    int status = peercert_connection_handshake(meeting->server, &error);
    size_t count = 0;
    if (status == PEERCERT_OK && !*greeted) {
        *greeted = 1;
        DONE(peercert_connection_write(meeting->server, (const uint8_t *)"welcome", 7, &count,
                                       error));
        EXPECT(count == 7);
    }
    EXPECT((status == PEERCERT_ERROR) == (error != NULL));
    if (meeting->error == NULL) {
        meeting->error = error;
    } else {
        EXPECT_ERROR(error, peercert_error_code(meeting->error));
    }
    /* With the system's OpenSSL inside this queue is shared; the host's calls rely on it. */
    EXPECT(ERR_peek_error() == 0);
}

static void hear(peercert_connection *server)
{
    uint8_t buffer[64];
    size_t count = 0;
    DONE(peercert_connection_read(server, buffer, sizeof buffer, &count, error));
    EXPECT(count == 5 && memcmp(buffer, "hello", 5) == 0);
}

struct meeting client_meet(const peercert_acceptor *acceptor, SSL_CTX *context,
                           SSL_SESSION *offered)
{
    return client_meet_host(acceptor, context, offered, NULL);
}

struct meeting client_meet_host(const peercert_acceptor *acceptor, SSL_CTX *context,
                                SSL_SESSION *offered, const char *name)
{
    peercert_connection *server = NULL;
    DONE(peercert_acceptor_connection(acceptor, &server, error));
    return client_meet_at(server, context, offered, name);
}

struct meeting client_meet_at(peercert_connection *server, SSL_CTX *context, SSL_SESSION *offered,
                              const char *name)
{
    struct memory client = memory_new(context, offered, name);
    struct meeting meeting = {server, NULL, -1, NULL};
    int idle = 0, greeted = 0;
    while (idle < 2) {
        int alert = advance(&client);
        meeting.alert = meeting.alert >= 0 ? meeting.alert : alert;
        size_t moved = feed(meeting.server, client.outgoing);
        serve(&meeting, &greeted);
        moved += take(meeting.server, client.incoming);
        idle = moved > 0 ? 0 : idle + 1;
    }
    if (meeting.error == NULL) {
        hear(meeting.server);
        meeting.session = SSL_get1_session(client.ssl);
    }
    /* libssl forgets the session of a connection that ends without a farewell. */
    SSL_set_shutdown(client.ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    SSL_free(client.ssl);
    return meeting;
}

void client_part(struct meeting meeting)
{
    peercert_connection_free(meeting.server);
    peercert_error_free(meeting.error);
    SSL_SESSION_free(meeting.session);
}

size_t client_hello(SSL_CTX *context, unsigned char *buffer, size_t size)
{
    struct memory client = memory_new(context, NULL, NULL);
    (void)advance(&client);
    int count = BIO_read(client.outgoing, buffer, (int)size);
    NEED(count > 0 && (size_t)count < size);
    SSL_free(client.ssl);
    return (size_t)count;
}

static void *run(void *argument)
{
    struct client *client = argument;
    sigset_t pipe;
    /* libssl writes to sockets that may be closed; peercert's own calls are in other threads. */
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    NEED(pthread_sigmask(SIG_BLOCK, &pipe, NULL) == 0);
    SSL *ssl = SSL_new(client->context);
    NEED(ssl != NULL && SSL_set_fd(ssl, client->fd) == 1);
    client->connected = SSL_connect(ssl) == 1;
    if (client->connected && client->talk != NULL) {
        client->talk(ssl);
    }
    SSL_free(ssl);
    close(client->fd);
    ERR_clear_error();
    return NULL;
}

void client_start(struct client *client, SSL_CTX *context, int fd, client_talk talk)
{
    client->context = context;
    client->talk = talk;
    client->fd = fd;
    client->connected = 0;
    NEED(pthread_create(&client->thread, NULL, run, client) == 0);
}

void client_join(struct client *client)
{
    NEED(pthread_join(client->thread, NULL) == 0);
}

void client_greet(SSL *ssl)
{
    char buffer[256];
    (void)SSL_write(ssl, "hello", 5);
    while (SSL_read(ssl, buffer, sizeof buffer) > 0) {
    }
    (void)SSL_shutdown(ssl);
}
