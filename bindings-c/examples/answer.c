/* This file is about what the servers answer; see answer.h. */
#define _POSIX_C_SOURCE 200809L

#include "answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *answer_json(const peercert_connection *connection, const char *path, size_t *len)
{
    peercert_value *value = NULL;
    int result = PEERCERT_ERROR;
    char *json;

    if (strcmp(path, "/") == 0)
        result = peercert_connection_clientcert(connection, &value, NULL);
    else if (strcmp(path, "/details") == 0)
        result = peercert_connection_details(connection, &value, NULL);
    if (result != PEERCERT_OK)
        return NULL;
    json = peercert_value_json(value, len);
    peercert_value_free(value);
    return json;
}

char *answer_request(const peercert_connection *connection, const struct http_reader *reader,
                     int status, size_t *len)
{
    const struct http_request *request = &reader->request;
    bool is_echo = strcmp(request->path, "/echo") == 0;
    const char *method = is_echo ? "POST" : "GET";
    char *json = NULL;
    char *answer;
    char text[32];
    size_t json_len = 0;

    if (status < 400 && !is_echo) {
        json = answer_json(connection, request->path, &json_len);
        if (json == NULL)
            status = 404;
    }
    if (status < 400 && strcmp(request->method, method) != 0)
        status = 405;
    if (status >= 400) {
        int text_len = snprintf(text, sizeof text, "%d\n", status);
        answer = http_answer(status, "text/plain", text, (size_t)text_len, request->keep_alive,
                             len);
    } else if (is_echo) {
        answer = http_answer(200, "application/octet-stream", reader->body,
                             request->body_len, request->keep_alive, len);
    } else {
        answer = http_answer(200, "application/json", json, json_len, request->keep_alive, len);
    }
    peercert_string_free(json);
    return answer;
}
