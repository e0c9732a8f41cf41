/*
 * This file is about a client of the host's own libssl: in memory, against a connection without a
 * socket; or over a descriptor, in a thread.
 *
 * In: what the client has, and whom it meets. Out: what both sides saw.
 */
#ifndef CLIENT_H
#define CLIENT_H

#include <openssl/ssl.h>
#include <peercert.h>
#include <pthread.h>

/*
 * A client with the certificates and the key of `tests/pki/live/NAME`, or with none (NULL), of one
 * TLS version or of any (0). It verifies the server.
 */
SSL_CTX *client_context(const char *name, int version);

/* What both sides saw of a connection in memory. */
struct meeting {
    peercert_connection *server;
    /* Why the server refused, or NULL. */
    peercert_error *error;
    /* The number of the alert that the client received, or -1. */
    int alert;
    /* What the client may offer next, or NULL. */
    SSL_SESSION *session;
};

/* Connects in memory; the server says "welcome", the client "hello". */
struct meeting client_meet(const peercert_acceptor *acceptor, SSL_CTX *context,
                           SSL_SESSION *offered);
/* The same, and the client asks for a host by its name (SNI); NULL: for none. */
struct meeting client_meet_host(const peercert_acceptor *acceptor, SSL_CTX *context,
                                SSL_SESSION *offered, const char *name);

/* The same, with a connection that was made before. */
struct meeting client_meet_at(peercert_connection *server, SSL_CTX *context, SSL_SESSION *offered,
                              const char *name);
void client_part(struct meeting meeting);

/* The first flight of a client, its ClientHello: its length. */
size_t client_hello(SSL_CTX *context, unsigned char *buffer, size_t size);

/* What a client in a thread does with its connection once it is shaken. */
typedef void (*client_talk)(SSL *ssl);

/* A client in a thread. */
struct client {
    pthread_t thread;
    SSL_CTX *context;
    client_talk talk;
    int fd;
    /* The handshake went well on the client's side. */
    int connected;
};

/* Starts a client on its end of a connected socket; it owns that and closes it. */
void client_start(struct client *client, SSL_CTX *context, int fd, client_talk talk);

/* Waits until it has ended. */
void client_join(struct client *client);

/* Talks: says "hello", and reads until the end. */
void client_greet(SSL *ssl);

/* The number of the alert in libssl's queue of errors, or -1. */
int client_alert(void);

#endif
