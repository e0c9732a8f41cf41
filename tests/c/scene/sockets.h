/*
 * This file is about connected sockets for tests: on loopback, on ports that the system picks, or as
 * a pair.
 */
#ifndef SOCKETS_H
#define SOCKETS_H

/* The server's end and the client's. */
struct sockets {
    int ours, theirs;
};

/* A TCP connection on loopback. */
struct sockets sockets_tcp(void);

/* A pair of Unix sockets. */
struct sockets sockets_pair(void);

/* Closes a TCP socket with a reset. */
void sockets_reset(int fd);

#endif
