/*
 * This file is about the loop that the measured C servers share: what the bare loop in Rust does,
 * call for call.
 */

#include "server.h"

#include "usage.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int announce(int listener)
{
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    if (getsockname(listener, (struct sockaddr *)&address, &size) != 0)
        return 0;
    printf("listening %d\n", ntohs(address.sin_port));
    return fflush(stdout) == 0;
}

static int listen_on_loopback(void)
{
    struct sockaddr_in address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (listener < 0)
        return -1;
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) == 0
        && listen(listener, 128) == 0 && announce(listener))
        return listener;
    close(listener);
    return -1;
}

/* One connection, served and closed, or held until the program ends; 0 when it fails. */
static int one(const struct server *server, int listener, int hold)
{
    const int on = 1;
    int served = 0;
    void *connection;
    int fd = accept(listener, NULL, NULL);
    if (fd < 0)
        return 0;
    if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0) {
        connection = server->accept(fd);
        if (connection != NULL && hold)
            return 1;
        if (connection != NULL) {
            served = server->serve(connection, fd);
            server->free(connection);
        }
    }
    close(fd);
    return served;
}

int run(const struct server *server, int argc, char **argv)
{
    struct usage start = {0, 0};
    int listener, number, count;
    const int hold = argc == 4 && strcmp(argv[3], "--hold") == 0;
    if (argc != 3 && !hold) {
        fprintf(stderr, "usage: %s FOLDER CONNECTIONS [--hold]\n", argv[0]);
        return 2;
    }
    count = atoi(argv[2]);
    if (!server->start(argv[1]))
        return 1;
    listener = listen_on_loopback();
    if (listener < 0) {
        perror(argv[0]);
        return 1;
    }
    for (number = 0; number <= count; number++) {
        if (number == 1)
            start = usage_now();
        if (!one(server, listener, hold)) {
            fprintf(stderr, "%s: connection %d failed\n", argv[0], number);
            return 1;
        }
    }
    return account(count, start) ? 0 : 1;
}

int request_is_whole(const char *request, int length)
{
    return length >= 4 && memcmp(request + length - 4, "\r\n\r\n", 4) == 0;
}

void wait_for_end(int fd)
{
    char rest[64];
    ssize_t count = recv(fd, rest, sizeof rest, 0);
    (void)count; /* However it ends, the connection is over. */
}
