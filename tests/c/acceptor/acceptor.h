/* This file is about the topics of the program whose acceptor is in operation, and what they share. */
#ifndef ACCEPTOR_H
#define ACCEPTOR_H

#include <openssl/ssl.h>
#include <peercert.h>

void acceptor_hosts(void);
void acceptor_counters(void);
void acceptor_tickets(void);
void acceptor_reload(void);
void acceptor_warnings(void);
void acceptor_crowd(void);
void acceptor_watch(void);

/* A folder of our own, for files that are replaced. */
struct folder {
    char path[64];
};

struct folder folder_new(void);
/* Removes it with its files. */
void folder_forget(struct folder folder);

/* Replaces its file NAME, all at once, with `tests/FROM`. */
void folder_place(struct folder folder, const char *name, const char *from);

/* The path of its file NAME. */
struct path folder_path(struct folder folder, const char *name);

/* What becomes of a client with the certificate NAME (or NULL) that asks for HOST (or NULL): "OK" and
 * the like when it is let in, else the code of the error. Lives until the next call. */
const char *outcome(const peercert_acceptor *acceptor, const char *name, const char *host);

/* A number of the dictionary counters. */
long long counted(const peercert_acceptor *acceptor, const char *key);

#endif
