/*
 * This file is about the scene of the tests: the files of tests/, and a server's options and
 * acceptor.
 *
 * In: names below tests/ (the macro TESTS says where that is). Out: bytes and objects. What cannot
 * be set up ends the program.
 */
#ifndef SCENE_H
#define SCENE_H

#include <peercert.h>
#include <stddef.h>

/* Ends the program, saying why, unless the condition holds. */
#define NEED(condition) scene_need(!!(condition), #condition, __FILE__, __LINE__)
void scene_need(int holds, const char *what, const char *file, int line);

/* A path, for as long as this is in scope. */
struct path {
    char text[512];
};

/* The path of a file below tests/: `FOLDER/NAME.END`. */
struct path scene_path(const char *folder, const char *name, const char *end);

/* A file's content, with a NUL behind it that does not count. */
struct bytes {
    unsigned char *data;
    size_t len;
};

struct bytes scene_read(const char *path);

/* The content of `tests/pki/live/NAME.END`. */
struct bytes scene_live(const char *name, const char *end);
void scene_forget(struct bytes bytes);

/* PEM's first certificate as DER. */
struct bytes scene_der(struct bytes pem);

/* The options of a server in a mode, its clients verified with both of the test CAs. */
peercert_options *scene_options(const char *mode);

/* An acceptor of these options. */
peercert_acceptor *scene_acceptor(const char *mode);

/* Whether AWS-LC is inside, and not the OpenSSL of the program. */
int scene_is_aws_lc(void);

/* The number in an environment variable, or another one. */
unsigned long scene_number(const char *variable, unsigned long otherwise);

#endif
