/*
 * This file is about the server on libpeercert: the mode `require`, all else as it comes (TLS 1.2
 * and 1.3, two session tickets in TLS 1.3). It asks for the verdict, which is settled already.
 */

#include "server.h"

#include <peercert.h>
#include <stdio.h>
#include <string.h>

static peercert_acceptor *acceptor;

static int failed(const char *what, peercert_error *error)
{
    fprintf(stderr, "%s: %s\n", what, error == NULL ? "refused" : peercert_error_message(error));
    peercert_error_free(error);
    return 0;
}

static int set_file(peercert_options *options, const char *name, const char *folder,
                    const char *file, peercert_error **error)
{
    char path[4096];
    int length = snprintf(path, sizeof path, "%s/%s", folder, file);
    if (length < 0 || (size_t)length >= sizeof path)
        return 0;
    return peercert_options_set(options, name, path, error) == PEERCERT_OK;
}

static int start(const char *folder)
{
    peercert_error *error = NULL;
    peercert_options *options = peercert_options_new();
    int made = options != NULL
        && set_file(options, PEERCERT_OPTION_CERTIFICATE, folder, "server.pem", &error)
        && set_file(options, PEERCERT_OPTION_KEY, folder, "server.key", &error)
        && set_file(options, PEERCERT_OPTION_CLIENT_CA_FILE, folder, "client-ca.pem", &error)
        && peercert_options_set(options, PEERCERT_OPTION_CLIENT_CERT_MODE,
                                PEERCERT_MODE_REQUIRE, &error) == PEERCERT_OK
        && peercert_acceptor_new(options, &acceptor, &error) == PEERCERT_OK;
    peercert_options_free(options);
    return made ? 1 : failed("no acceptor", error);
}

static void free_connection(void *connection)
{
    peercert_connection_free(connection);
}

static void *accept_client(int fd)
{
    peercert_error *error = NULL;
    peercert_connection *connection = NULL;
    const peercert_report *report = NULL;
    if (peercert_acceptor_accept(acceptor, fd, &connection, &error) == PEERCERT_OK
        && peercert_connection_report(connection, &report, &error) == PEERCERT_OK
        && peercert_report_verified(report))
        return connection;
    failed("handshake", error);
    peercert_connection_free(connection);
    return NULL;
}

static int read_request(peercert_connection *connection, peercert_error **error)
{
    char request[1024];
    size_t length = 0, count = 0;
    while (!request_is_whole(request, (int)length)) {
        if (peercert_connection_read(connection, (uint8_t *)request + length,
                                     sizeof request - length, &count, error) != PEERCERT_OK
            || count == 0)
            return 0;
        length += count;
    }
    return 1;
}

static int serve(void *connection, int fd)
{
    peercert_error *error = NULL;
    size_t count = 0;
    if (!read_request(connection, &error)
        || peercert_connection_write(connection, (const uint8_t *)ANSWER, strlen(ANSWER), &count,
                                     &error) != PEERCERT_OK
        || count != strlen(ANSWER)
        || peercert_connection_set_deadline(connection, 0, &error) != PEERCERT_OK
        || peercert_connection_close(connection, &error) == PEERCERT_ERROR)
        return failed("request", error);
    wait_for_end(fd);
    return 1;
}

int main(int argc, char **argv)
{
    const struct server server = {start, accept_client, serve, free_connection};
    return run(&server, argc, argv);
}
