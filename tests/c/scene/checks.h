/*
 * This file is about expectations: each is counted, and one that does not hold says where and what.
 *
 * In: conditions, calls that have to fail. Out: lines on standard error, and the exit status of the
 * program. Threads may share it.
 */
#ifndef CHECKS_H
#define CHECKS_H

#include <peercert.h>

/* Expects a condition to hold; gives it. */
#define EXPECT(condition) checks_expect(!!(condition), #condition, __FILE__, __LINE__)

/* Expects a text; NULL is one, too. */
#define EXPECT_TEXT(found, expected) checks_text((found), (expected), #found, __FILE__, __LINE__)

/* Expects a call to be done, and shows the error if it is not. The call names it `error`. */
#define DONE(call)                                                                                 \
    do {                                                                                           \
        peercert_error *checks_kept = NULL;                                                        \
        peercert_error **error = &checks_kept;                                                     \
        int checks_status = (call);                                                                \
        checks_done(checks_status, checks_kept, #call, __FILE__, __LINE__);                        \
    } while (0)

/*
 * Expects a call to fail with a code, twice: with an error to be kept, which is examined and freed,
 * and with NULL for it. The call names the place of the error `error`.
 */
#define REFUSED(code, call) REFUSED_FOR(code, NULL, call)

/* The same, and the error names the argument that it is about. */
#define REFUSED_FOR(code, argument, call)                                                          \
    do {                                                                                           \
        peercert_error *checks_kept = NULL;                                                        \
        peercert_error **error = &checks_kept;                                                     \
        int checks_status = (call);                                                                \
        checks_refused(checks_status, checks_kept, code, argument, #call, __FILE__, __LINE__);     \
        error = NULL;                                                                              \
        checks_expect((call) == PEERCERT_ERROR, #call " without an error", __FILE__, __LINE__);    \
    } while (0)

int checks_expect(int holds, const char *what, const char *file, int line);
void checks_text(const char *found, const char *expected, const char *what, const char *file,
                 int line);
void checks_done(int status, peercert_error *error, const char *what, const char *file, int line);
void checks_refused(int status, peercert_error *error, const char *code, const char *argument,
                    const char *what, const char *file, int line);

/* Expects an error that was kept to have a code, and frees it. */
void checks_error(peercert_error *error, const char *code, const char *what, const char *file,
                  int line);
#define EXPECT_ERROR(error, code) checks_error((error), (code), #error, __FILE__, __LINE__)

/* Prints how many expectations were checked; gives the exit status. */
int checks_conclude(void);

/* A part of a program, which is named on its command line. */
struct topic {
    const char *name;
    void (*run)(void);
};

/* Runs the topics that the command line names, or all of `count`; gives the exit status. */
int checks_run(const struct topic *topics, int count, int argc, char **argv);

#endif
