/* This file is about connected sockets for tests. */
#include "sockets.h"

#include "scene.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct sockets sockets_tcp(void)
{
    struct sockets sockets;
    struct sockaddr_in address;
    socklen_t len = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    NEED(listener >= 0 && bind(listener, (struct sockaddr *)&address, len) == 0);
    NEED(listen(listener, 1) == 0);
    NEED(getsockname(listener, (struct sockaddr *)&address, &len) == 0);
    sockets.theirs = socket(AF_INET, SOCK_STREAM, 0);
    NEED(sockets.theirs >= 0 && connect(sockets.theirs, (struct sockaddr *)&address, len) == 0);
    sockets.ours = accept(listener, NULL, NULL);
    NEED(sockets.ours >= 0);
    close(listener);
    return sockets;
}

struct sockets sockets_pair(void)
{
    int ends[2];
    NEED(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    struct sockets sockets = {ends[0], ends[1]};
    return sockets;
}

void sockets_reset(int fd)
{
    struct linger now = {1, 0};
    NEED(setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now) == 0);
    close(fd);
}
