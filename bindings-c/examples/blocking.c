/*
 * This file is about a server that waits: one thread for each client, and one deadline for each
 * request. peercert owns the socket's bytes (peercert_acceptor_accept()).
 *
 * Usage: blocking certificate.pem key.pem client-ca.pem MODE [PORT [OPTION=VALUE]...]
 */
#define _POSIX_C_SOURCE 200809L

#include "answer.h"
#include "http.h"
#include "start.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    CLIENTS = 256,      /* at once; the others wait to be accepted */
    REQUEST_MS = 30000, /* from waiting for a request to the last byte of its answer */
    GOODBYE_MS = 500,
};

struct client {
    const peercert_acceptor *acceptor;
    int fd;
    int finished; /* where the thread says that it has ended */
    pthread_t thread;
    peercert_connection *connection;
    struct http_reader reader;
    struct client *next, **link;
};

/* All that only the main thread touches. */
struct server {
    peercert_acceptor *acceptor;
    int listener;
    int finished[2]; /* a pipe of `struct client *` */
    struct client *clients;
    size_t count;
    bool is_full; /* until a client has left */
};

static bool send_all(peercert_connection *connection, const char *data, size_t len)
{
    while (len > 0) {
        size_t count;
        if (peercert_connection_write(connection, (const uint8_t *)data, len, &count, NULL) !=
            PEERCERT_OK)
            return false;
        data += count;
        len -= count;
    }
    return true;
}

/* Reads a request: HTTP_COMPLETE, the status of a refusal, or -1 when no more comes. */
static int receive_request(struct client *client)
{
    int status = http_received(&client->reader, 0);

    while (status < HTTP_COMPLETE) {
        uint8_t *room;
        size_t size = http_room(&client->reader, &room);
        size_t count;
        if (status == HTTP_CONTINUE &&
            !send_all(client->connection, HTTP_CONTINUE_TEXT, strlen(HTTP_CONTINUE_TEXT)))
            return -1;
        if (peercert_connection_read(client->connection, room, size, &count, NULL) !=
                PEERCERT_OK ||
            count == 0)
            return -1;
        status = http_received(&client->reader, count);
    }
    return status;
}

/* One request and its answer; false when it was the last. */
static bool exchange(struct client *client)
{
    char *answer;
    size_t len;
    int status;
    bool goes_on;

    if (peercert_connection_set_deadline(client->connection, REQUEST_MS, NULL) != PEERCERT_OK)
        return false;
    status = receive_request(client);
    if (status < 0)
        return false;
    answer = answer_request(client->connection, &client->reader, status, &len);
    goes_on = answer != NULL && send_all(client->connection, answer, len) &&
              client->reader.request.keep_alive;
    free(answer);
    http_next(&client->reader);
    return goes_on;
}

/* Says goodbye, and reads what the client still sends: closing with bytes unread would reset the
 * connection, and the client might lose the end of its answer. */
static void say_goodbye(struct client *client)
{
    struct pollfd readable = {.fd = client->fd, .events = POLLIN};
    struct timespec now;
    char waste[4096];
    int64_t end;

    /* Waits until it is sent; what the client says to it does not matter. */
    if (peercert_connection_set_deadline(client->connection, GOODBYE_MS, NULL) == PEERCERT_OK)
        (void)peercert_connection_close(client->connection, NULL);
    if (shutdown(client->fd, SHUT_WR) != 0)
        return;
    clock_gettime(CLOCK_MONOTONIC, &now);
    for (end = now.tv_sec * 1000LL + now.tv_nsec / 1000000 + GOODBYE_MS;;) {
        int64_t left = end - (now.tv_sec * 1000LL + now.tv_nsec / 1000000);
        if (left <= 0 || poll(&readable, 1, (int)left) != 1 ||
            recv(client->fd, waste, sizeof waste, MSG_DONTWAIT) <= 0)
            return;
        clock_gettime(CLOCK_MONOTONIC, &now);
    }
}

static void *serve(void *argument)
{
    struct client *client = argument;
    peercert_error *error = NULL;
    int yes = 1;

    /* The last, small piece of an answer need not wait for the client's acknowledgement. */
    (void)setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (peercert_acceptor_accept(client->acceptor, client->fd, &client->connection, &error) ==
        PEERCERT_OK) {
        while (exchange(client))
            ;
        say_goodbye(client);
    } else {
        /* Who is refused has been told to the callback of the acceptor. */
        if (strcmp(peercert_error_code(error), PEERCERT_CODE_IO_TIMEOUT) == 0)
            start_log_timeout();
        peercert_error_free(error);
        /* The client learns of it now, not when its thread is collected. */
        shutdown(client->fd, SHUT_RDWR);
    }
    /* Fewer bytes than PIPE_BUF are written all at once. */
    if (write(client->finished, &client, sizeof client) != (ssize_t)sizeof client)
        perror("pipe");
    return NULL;
}

static void forget(struct server *server, struct client *client)
{
    *client->link = client->next;
    if (client->next != NULL)
        client->next->link = client->link;
    server->count--;
    server->is_full = false;
    peercert_connection_free(client->connection);
    http_next(&client->reader);
    close(client->fd);
    free(client);
}

/* Takes leave of a client whose thread has ended. */
static void collect(struct server *server)
{
    struct client *client;

    if (read(server->finished[0], &client, sizeof client) != (ssize_t)sizeof client)
        return;
    pthread_join(client->thread, NULL);
    forget(server, client);
}

static void welcome(struct server *server)
{
    struct client *client;
    int fd = accept(server->listener, NULL, NULL);

    if (fd < 0) {
        if (errno != EAGAIN && errno != ECONNABORTED) { /* No descriptors, no memory. */
            perror("accept");
            server->is_full = server->count > 0;
        }
        return;
    }
    client = calloc(1, sizeof *client);
    if (client == NULL) {
        close(fd);
        return;
    }
    client->acceptor = server->acceptor;
    client->fd = fd;
    client->finished = server->finished[1];
    client->next = server->clients;
    client->link = &server->clients;
    if (client->next != NULL)
        client->next->link = &client->next;
    server->clients = client;
    server->is_full = ++server->count == CLIENTS;
    if (pthread_create(&client->thread, NULL, serve, client) != 0) {
        fprintf(stderr, "no thread for another client\n");
        forget(server, client);
    }
}

static void run(struct server *server, const sigset_t *waiting)
{
    int last = server->finished[0] > server->listener ? server->finished[0] : server->listener;
    fd_set readable;

    while (!start_ended()) {
        FD_ZERO(&readable);
        FD_SET(server->finished[0], &readable);
        if (!server->is_full)
            FD_SET(server->listener, &readable);
        if (pselect(last + 1, &readable, NULL, NULL, NULL, waiting) < 0)
            continue;
        if (FD_ISSET(server->finished[0], &readable))
            collect(server);
        if (FD_ISSET(server->listener, &readable))
            welcome(server);
    }
    /* Whoever waits for a client wakes up and ends. */
    for (struct client *client = server->clients; client != NULL; client = client->next)
        shutdown(client->fd, SHUT_RDWR);
    while (server->count > 0)
        collect(server);
}

int main(int argc, char **argv)
{
    struct server server = {.listener = -1, .finished = {-1, -1}};
    sigset_t waiting;
    int port;
    int status = EXIT_FAILURE;

    start_signals(&waiting);
    server.acceptor = start_acceptor(argc, argv, &port);
    if (server.acceptor == NULL)
        return status;
    if (pipe(server.finished) != 0) {
        perror("pipe");
    } else {
        server.listener = start_listening(port);
        if (server.listener >= 0) {
            run(&server, &waiting);
            status = EXIT_SUCCESS;
            close(server.listener);
        }
        close(server.finished[0]);
        close(server.finished[1]);
    }
    peercert_acceptor_free(server.acceptor);
    return status;
}
