/* This file is about a server of the host's own libssl, in memory with a client of it. */
#include "server.h"

#include "scene.h"

#include <openssl/err.h>

SSL_CTX *server_context(SSL_verify_cb callback)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    struct path certificate = scene_path("pki/live", "server", "pem");
    struct path key = scene_path("pki/live", "server", "key");
    struct path cas = scene_path("pki/live", "client-cas", "pem");
    NEED(context != NULL);
    NEED(SSL_CTX_use_certificate_chain_file(context, certificate.text) == 1);
    NEED(SSL_CTX_use_PrivateKey_file(context, key.text, SSL_FILETYPE_PEM) == 1);
    NEED(SSL_CTX_load_verify_locations(context, cas.text, NULL) == 1);
    /* Without it, no session with client authentication is resumed. */
    NEED(SSL_CTX_set_session_id_context(context, (const unsigned char *)"host", 4) == 1);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, callback);
    ERR_clear_error();
    return context;
}

struct ends server_meet(SSL_CTX *server, SSL_CTX *client, SSL_SESSION *offered)
{
    struct ends ends = {SSL_new(server), SSL_new(client), 0};
    BIO *ours = NULL, *theirs = NULL;
    NEED(ends.server != NULL && ends.client != NULL);
    /* Room for a whole flight: a record that is partly written would have to be retried. */
    NEED(BIO_new_bio_pair(&ours, 131072, &theirs, 131072) == 1);
    SSL_set_bio(ends.server, ours, ours);
    SSL_set_bio(ends.client, theirs, theirs);
    SSL_set_accept_state(ends.server);
    SSL_set_connect_state(ends.client);
    NEED(offered == NULL || SSL_set_session(ends.client, offered) == 1);
    return ends;
}

void server_shake(struct ends *ends)
{
    char buffer[16];
    int ours = 0, theirs = 0;
    for (int times = 0; times < 10 && (ours != 1 || theirs != 1); times++) {
        ERR_clear_error();
        theirs = SSL_do_handshake(ends->client);
        ours = SSL_do_handshake(ends->server);
    }
    ends->connected = ours == 1 && theirs == 1;
    if (ends->connected) {
        NEED(SSL_write(ends->server, "welcome", 7) == 7);
        /* With it, the client reads the session tickets that came before. */
        NEED(SSL_read(ends->client, buffer, sizeof buffer) == 7);
        NEED(SSL_write(ends->client, "hello", 5) == 5);
        NEED(SSL_read(ends->server, buffer, sizeof buffer) == 5);
    }
    ERR_clear_error();
}

void server_part(struct ends ends)
{
    /* libssl forgets the session of a connection that ends without a farewell. */
    SSL_set_shutdown(ends.client, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    SSL_set_shutdown(ends.server, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    SSL_free(ends.server);
    SSL_free(ends.client);
}

int server_lets_through(int verdict, X509_STORE_CTX *context)
{
    (void)verdict;
    (void)context;
    return 1;
}
