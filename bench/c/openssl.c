/*
 * This file is about the same server on the system's libssl, as one writes it there: certificates
 * required, a session id context (without one no session resumes), TLS 1.2 and 1.3, two session
 * tickets in TLS 1.3, all else as it comes. It reads the verdict and the subject. OpenSSL 3.0 agrees
 * on X25519 with a client with whom AWS-LC agrees on X25519MLKEM768, which costs more.
 */

#include "server.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <string.h>

static SSL_CTX *context;

static int failed(const char *what)
{
    fprintf(stderr, "%s\n", what);
    ERR_print_errors_fp(stderr);
    return 0;
}

static int start(const char *folder)
{
    char certificate[4096], key[4096], cas[4096];
    static const unsigned char id[] = "bench";
    snprintf(certificate, sizeof certificate, "%s/server.pem", folder);
    snprintf(key, sizeof key, "%s/server.key", folder);
    snprintf(cas, sizeof cas, "%s/client-ca.pem", folder);
    context = SSL_CTX_new(TLS_server_method());
    if (context == NULL || SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1
        || SSL_CTX_use_certificate_chain_file(context, certificate) != 1
        || SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1
        || SSL_CTX_load_verify_locations(context, cas, NULL) != 1
        || SSL_CTX_set_session_id_context(context, id, sizeof id - 1) != 1)
        return failed("no context");
    SSL_CTX_set_client_CA_list(context, SSL_load_client_CA_file(cas));
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    return 1;
}

/* The client is verified, and who it is can be read. */
static int is_known(SSL *ssl)
{
    char subject[256];
    const X509 *certificate = SSL_get0_peer_certificate(ssl);
    return certificate != NULL && SSL_get_verify_result(ssl) == X509_V_OK
        && X509_NAME_oneline(X509_get_subject_name(certificate), subject, sizeof subject) != NULL;
}

static void free_connection(void *connection)
{
    SSL_free(connection);
}

static void *accept_client(int fd)
{
    SSL *ssl = SSL_new(context);
    if (ssl != NULL && SSL_set_fd(ssl, fd) == 1 && SSL_accept(ssl) == 1 && is_known(ssl))
        return ssl;
    failed("handshake");
    SSL_free(ssl);
    return NULL;
}

static int read_request(SSL *ssl)
{
    char request[1024];
    int length = 0;
    while (!request_is_whole(request, length)) {
        int count = SSL_read(ssl, request + length, (int)sizeof request - length);
        if (count <= 0)
            return 0;
        length += count;
    }
    return 1;
}

static int serve(void *connection, int fd)
{
    const int length = (int)strlen(ANSWER);
    if (!read_request(connection) || SSL_write(connection, ANSWER, length) != length
        || SSL_shutdown(connection) < 0)
        return failed("request");
    wait_for_end(fd);
    return 1;
}

int main(int argc, char **argv)
{
    const struct server server = {start, accept_client, serve, free_connection};
    return run(&server, argc, argv);
}
