/*
 * This file is about a server of the host's own libssl, in memory with a client of it.
 *
 * In: how the host verifies. Out: both ends, as far as the handshake went.
 */
#ifndef SERVER_H
#define SERVER_H

#include <openssl/ssl.h>

/* A server that asks clients for certificates and verifies them with the test CAs. */
SSL_CTX *server_context(SSL_verify_cb callback);

/* The two ends of a connection in memory. */
struct ends {
    SSL *server, *client;
    /* The handshake went well on both sides. */
    int connected;
};

/* Makes both ends, before their handshake. */
struct ends server_meet(SSL_CTX *server, SSL_CTX *client, SSL_SESSION *offered);

/* Does the handshake, and says something each way. */
void server_shake(struct ends *ends);
void server_part(struct ends ends);

/* A callback of verification that lets everything through, its verdict as it is. */
int server_lets_through(int verdict, X509_STORE_CTX *context);

#endif
