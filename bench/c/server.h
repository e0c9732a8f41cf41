/*
 * This file is about the loop that the measured C servers share.
 *
 * In: a server as three functions. Out: lines on standard output, in the form that the runner reads.
 * It may not know of TLS.
 */

#ifndef SERVER_H
#define SERVER_H

/* The answer that every server gives. */
#define ANSWER "HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nok\n"

/* A server; every function gives 0 when it fails, having said why. */
struct server {
    /* Makes a context of the server.pem, server.key and client-ca.pem in a folder. */
    int (*start)(const char *folder);
    /* Does the handshake and sees that the client is verified; the connection, or NULL. */
    void *(*accept)(int fd);
    /* Reads one request, answers, says goodbye, and waits for the client's end. */
    int (*serve)(void *connection, int fd);
    /* Frees the connection. */
    void (*free)(void *connection);
};

/*
 * The program: `PROGRAM FOLDER CONNECTIONS [--hold]` serves one connection to warm up and then as
 * many as are asked for; with --hold it keeps them open. Gives the exit status.
 */
int run(const struct server *server, int argc, char **argv);

/* The request has come whole. */
int request_is_whole(const char *request, int length);

/* Waits until the client has closed its end. */
void wait_for_end(int fd);

#endif
