/*
 * This file is about watching: replaced files are used without being asked, the callback hears of each
 * reload, and its data is the program's again as soon as the watch has ended.
 */
#include "acceptor.h"
#include "checks.h"
#include "scene.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define INTERVAL 0.005

/* What a callback has heard. */
struct heard {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    unsigned well, badly;
    char code[64];
    /* The acceptor that the callback ends or frees itself. */
    peercert_acceptor *ends, *frees;
    /* The callback waits inside until `returned`, which has to come only afterwards. */
    int holds, inside, returned;
};

static struct heard *heard_new(void)
{
    struct heard *heard = calloc(1, sizeof *heard);
    NEED(heard != NULL && pthread_mutex_init(&heard->lock, NULL) == 0);
    NEED(pthread_cond_init(&heard->changed, NULL) == 0);
    return heard;
}

static void heard_free(struct heard *heard)
{
    NEED(pthread_cond_destroy(&heard->changed) == 0);
    NEED(pthread_mutex_destroy(&heard->lock) == 0);
    free(heard);
}

/* Gives whoever ends the watch a tenth of a second in which to return, as it must not. */
static void hold(struct heard *heard)
{
    struct timespec end;
    heard->inside = 1;
    pthread_cond_broadcast(&heard->changed);
    NEED(clock_gettime(CLOCK_REALTIME, &end) == 0);
    end.tv_nsec += 100000000;
    end.tv_sec += end.tv_nsec / 1000000000;
    end.tv_nsec %= 1000000000;
    while (!heard->returned &&
           pthread_cond_timedwait(&heard->changed, &heard->lock, &end) != ETIMEDOUT) {
    }
    EXPECT(!heard->returned);
    heard->inside = 0;
}

static void told(void *user_data, const peercert_error *error)
{
    struct heard *heard = user_data;
    NEED(pthread_mutex_lock(&heard->lock) == 0);
    const char *code = error == NULL ? "" : peercert_error_code(error);
    NEED(strlen(code) < sizeof heard->code);
    strcpy(heard->code, code);
    if (heard->holds) {
        hold(heard);
    }
    if (heard->ends != NULL) {
        DONE(peercert_acceptor_watch(heard->ends, 0, NULL, NULL, error));
    }
    peercert_acceptor_free(heard->frees);
    heard->well += error == NULL;
    heard->badly += error != NULL;
    pthread_cond_broadcast(&heard->changed);
    NEED(pthread_mutex_unlock(&heard->lock) == 0);
}

/* Waits until the callback has heard as much; the program's time is the limit. */
static void wait_for(struct heard *heard, unsigned well, unsigned badly)
{
    NEED(pthread_mutex_lock(&heard->lock) == 0);
    while (heard->well < well || heard->badly < badly) {
        NEED(pthread_cond_wait(&heard->changed, &heard->lock) == 0);
    }
    EXPECT(heard->well == well && heard->badly == badly);
    NEED(pthread_mutex_unlock(&heard->lock) == 0);
}

static peercert_acceptor *watched(struct folder folder, struct heard *heard)
{
    peercert_options *options = scene_options(PEERCERT_MODE_NONE);
    peercert_acceptor *acceptor = NULL;
    struct path cas = folder_path(folder, "ca.pem");
    folder_place(folder, "ca.pem", "live/client-cas.pem");
    peercert_options *policy = peercert_options_new(), *hosts = peercert_options_new();
    DONE(peercert_options_set(policy, PEERCERT_OPTION_CLIENT_CERT_MODE, PEERCERT_MODE_REQUIRE,
                              error));
    DONE(peercert_options_set(policy, PEERCERT_OPTION_CLIENT_CA_FILE, cas.text, error));
    DONE(peercert_options_set_options(hosts, "admin.test", policy, error));
    DONE(peercert_options_set_options(options, PEERCERT_OPTION_HOSTS, hosts, error));
    DONE(peercert_acceptor_new(options, &acceptor, error));
    NEED(acceptor != NULL);
    DONE(peercert_acceptor_watch(acceptor, INTERVAL, heard == NULL ? NULL : told, heard, error));
    peercert_options_free(policy);
    peercert_options_free(hosts);
    peercert_options_free(options);
    return acceptor;
}

static void replaced(struct folder folder)
{
    struct heard *heard = heard_new();
    peercert_acceptor *acceptor = watched(folder, heard);
    EXPECT_TEXT(outcome(acceptor, "good", "admin.test"), "OK");
    folder_place(folder, "ca.pem", "live/unknown-root.pem");
    wait_for(heard, 1, 0);
    EXPECT_TEXT(outcome(acceptor, "good", "admin.test"), PEERCERT_CODE_PEER_CERTIFICATE_REFUSED);
    folder_place(folder, "ca.pem", "README.md");
    wait_for(heard, 1, 1);
    EXPECT(strncmp(heard->code, "config.", 7) == 0);
    peercert_error *last = peercert_acceptor_reload_error(acceptor);
    EXPECT_ERROR(last, heard->code);
    EXPECT_TEXT(outcome(acceptor, "good", "admin.test"), PEERCERT_CODE_PEER_CERTIFICATE_REFUSED);
    folder_place(folder, "ca.pem", "live/client-cas.pem");
    wait_for(heard, 2, 1);
    EXPECT_TEXT(outcome(acceptor, "good", "admin.test"), "OK");
    /* Another watch, which tells another; the first one's data is ours again. */
    struct heard *other = heard_new();
    DONE(peercert_acceptor_watch(acceptor, INTERVAL, told, other, error));
    heard_free(heard);
    folder_place(folder, "ca.pem", "live/client-ca.pem");
    wait_for(other, 1, 0);
    peercert_acceptor_free(acceptor);
    heard_free(other);
}

/* Nobody has to be told. */
static void untold(struct folder folder)
{
    peercert_acceptor *acceptor = watched(folder, NULL);
    folder_place(folder, "ca.pem", "live/unknown-root.pem");
    while (strcmp(outcome(acceptor, "good", "admin.test"), "OK") == 0) {
    }
    EXPECT(counted(acceptor, PEERCERT_KEY_RELOADS) == 1);
    peercert_acceptor_free(acceptor);
}

struct ending {
    peercert_acceptor *acceptor;
    struct heard *heard;
    int frees;
};

/* Ends the watch while the callback is running. */
static void *end_it(void *argument)
{
    struct ending *ending = argument;
    if (ending->frees) {
        peercert_acceptor_free(ending->acceptor);
    } else {
        DONE(peercert_acceptor_watch(ending->acceptor, 0, NULL, NULL, error));
    }
    NEED(pthread_mutex_lock(&ending->heard->lock) == 0);
    EXPECT(!ending->heard->inside);
    ending->heard->returned = 1;
    pthread_cond_broadcast(&ending->heard->changed);
    NEED(pthread_mutex_unlock(&ending->heard->lock) == 0);
    return NULL;
}

static void waited_for(struct folder folder, int frees)
{
    struct heard *heard = heard_new();
    heard->holds = 1;
    struct ending ending = {watched(folder, heard), heard, frees};
    pthread_t thread;
    folder_place(folder, "ca.pem", "live/unknown-root.pem");
    NEED(pthread_mutex_lock(&heard->lock) == 0);
    while (!heard->inside) {
        NEED(pthread_cond_wait(&heard->changed, &heard->lock) == 0);
    }
    NEED(pthread_create(&thread, NULL, end_it, &ending) == 0);
    NEED(pthread_mutex_unlock(&heard->lock) == 0);
    NEED(pthread_join(thread, NULL) == 0);
    EXPECT(heard->well == 1);
    heard_free(heard);
    if (!frees) {
        peercert_acceptor_free(ending.acceptor);
    }
}

/* A callback may end its own watch, and its acceptor. */
static void by_itself(struct folder folder, int frees)
{
    /* Nothing tells when a callback has returned whose watch ended before. */
    static struct heard heard[2] = {
        {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER},
        {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER},
    };
    struct heard *own = &heard[frees];
    peercert_acceptor *acceptor = watched(folder, own);
    NEED(pthread_mutex_lock(&own->lock) == 0);
    own->ends = frees ? NULL : acceptor;
    own->frees = frees ? acceptor : NULL;
    NEED(pthread_mutex_unlock(&own->lock) == 0);
    folder_place(folder, "ca.pem", "live/unknown-root.pem");
    wait_for(own, 1, 0);
    if (!frees) {
        peercert_acceptor_free(acceptor);
    }
}

void acceptor_watch(void)
{
    struct folder folder = folder_new();
    replaced(folder);
    untold(folder);
    for (int frees = 0; frees < 2; frees++) {
        waited_for(folder, frees);
        by_itself(folder, frees);
    }
    folder_forget(folder);
}
