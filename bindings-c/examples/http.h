/*
 * This file is about requests and answers of HTTP/1.1 (RFC 9112), as much of it as a small server
 * needs: strict, with every size bounded, bodies by Content-Length only.
 *
 * In: the bytes of a client, as they come. Out: requests, one after the other; answers as bytes.
 * It knows nothing of sockets and of TLS.
 */
#ifndef HTTP_H
#define HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    HTTP_HEAD_LIMIT = 16 * 1024,
    HTTP_BODY_LIMIT = 8 * 1024 * 1024,
};

/* What http_received() gives besides the status of a refusal, which is 400 and above. */
enum {
    HTTP_MORE = 0,       /* the request goes on */
    HTTP_CONTINUE = 100, /* the client waits for HTTP_CONTINUE_TEXT before it sends the body */
    HTTP_COMPLETE = 200, /* the request is here */
};

#define HTTP_CONTINUE_TEXT "HTTP/1.1 100 Continue\r\n\r\n"

struct http_request {
    char method[16];
    char path[1024];
    size_t body_len;
    bool keep_alive; /* false in a request that was refused */
    bool is_1_0;
    bool expects_continue;
    bool has_host;
    bool has_length;
};

/* Makes requests of a client's bytes. Zeros are a new one. */
struct http_reader {
    struct http_request request;
    uint8_t *body;
    size_t body_held;
    bool has_head;
    size_t held;     /* bytes in `head`: a part of a head, or what follows the body */
    size_t searched; /* bytes of these that the head does not end in */
    uint8_t head[HTTP_HEAD_LIMIT];
};

/* Where the next bytes of the client go: the room there, at least 1 while a request goes on. */
size_t http_room(struct http_reader *reader, uint8_t **room);

/* Says that bytes came into that room (0: look at what is there already). */
int http_received(struct http_reader *reader, size_t count);

/* Frees the request; what came after it is the beginning of the next. */
void http_next(struct http_reader *reader);

/* An answer, all of it, to be freed with free(); NULL without memory. */
char *http_answer(int status, const char *type, const void *body, size_t body_len, bool keep_alive,
                  size_t *len);

#endif
