/*
 * This file is about what a server does before its first client: its acceptor, its log of
 * refusals, its listening socket, its end by a signal.
 *
 * In: the arguments `certificate.pem key.pem client-ca.pem MODE [PORT [OPTION=VALUE]...]`.
 * Out: an acceptor, a socket. What is wrong is said on standard error.
 */
#ifndef START_H
#define START_H

#include <peercert.h>
#include <signal.h>

/* The acceptor that the arguments ask for, and the port; NULL when they are not right. */
peercert_acceptor *start_acceptor(int argc, char **argv, int *port);

/* Logs a handshake that did not end in time: who waits has to tell, peercert's callback does not. */
void start_log_timeout(void);

/* A socket, non-blocking, that listens on 127.0.0.1, and `listening PORT` on standard output; port
 * 0 takes a free one. -1 when that fails. */
int start_listening(int port);

/* From now on SIGTERM and SIGINT wait until the program waits with the mask `waiting` (pselect(),
 * epoll_pwait()), so that none is missed between a look at start_ended() and that. */
void start_signals(sigset_t *waiting);

/* Whether SIGTERM or SIGINT has come. */
int start_ended(void);

#endif
