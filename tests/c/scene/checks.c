/* This file is about counting expectations, and saying which do not hold. */
#include "checks.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned long checked, failed;

/* After so many, more of them tell nothing new. */
#define SHOWN 30

static void count(int holds, const char *file, int line, const char *what, const char *expected,
                  const char *found)
{
    pthread_mutex_lock(&lock);
    checked += 1;
    if (!holds && ++failed <= SHOWN) {
        fprintf(stderr, "%s:%d: %s\n", file, line, what);
        if (expected != NULL || found != NULL) {
            fprintf(stderr, "    expected %s\n    found    %s\n", expected ? expected : "NULL",
                    found ? found : "NULL");
        }
    }
    pthread_mutex_unlock(&lock);
}

int checks_expect(int holds, const char *what, const char *file, int line)
{
    count(holds, file, line, what, NULL, NULL);
    return holds;
}

static int same(const char *one, const char *other)
{
    return one == NULL || other == NULL ? one == other : strcmp(one, other) == 0;
}

void checks_text(const char *found, const char *expected, const char *what, const char *file,
                 int line)
{
    count(same(found, expected), file, line, what, expected, found);
}

void checks_done(int status, peercert_error *error, const char *what, const char *file, int line)
{
    count(status == PEERCERT_OK, file, line, what, "success", peercert_error_message(error));
    count(status == PEERCERT_ERROR || error == NULL, file, line, what, "no error when it is done",
          peercert_error_code(error));
    peercert_error_free(error);
}

void checks_error(peercert_error *error, const char *code, const char *what, const char *file,
                  int line)
{
    const char *found = peercert_error_code(error);
    const char *kind = peercert_error_kind(error);
    const char *message = peercert_error_message(error);
    count(same(found, code), file, line, what, code, found);
    /* The kind is what the code begins with. */
    count(found != NULL && kind != NULL && strncmp(found, kind, strlen(kind)) == 0
              && found[strlen(kind)] == '.',
          file, line, what, "a kind of the code", kind);
    count(message != NULL && *message != '\0', file, line, what, "a message", message);
    peercert_error_free(error);
}

void checks_refused(int status, peercert_error *error, const char *code, const char *argument,
                    const char *what, const char *file, int line)
{
    count(status == PEERCERT_ERROR, file, line, what, "PEERCERT_ERROR", "another status");
    if (argument != NULL) {
        const char *found = peercert_error_context(error, "argument");
        count(same(found, argument), file, line, what, argument, found);
    }
    checks_error(error, code, what, file, line);
}

int checks_conclude(void)
{
    printf("%lu expectations, %lu failed\n", checked, failed);
    return failed != 0 || checked == 0;
}

int checks_run(const struct topic *topics, int count_of, int argc, char **argv)
{
    int ran = 0;
    for (int at = 0; at < count_of; at++) {
        int named = argc < 2;
        for (int word = 1; word < argc; word++) {
            named |= strcmp(argv[word], topics[at].name) == 0;
        }
        if (named) {
            topics[at].run();
            ran += 1;
        }
    }
    if (ran < argc - 1) {
        fprintf(stderr, "a topic that is not there was named\n");
        return 2;
    }
    return checks_conclude();
}
