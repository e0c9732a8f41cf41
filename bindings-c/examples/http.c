/* This file is about requests and answers of HTTP/1.1; see http.h. */
#define _POSIX_C_SOURCE 200809L

#include "http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A piece of the head. */
struct text {
    const char *at;
    size_t len;
};

static bool is(struct text text, const char *word)
{
    return text.len == strlen(word) && strncasecmp(text.at, word, text.len) == 0;
}

/* Copies a piece of the head; false when it does not fit. */
static bool keep(struct text text, char *room, size_t size)
{
    if (text.len >= size)
        return false;
    memcpy(room, text.at, text.len);
    room[text.len] = '\0';
    return true;
}

/* Takes what stands before the first `separator`; false, and nothing taken, without one. */
static bool take(struct text *rest, char separator, struct text *taken)
{
    const char *found = memchr(rest->at, separator, rest->len);

    if (found == NULL)
        return false;
    taken->at = rest->at;
    taken->len = (size_t)(found - rest->at);
    rest->at = found + 1;
    rest->len -= taken->len + 1;
    return true;
}

static struct text trim(struct text text)
{
    while (text.len > 0 && (text.at[0] == ' ' || text.at[0] == '\t')) {
        text.at++;
        text.len--;
    }
    while (text.len > 0 && (text.at[text.len - 1] == ' ' || text.at[text.len - 1] == '\t'))
        text.len--;
    return text;
}

/* A token (RFC 9110, 5.6.2): what methods and names of fields are made of. */
static bool is_token(struct text text)
{
    static const char others[] = "!#$%&'*+-.^_`|~";

    for (size_t at = 0; at < text.len; at++) {
        char c = text.at[at];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && (c == '\0' || strchr(others, c) == NULL))
            return false;
    }
    return text.len > 0;
}

/* Printable, perhaps with spaces and tabs. */
static bool is_printable(struct text text, bool spaces)
{
    for (size_t at = 0; at < text.len; at++) {
        unsigned char c = (unsigned char)text.at[at];
        bool space = c == ' ' || c == '\t';
        if (space ? !spaces : c < 0x21 || c == 0x7f)
            return false;
    }
    return true;
}

static int read_length(struct text value, struct http_request *request)
{
    size_t length = 0;

    /* A second one, even an equal one, is how requests are smuggled past proxies. */
    if (request->has_length || value.len == 0)
        return 400;
    for (size_t at = 0; at < value.len; at++) {
        if (value.at[at] < '0' || value.at[at] > '9')
            return 400;
        length = length * 10 + (size_t)(value.at[at] - '0');
        if (length > HTTP_BODY_LIMIT)
            return 413;
    }
    request->has_length = true;
    request->body_len = length;
    return HTTP_MORE;
}

static void read_connection(struct text value, struct http_request *request)
{
    struct text word;
    bool more = true;

    while (more) {
        more = take(&value, ',', &word);
        word = trim(more ? word : value);
        if (is(word, "close"))
            request->keep_alive = false;
    }
}

static int read_field(struct text name, struct text value, struct http_request *request)
{
    if (is(name, "content-length"))
        return read_length(value, request);
    if (is(name, "transfer-encoding"))
        return 411;
    if (is(name, "expect")) {
        request->expects_continue = is(value, "100-continue");
        return request->expects_continue ? HTTP_MORE : 417;
    }
    if (is(name, "connection"))
        read_connection(value, request);
    if (is(name, "host")) {
        if (request->has_host)
            return 400;
        request->has_host = true;
    }
    return HTTP_MORE;
}

static int read_request_line(struct text line, struct http_request *request)
{
    struct text method, target;

    if (!take(&line, ' ', &method) || !take(&line, ' ', &target) || !is_token(method) ||
        target.len == 0 || target.at[0] != '/' || !is_printable(target, false) || line.len != 8 ||
        memcmp(line.at, "HTTP/", 5) != 0)
        return 400;
    if (memcmp(line.at, "HTTP/1.1", 8) != 0 && memcmp(line.at, "HTTP/1.0", 8) != 0)
        return 505;
    if (!keep(method, request->method, sizeof request->method))
        return 501;
    if (!keep(target, request->path, sizeof request->path))
        return 414;
    request->is_1_0 = line.at[7] == '0';
    request->keep_alive = !request->is_1_0;
    return HTTP_MORE;
}

/* Reads a head, up to and including its empty line. */
static int read_head(struct text head, struct http_request *request)
{
    struct text line, name;
    int status = HTTP_MORE;
    bool first = true;

    while (status == HTTP_MORE && take(&head, '\n', &line)) {
        if (line.len == 0 || line.at[line.len - 1] != '\r')
            return 400;
        line.len--;
        if (first) {
            status = read_request_line(line, request);
            first = false;
        } else if (line.len > 0) {
            if (!take(&line, ':', &name) || !is_token(name) || !is_printable(line, true))
                return 400;
            status = read_field(name, trim(line), request);
        }
    }
    if (status == HTTP_MORE && !request->is_1_0 && !request->has_host)
        return 400;
    return status;
}

/* How long the head is, its empty line included; 0 while that has not come. */
static size_t head_len(struct http_reader *reader)
{
    for (; reader->searched + 4 <= reader->held; reader->searched++) {
        if (memcmp(reader->head + reader->searched, "\r\n\r\n", 4) == 0)
            return reader->searched + 4;
    }
    return 0;
}

/* Reads the head when it is all there, and moves what came of the body to where that belongs. */
static int begin(struct http_reader *reader)
{
    struct text head = {(const char *)reader->head, head_len(reader)};
    size_t surplus = reader->held - head.len;
    size_t of_body;
    int status;

    if (head.len == 0)
        return reader->held == HTTP_HEAD_LIMIT ? 431 : HTTP_MORE;
    status = read_head(head, &reader->request);
    if (status != HTTP_MORE)
        return status;
    of_body = surplus < reader->request.body_len ? surplus : reader->request.body_len;
    if (reader->request.body_len > 0) {
        reader->body = malloc(reader->request.body_len);
        if (reader->body == NULL)
            return 503;
        memcpy(reader->body, reader->head + head.len, of_body);
    }
    reader->has_head = true;
    reader->searched = 0;
    reader->body_held = of_body;
    reader->held = surplus - of_body;
    memmove(reader->head, reader->head + head.len + of_body, reader->held);
    if (reader->request.expects_continue && surplus == 0 && reader->request.body_len > 0)
        return HTTP_CONTINUE;
    return HTTP_MORE;
}

size_t http_room(struct http_reader *reader, uint8_t **room)
{
    if (reader->has_head) {
        *room = reader->body + reader->body_held;
        return reader->request.body_len - reader->body_held;
    }
    *room = reader->head + reader->held;
    return HTTP_HEAD_LIMIT - reader->held;
}

int http_received(struct http_reader *reader, size_t count)
{
    int status = HTTP_MORE;

    if (reader->has_head) {
        reader->body_held += count;
    } else {
        reader->held += count;
        status = begin(reader);
        /* Where the next request would begin is not to be told any more. */
        if (status >= 400)
            reader->request.keep_alive = false;
    }
    if (status == HTTP_MORE && reader->has_head &&
        reader->body_held == reader->request.body_len)
        return HTTP_COMPLETE;
    return status;
}

void http_next(struct http_reader *reader)
{
    static const struct http_request none;

    free(reader->body);
    reader->body = NULL;
    reader->body_held = 0;
    reader->has_head = false;
    reader->request = none;
}

static const char *reason(int status)
{
    switch (status) {
    case 200: return "OK";
    case 400: return "Bad Request";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 411: return "Length Required";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 417: return "Expectation Failed";
    case 431: return "Request Header Fields Too Large";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    default: return "Error";
    }
}

char *http_answer(int status, const char *type, const void *body, size_t body_len, bool keep_alive,
                  size_t *len)
{
    char head[256];
    int head_len = snprintf(head, sizeof head,
                            "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n%s\r\n",
                            status, reason(status), type, body_len,
                            keep_alive ? "" : "Connection: close\r\n");
    char *answer;

    if (head_len < 0 || (size_t)head_len >= sizeof head)
        return NULL;
    answer = malloc((size_t)head_len + body_len);
    if (answer == NULL)
        return NULL;
    memcpy(answer, head, (size_t)head_len);
    if (body_len > 0)
        memcpy(answer + head_len, body, body_len);
    *len = (size_t)head_len + body_len;
    return answer;
}
