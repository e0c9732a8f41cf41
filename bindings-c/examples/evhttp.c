/*
 * This file is about TLS beneath a server of somebody else: libevent's evhttp speaks HTTP, peercert
 * TLS, in a filter between evhttp and the socket (bufferevent_filter_new()).
 *
 * What such a filter has to know of libevent 2.1:
 * - Bytes for the client that no request of evhttp's has caused, those of the handshake, are written
 *   to the socket's bufferevent from within the input filter.
 * - evhttp adds its answer while writing is off, and turning it on does not call the output filter:
 *   bufferevent_flush() does, here after whatever evhttp adds.
 * - evhttp takes an answer for sent when the filter has consumed it, and closes what should be
 *   closed. The output filter says BEV_NEED_MORE, always, and evhttp is told when the socket has
 *   taken the last byte.
 * - Filters are called again after BEV_ERROR, and evhttp is not told of that.
 *
 * Usage: evhttp certificate.pem key.pem client-ca.pem MODE [PORT [OPTION=VALUE]...]
 */
#define _POSIX_C_SOURCE 200809L

#include "answer.h"
#include "http.h"
#include "start.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    REQUEST_SECONDS = 30,
    GOODBYE_MS = 500, /* for a client to read its alert */
    RECORD = 16384,   /* the plaintext of one TLS record */
    INPUT_LIMIT = 64 * 1024,
    OUTPUT_LIMIT = 256 * 1024,
};

/* One client: evhttp <- filter <- socket. */
struct tls {
    struct bufferevent *filter, *socket;
    peercert_connection *connection;
    struct event *progress; /* runs what must not run within a filter */
    struct event *deadline; /* of the handshake, or of the goodbye to a client that is refused */
    bool is_open;           /* the handshake is done */
    bool is_dead;           /* it failed, or TLS did afterwards */
    bool has_ended;         /* the client has said goodbye */
    bool is_answering;      /* evhttp waits to be told that its bytes are out */
};

struct server {
    peercert_acceptor *acceptor;
    struct event_base *base;
    struct evhttp *http;
};

/* The clients by their filters, because libevent does not give a filter's context away. */
static void *clients;

static int compare(const void *one, const void *other)
{
    const struct bufferevent *a = ((const struct tls *)one)->filter;
    const struct bufferevent *b = ((const struct tls *)other)->filter;

    return a < b ? -1 : a > b;
}

static struct tls *find(struct bufferevent *filter)
{
    struct tls key = {.filter = filter};
    struct tls **found = tfind(&key, &clients, compare);

    return found != NULL ? *found : NULL;
}

/* A filter lives on for a turn of the loop after it has been freed, without its callbacks. */
static bool is_freed(const struct tls *tls)
{
    bufferevent_event_cb callback;

    bufferevent_getcb(tls->filter, NULL, NULL, &callback, NULL);
    return callback == NULL;
}

/* Moves ciphertext from peercert to the socket's bufferevent. */
static void send_out(struct tls *tls)
{
    struct evbuffer *to_socket = bufferevent_get_output(tls->socket);
    uint8_t bytes[RECORD];
    size_t count;

    while (peercert_connection_take(tls->connection, bytes, sizeof bytes, &count, NULL) ==
               PEERCERT_OK &&
           count > 0)
        evbuffer_add(to_socket, bytes, count);
}

static void set_deadline(struct tls *tls, int64_t milliseconds)
{
    struct timeval time = {.tv_sec = (time_t)(milliseconds / 1000),
                           .tv_usec = (suseconds_t)(milliseconds % 1000 * 1000)};

    event_add(tls->deadline, &time);
}

/* TLS is over. What peercert has to say of it goes out, and the client may take a while to read it:
 * closing at once would reset the connection when the client has sent more already. */
static void fail(struct tls *tls)
{
    tls->is_dead = true;
    if (tls->connection != NULL)
        send_out(tls);
    set_deadline(tls, GOODBYE_MS);
    event_active(tls->progress, 0, 0);
}

/* Goes as far as the bytes that are here lead. */
static void advance(struct tls *tls, struct evbuffer *to_evhttp)
{
    uint8_t bytes[RECORD];
    size_t count = 0;
    int result;

    if (!tls->is_open) {
        result = peercert_connection_handshake(tls->connection, NULL);
        send_out(tls);
        /* Who is refused is told to the callback of the acceptor. */
        if (result == PEERCERT_ERROR)
            fail(tls);
        if (result != PEERCERT_OK)
            return;
        tls->is_open = true;
        event_del(tls->deadline);
    }
    do {
        result = peercert_connection_read(tls->connection, bytes, sizeof bytes, &count, NULL);
        send_out(tls);
        if (result == PEERCERT_OK)
            evbuffer_add(to_evhttp, bytes, count);
    } while ((result == PEERCERT_OK && count > 0) || result == PEERCERT_WANT_WRITE);
    if (result == PEERCERT_OK) {
        tls->has_ended = true;
        event_active(tls->progress, 0, 0);
    }
    /* A client that makes TLS answer and never reads must not fill the memory. */
    if (result == PEERCERT_ERROR ||
        evbuffer_get_length(bufferevent_get_output(tls->socket)) > 2 * OUTPUT_LIMIT)
        fail(tls);
}

static enum bufferevent_filter_result decrypt(struct evbuffer *from_socket,
                                              struct evbuffer *to_evhttp, ev_ssize_t limit,
                                              enum bufferevent_flush_mode mode, void *argument)
{
    struct tls *tls = argument;
    size_t before = evbuffer_get_length(to_evhttp);
    uint8_t bytes[RECORD];
    int count;

    (void)limit;
    (void)mode;
    while (!tls->is_dead && !tls->has_ended &&
           (count = evbuffer_remove(from_socket, bytes, sizeof bytes)) > 0) {
        if (peercert_connection_feed(tls->connection, bytes, (size_t)count, NULL) == PEERCERT_OK)
            advance(tls, to_evhttp);
        else
            fail(tls);
    }
    /* What comes after the end is nobody's. */
    evbuffer_drain(from_socket, evbuffer_get_length(from_socket));
    if (tls->is_dead)
        return BEV_ERROR;
    return evbuffer_get_length(to_evhttp) > before ? BEV_OK : BEV_NEED_MORE;
}

static enum bufferevent_filter_result encrypt(struct evbuffer *from_evhttp,
                                              struct evbuffer *to_socket, ev_ssize_t limit,
                                              enum bufferevent_flush_mode mode, void *argument)
{
    struct tls *tls = argument;
    size_t len;

    (void)limit;
    (void)mode;
    while (!tls->is_dead && tls->is_open && (len = evbuffer_get_length(from_evhttp)) > 0 &&
           evbuffer_get_length(to_socket) < OUTPUT_LIMIT) {
        size_t count = 0;
        len = len < RECORD ? len : RECORD;
        int result = peercert_connection_write(
            tls->connection, evbuffer_pullup(from_evhttp, (ev_ssize_t)len), len, &count, NULL);
        send_out(tls);
        if (result == PEERCERT_OK) {
            evbuffer_drain(from_evhttp, count);
            tls->is_answering = true;
        } else if (result != PEERCERT_WANT_WRITE) {
            fail(tls);
        }
    }
    if (!tls->is_dead)
        return BEV_NEED_MORE;
    evbuffer_drain(from_evhttp, evbuffer_get_length(from_evhttp));
    return BEV_ERROR;
}

/* Encrypts what evhttp has added, and tells evhttp what has become of its client. */
static void on_progress(evutil_socket_t fd, short what, void *argument)
{
    struct tls *tls = argument;

    (void)fd;
    (void)what;
    if (is_freed(tls))
        return;
    bufferevent_flush(tls->filter, EV_WRITE, BEV_FLUSH);
    if (evbuffer_get_length(bufferevent_get_output(tls->socket)) > 0)
        return;
    if (tls->is_dead) {
        shutdown(bufferevent_getfd(tls->socket), SHUT_WR);
        return;
    }
    if (tls->is_answering && evbuffer_get_length(bufferevent_get_output(tls->filter)) == 0) {
        tls->is_answering = false;
        bufferevent_trigger(tls->filter, EV_WRITE, 0);
    }
    if (tls->has_ended && !is_freed(tls))
        bufferevent_trigger_event(tls->filter, BEV_EVENT_EOF | BEV_EVENT_READING, 0);
}

static void on_deadline(evutil_socket_t fd, short what, void *argument)
{
    struct tls *tls = argument;

    (void)fd;
    (void)what;
    if (is_freed(tls))
        return;
    if (!tls->is_open && !tls->is_dead)
        start_log_timeout();
    tls->is_dead = true;
    bufferevent_trigger_event(tls->filter, BEV_EVENT_TIMEOUT | BEV_EVENT_READING, 0);
}

static void on_plaintext(struct evbuffer *buffer, const struct evbuffer_cb_info *info,
                         void *argument)
{
    struct tls *tls = argument;

    (void)buffer;
    if (info->n_added > 0)
        event_active(tls->progress, 0, 0);
}

static void on_ciphertext(struct evbuffer *buffer, const struct evbuffer_cb_info *info,
                          void *argument)
{
    struct tls *tls = argument;

    if (info->n_deleted > 0 && evbuffer_get_length(buffer) == 0)
        event_active(tls->progress, 0, 0);
}

static void free_tls(void *argument)
{
    struct tls *tls = argument;

    if (!tls->is_open && !tls->is_dead) {
        /* The client has left in the middle of its handshake: for the callback of the acceptor. */
        (void)peercert_connection_feed_eof(tls->connection, NULL);
        (void)peercert_connection_handshake(tls->connection, NULL);
    }
    tdelete(tls, &clients, compare);
    event_free(tls->progress);
    event_free(tls->deadline);
    peercert_connection_free(tls->connection);
    free(tls);
}

/* Makes the bufferevent of a new client. Where there is no memory, evhttp would go on with a socket
 * of its own, without TLS: then the program has to end. */
static struct bufferevent *make_filter(struct event_base *base, void *argument)
{
    const struct server *server = argument;
    struct tls *tls = calloc(1, sizeof *tls);

    if (tls == NULL)
        abort();
    tls->socket = bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
    tls->progress = event_new(base, -1, 0, on_progress, tls);
    tls->deadline = event_new(base, -1, 0, on_deadline, tls);
    if (tls->socket == NULL || tls->progress == NULL || tls->deadline == NULL)
        abort();
    tls->filter = bufferevent_filter_new(tls->socket, decrypt, encrypt, BEV_OPT_CLOSE_ON_FREE,
                                         free_tls, tls);
    if (tls->filter == NULL || tsearch(tls, &clients, compare) == NULL ||
        evbuffer_add_cb(bufferevent_get_output(tls->filter), on_plaintext, tls) == NULL ||
        evbuffer_add_cb(bufferevent_get_output(tls->socket), on_ciphertext, tls) == NULL)
        abort();
    /* A client that sends without reading what it gets must not fill the memory. evhttp leaves a
     * body in the filter until it is there as a whole. */
    bufferevent_setwatermark(tls->socket, EV_READ, 0, INPUT_LIMIT);
    bufferevent_setwatermark(tls->filter, EV_READ, 0, HTTP_HEAD_LIMIT + HTTP_BODY_LIMIT);
    set_deadline(tls, peercert_acceptor_handshake_timeout(server->acceptor));
    if (peercert_acceptor_connection(server->acceptor, &tls->connection, NULL) != PEERCERT_OK)
        fail(tls);
    return tls->filter;
}

/* evhttp closes the connection: says goodbye to the client, behind what the socket has taken. */
static void say_goodbye(struct evhttp_connection *http, void *argument)
{
    struct tls *tls = argument;
    uint8_t bytes[RECORD];
    size_t count;

    (void)http;
    if (tls->is_dead || evbuffer_get_length(bufferevent_get_output(tls->socket)) > 0)
        return;
    (void)peercert_connection_close(tls->connection, NULL);
    if (peercert_connection_take(tls->connection, bytes, sizeof bytes, &count, NULL) == PEERCERT_OK)
        (void)send(bufferevent_getfd(tls->socket), bytes, count, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* The client of a request; what evhttp has from it went through its filter. */
static struct tls *client_of(struct evhttp_request *request)
{
    struct evhttp_connection *http = evhttp_request_get_connection(request);
    struct tls *tls = find(evhttp_connection_get_bufferevent(http));

    if (tls != NULL)
        evhttp_connection_set_closecb(http, say_goodbye, tls);
    return tls;
}

static void identify(struct evhttp_request *request, void *argument)
{
    const char *path = evhttp_uri_get_path(evhttp_request_get_evhttp_uri(request));
    const struct tls *tls = client_of(request);
    struct evbuffer *body = evbuffer_new();
    char *json = NULL;
    size_t len = 0;

    (void)argument;
    if (evhttp_request_get_command(request) != EVHTTP_REQ_GET) {
        evhttp_send_error(request, HTTP_BADMETHOD, NULL);
    } else {
        if (tls != NULL)
            json = answer_json(tls->connection, path, &len);
        if (json == NULL || body == NULL || evbuffer_add(body, json, len) != 0 ||
            evhttp_add_header(evhttp_request_get_output_headers(request), "Content-Type",
                              "application/json") != 0)
            evhttp_send_error(request, HTTP_INTERNAL, NULL);
        else
            evhttp_send_reply(request, HTTP_OK, "OK", body);
    }
    peercert_string_free(json);
    if (body != NULL)
        evbuffer_free(body);
}

static void echo(struct evhttp_request *request, void *argument)
{
    (void)argument;
    if (client_of(request) == NULL)
        evhttp_send_error(request, HTTP_INTERNAL, NULL);
    else if (evhttp_request_get_command(request) != EVHTTP_REQ_POST)
        evhttp_send_error(request, HTTP_BADMETHOD, NULL);
    else
        evhttp_send_reply(request, HTTP_OK, "OK", evhttp_request_get_input_buffer(request));
}

static void on_signal(evutil_socket_t number, short what, void *base)
{
    (void)number;
    (void)what;
    event_base_loopbreak(base);
}

static int serve(struct server *server, int port)
{
    struct event *signals[] = {
        evsignal_new(server->base, SIGTERM, on_signal, server->base),
        evsignal_new(server->base, SIGINT, on_signal, server->base),
    };
    int listener = start_listening(port);
    int result = -1;

    evhttp_set_bevcb(server->http, make_filter, server);
    evhttp_set_timeout(server->http, REQUEST_SECONDS);
    evhttp_set_max_headers_size(server->http, HTTP_HEAD_LIMIT);
    evhttp_set_max_body_size(server->http, HTTP_BODY_LIMIT);
    evhttp_set_flags(server->http, EVHTTP_SERVER_LINGERING_CLOSE);
    if (listener >= 0 && signals[0] != NULL && event_add(signals[0], NULL) == 0 &&
        signals[1] != NULL && event_add(signals[1], NULL) == 0 &&
        evhttp_set_cb(server->http, "/", identify, NULL) == 0 &&
        evhttp_set_cb(server->http, "/details", identify, NULL) == 0 &&
        evhttp_set_cb(server->http, "/echo", echo, NULL) == 0) {
        /* Closes the listener when it is freed. */
        if (evhttp_accept_socket(server->http, listener) == 0) {
            listener = -1;
            result = event_base_dispatch(server->base);
        }
    }
    if (listener >= 0)
        close(listener);
    for (int at = 0; at < 2; at++) {
        if (signals[at] != NULL)
            event_free(signals[at]);
    }
    return result;
}

int main(int argc, char **argv)
{
    struct server server = {0};
    int status = EXIT_FAILURE;
    int port;

    /* libevent writes to sockets whose clients are gone. */
    signal(SIGPIPE, SIG_IGN);
    server.acceptor = start_acceptor(argc, argv, &port);
    if (server.acceptor == NULL)
        return status;
    server.base = event_base_new();
    server.http = server.base != NULL ? evhttp_new(server.base) : NULL;
    if (server.http != NULL) {
        if (serve(&server, port) >= 0)
            status = EXIT_SUCCESS;
        evhttp_free(server.http);
        /* Filters are freed by the loop. */
        event_base_loop(server.base, EVLOOP_NONBLOCK);
    }
    if (server.base != NULL)
        event_base_free(server.base);
    peercert_acceptor_free(server.acceptor);
    libevent_global_shutdown();
    return status;
}
