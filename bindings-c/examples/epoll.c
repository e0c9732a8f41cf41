/*
 * This file is about a server that never waits: one thread, epoll, a thousand clients at once.
 * The server moves the bytes between socket and peercert itself (peercert_acceptor_connection()).
 *
 * Back pressure: a client's bytes are read only while a request is wanted from it, and of an answer
 * no more than one TLS record is encrypted before the socket has taken the one before.
 *
 * Usage: epoll certificate.pem key.pem client-ca.pem MODE [PORT [OPTION=VALUE]...]
 */
#define _GNU_SOURCE /* accept4() */

#include "answer.h"
#include "http.h"
#include "start.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    CLIENTS = 4096,     /* at once; the others wait to be accepted */
    REQUEST_MS = 30000, /* from the end of an answer to the end of the next */
    GOODBYE_MS = 500,   /* for a client to read its alert or the end of its answer */
    RECORD = 16384,     /* the plaintext of one TLS record */
};

/* What is going on with a client. Each stage has its time. */
enum stage { HANDSHAKE, EXCHANGE, GOODBYE, STAGES };

struct client {
    int fd;
    enum stage stage;
    uint32_t events; /* what epoll waits for */
    int64_t deadline;
    peercert_connection *connection;
    struct http_reader reader;
    /* The answer, while there is one. */
    char *answer;
    size_t answer_len, answered;
    bool goes_on;
    /* Ciphertext on its way to the socket. */
    size_t sent, held;
    uint8_t out[RECORD];
    /* Its place in the queue of its stage. */
    struct client *next, **link;
};

/* Clients in one stage: as each of them has the same time, the first is the first to run out of it. */
struct queue {
    int64_t duration;
    struct client *first, **last;
};

struct server {
    peercert_acceptor *acceptor;
    int epoll, listener;
    size_t count;
    bool is_full;
    struct queue queues[STAGES];
};

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static void leave_stage(struct server *server, struct client *client)
{
    *client->link = client->next;
    if (client->next != NULL)
        client->next->link = client->link;
    else
        server->queues[client->stage].last = client->link;
}

static void enter_stage(struct server *server, struct client *client, enum stage stage)
{
    struct queue *queue = &server->queues[stage];

    client->stage = stage;
    client->deadline = now_ms() + queue->duration;
    client->next = NULL;
    client->link = queue->last;
    *queue->last = client;
    queue->last = &client->next;
}

static void change_stage(struct server *server, struct client *client, enum stage stage)
{
    leave_stage(server, client);
    enter_stage(server, client, stage);
}

/* Accepts clients again, or no more for the time being. */
static void set_full(struct server *server, bool is_full)
{
    struct epoll_event event = {.events = is_full ? 0 : EPOLLIN, .data.ptr = NULL};

    if (is_full != server->is_full &&
        epoll_ctl(server->epoll, EPOLL_CTL_MOD, server->listener, &event) == 0)
        server->is_full = is_full;
}

static void drop(struct server *server, struct client *client)
{
    leave_stage(server, client);
    peercert_connection_free(client->connection);
    http_next(&client->reader);
    free(client->answer);
    close(client->fd);
    free(client);
    server->count--;
    set_full(server, false);
}

/* Sends what there is for the client: PEERCERT_OK when all is out, PEERCERT_WANT_WRITE, or
 * PEERCERT_ERROR. */
static int send_out(struct client *client)
{
    for (;;) {
        if (client->sent == client->held) {
            client->sent = 0;
            if (peercert_connection_take(client->connection, client->out, sizeof client->out,
                                         &client->held, NULL) != PEERCERT_OK)
                return PEERCERT_ERROR;
            if (client->held == 0)
                return PEERCERT_OK;
        }
        ssize_t count = send(client->fd, client->out + client->sent, client->held - client->sent,
                             MSG_NOSIGNAL);
        if (count >= 0)
            client->sent += (size_t)count;
        else
            return errno == EAGAIN ? PEERCERT_WANT_WRITE : PEERCERT_ERROR;
    }
}

/* Receives what has come: PEERCERT_OK, PEERCERT_WANT_READ when nothing has, or PEERCERT_ERROR. */
static int receive(struct client *client)
{
    uint8_t room[RECORD];
    ssize_t count = recv(client->fd, room, sizeof room, 0);

    if (count > 0)
        return peercert_connection_feed(client->connection, room, (size_t)count, NULL);
    if (count < 0 && errno == EAGAIN)
        return PEERCERT_WANT_READ;
    /* The end, or a reset, which is one; peercert tells whether it may come now. */
    return peercert_connection_feed_eof(client->connection, NULL);
}

/* Goes on with the answer: PEERCERT_OK when peercert has all of it. */
static int write_answer(struct client *client)
{
    while (client->answered < client->answer_len) {
        size_t left = client->answer_len - client->answered;
        size_t count;
        int result = peercert_connection_write(
            client->connection, (const uint8_t *)client->answer + client->answered,
            left < RECORD ? left : RECORD, &count, NULL);
        if (result == PEERCERT_OK) {
            client->answered += count;
            result = send_out(client);
        }
        if (result != PEERCERT_OK)
            return result;
    }
    return send_out(client);
}

/* Answers what the reader has told: HTTP_COMPLETE, or the status of a refusal. */
static int begin_answer(struct client *client, int status)
{
    client->answer =
        answer_request(client->connection, &client->reader, status, &client->answer_len);
    client->answered = 0;
    client->goes_on = client->reader.request.keep_alive;
    http_next(&client->reader);
    return client->answer != NULL ? PEERCERT_OK : PEERCERT_ERROR;
}

/* Reads as much of a request as there is; PEERCERT_OK when its answer can begin. */
static int read_request(struct client *client)
{
    int status = http_received(&client->reader, 0);

    while (status < HTTP_COMPLETE) {
        uint8_t *room;
        size_t size = http_room(&client->reader, &room);
        size_t count;
        int result = peercert_connection_read(client->connection, room, size, &count, NULL);
        if (result != PEERCERT_OK)
            return result;
        if (count == 0) /* The client says goodbye. */
            return PEERCERT_ERROR;
        status = http_received(&client->reader, count);
        if (status == HTTP_CONTINUE) {
            client->answer = strdup(HTTP_CONTINUE_TEXT);
            client->answer_len = strlen(HTTP_CONTINUE_TEXT);
            client->answered = 0;
            client->goes_on = true;
            return client->answer != NULL ? PEERCERT_OK : PEERCERT_ERROR;
        }
    }
    return begin_answer(client, status);
}

/* Exchanges requests and answers until one of the two sides has to wait for the other. */
static int exchange(struct server *server, struct client *client)
{
    for (;;) {
        int result = client->answer == NULL ? read_request(client) : PEERCERT_OK;
        if (result == PEERCERT_OK)
            result = write_answer(client);
        if (result != PEERCERT_OK)
            return result;
        free(client->answer);
        client->answer = NULL;
        if (!client->goes_on)
            return PEERCERT_ERROR;
        if (!client->reader.has_head) /* else it was only said that the body may come */
            change_stage(server, client, EXCHANGE);
    }
}

/* Waits for events of a client; false when that fails. */
static bool wait_for(const struct server *server, struct client *client, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = client};

    if (client->events == events)
        return true;
    client->events = events;
    return epoll_ctl(server->epoll, EPOLL_CTL_MOD, client->fd, &event) == 0;
}

/* Sends what is left, ends our side, and reads what the client still sends until it closes, too:
 * closing with bytes unread would reset the connection, and the client might never see its alert.
 * False when it is over. */
static bool say_goodbye(const struct server *server, struct client *client)
{
    char waste[4096];
    int out = send_out(client);
    ssize_t count;

    if (out == PEERCERT_WANT_WRITE)
        return wait_for(server, client, EPOLLOUT);
    if (out != PEERCERT_OK || shutdown(client->fd, SHUT_WR) != 0)
        return false;
    count = recv(client->fd, waste, sizeof waste, 0);
    if (count == 0 || (count < 0 && errno != EAGAIN))
        return false;
    return wait_for(server, client, EPOLLIN);
}

static void begin_goodbye(struct server *server, struct client *client)
{
    change_stage(server, client, GOODBYE);
    /* Says so to a client that is not refused; what is said to others is ready already. */
    (void)peercert_connection_close(client->connection, NULL);
    if (!say_goodbye(server, client))
        drop(server, client);
}

/* Goes as far as the bytes that are here lead: PEERCERT_ERROR when there will be no more. */
static int advance(struct server *server, struct client *client)
{
    if (client->stage == HANDSHAKE) {
        /* Who is refused is told to the callback of the acceptor. */
        int result = peercert_connection_handshake(client->connection, NULL);
        if (result != PEERCERT_OK)
            return result;
        change_stage(server, client, EXCHANGE);
    }
    return exchange(server, client);
}

static void handle(struct server *server, struct client *client, uint32_t events)
{
    int result, out;

    if (client->stage == GOODBYE) {
        if (!say_goodbye(server, client))
            drop(server, client);
        return;
    }
    if (events != EPOLLOUT && receive(client) == PEERCERT_ERROR) {
        begin_goodbye(server, client);
        return;
    }
    do {
        result = advance(server, client);
        out = send_out(client);
    } while (result == PEERCERT_WANT_WRITE && out == PEERCERT_OK);
    if (out == PEERCERT_ERROR)
        drop(server, client);
    else if (result == PEERCERT_ERROR)
        begin_goodbye(server, client);
    else if (!wait_for(server, client, out == PEERCERT_WANT_WRITE ? EPOLLOUT : EPOLLIN))
        drop(server, client);
}

/* Makes a client of a socket; false when that fails. */
static bool welcome(struct server *server, int fd)
{
    struct client *client = calloc(1, sizeof *client);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
    int yes = 1;

    if (client == NULL)
        return false;
    if (peercert_acceptor_connection(server->acceptor, &client->connection, NULL) != PEERCERT_OK ||
        epoll_ctl(server->epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
        peercert_connection_free(client->connection);
        free(client);
        return false;
    }
    /* The last, small piece of an answer need not wait for the client's acknowledgement. */
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    client->fd = fd;
    client->events = EPOLLIN;
    enter_stage(server, client, HANDSHAKE);
    server->count++;
    return true;
}

static void accept_clients(struct server *server)
{
    while (server->count < CLIENTS) {
        int fd = accept4(server->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0 && (errno == EAGAIN || errno == ECONNABORTED))
            return;
        if (fd < 0) { /* No descriptors, no memory: until a client has left. */
            perror("accept");
            break;
        }
        if (!welcome(server, fd)) {
            fprintf(stderr, "no room for another client\n");
            close(fd);
        }
    }
    set_full(server, server->count > 0);
}

/* Ends what has had its time, and gives how long the next has; -1 for no end. */
static int expire(struct server *server)
{
    int64_t now = now_ms();
    int64_t next = INT64_MAX;

    for (int stage = 0; stage < STAGES; stage++) {
        struct client *client;
        while ((client = server->queues[stage].first) != NULL && client->deadline <= now) {
            if (stage == HANDSHAKE)
                start_log_timeout();
            if (stage == GOODBYE)
                drop(server, client);
            else
                begin_goodbye(server, client);
        }
        if (client != NULL && client->deadline < next)
            next = client->deadline;
    }
    return next == INT64_MAX ? -1 : (int)(next - now);
}

static void run(struct server *server, const sigset_t *waiting)
{
    struct epoll_event events[64];

    while (!start_ended()) {
        int count = epoll_pwait(server->epoll, events, 64, expire(server), waiting);
        for (int at = 0; at < count; at++) {
            if (events[at].data.ptr == NULL)
                accept_clients(server);
            else
                handle(server, events[at].data.ptr, events[at].events);
        }
    }
    for (int stage = 0; stage < STAGES; stage++) {
        while (server->queues[stage].first != NULL)
            drop(server, server->queues[stage].first);
    }
}

int main(int argc, char **argv)
{
    struct server server = {.epoll = -1, .listener = -1};
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    const int64_t durations[STAGES] = {0, REQUEST_MS, GOODBYE_MS};
    sigset_t waiting;
    int port;
    int status = EXIT_FAILURE;

    start_signals(&waiting);
    server.acceptor = start_acceptor(argc, argv, &port);
    if (server.acceptor == NULL)
        return status;
    for (int stage = 0; stage < STAGES; stage++) {
        server.queues[stage].duration = durations[stage];
        server.queues[stage].last = &server.queues[stage].first;
    }
    server.queues[HANDSHAKE].duration = peercert_acceptor_handshake_timeout(server.acceptor);
    server.epoll = epoll_create1(EPOLL_CLOEXEC);
    server.listener = start_listening(port);
    if (server.epoll >= 0 && server.listener >= 0 &&
        epoll_ctl(server.epoll, EPOLL_CTL_ADD, server.listener, &event) == 0) {
        run(&server, &waiting);
        status = EXIT_SUCCESS;
    }
    if (server.listener >= 0)
        close(server.listener);
    if (server.epoll >= 0)
        close(server.epoll);
    peercert_acceptor_free(server.acceptor);
    return status;
}
