/*
 * This file is about reloading: new contents are used, what is broken changes nothing, and neither
 * connections nor what a program has asked for before are touched.
 */
#include "acceptor.h"
#include "checks.h"
#include "client.h"
#include "scene.h"

#include <pthread.h>
#include <string.h>
#include <unistd.h>

#define CLIENTS 3
#define EACH 20
#define TIMES 40

static void reads(peercert_options *options, const char *option, struct path path)
{
    DONE(peercert_options_set(options, option, path.text, error));
}

/* A server of a folder's files; the CAs are those of a file, or of the folder. */
static peercert_acceptor *serving(struct folder folder, const char *cas)
{
    peercert_options *options = peercert_options_new();
    peercert_acceptor *acceptor = NULL;
    folder_place(folder, "server.pem", "live/server.pem");
    folder_place(folder, "server.key", "live/server.key");
    folder_place(folder, "ca.pem", "live/client-cas.pem");
    reads(options, PEERCERT_OPTION_CERTIFICATE, folder_path(folder, "server.pem"));
    reads(options, PEERCERT_OPTION_KEY, folder_path(folder, "server.key"));
    reads(options, cas, folder_path(folder, strstr(cas, "path") != NULL ? "" : "ca.pem"));
    DONE(peercert_options_set(options, PEERCERT_OPTION_CLIENT_CERT_MODE, PEERCERT_MODE_REQUIRE,
                              error));
    DONE(peercert_acceptor_new(options, &acceptor, error));
    NEED(acceptor != NULL);
    peercert_options_free(options);
    return acceptor;
}

/* Other CAs: connections that were made before go on under the old ones, sessions do not. */
static void other_cas(peercert_acceptor *acceptor, struct folder folder)
{
    SSL_CTX *context = client_context("good", 0);
    struct meeting before = client_meet(acceptor, context, NULL), later;
    peercert_connection *in_flight = NULL;
    EXPECT(before.error == NULL && before.session != NULL);
    DONE(peercert_acceptor_connection(acceptor, &in_flight, error));
    folder_place(folder, "ca.pem", "live/unknown-root.pem");
    DONE(peercert_acceptor_reload(acceptor, error));
    later = client_meet_at(in_flight, context, NULL, NULL);
    EXPECT(later.error == NULL);
    client_part(later);
    later = client_meet(acceptor, context, before.session);
    EXPECT_TEXT(peercert_error_code(later.error), PEERCERT_CODE_PEER_CERTIFICATE_REFUSED);
    client_part(later);
    client_part(before);
    SSL_CTX_free(context);
    EXPECT_TEXT(outcome(acceptor, "good", NULL), PEERCERT_CODE_PEER_CERTIFICATE_REFUSED);
    folder_place(folder, "ca.pem", "live/client-cas.pem");
    DONE(peercert_acceptor_reload(acceptor, error));
    EXPECT_TEXT(outcome(acceptor, "good", NULL), "OK");
}

/* Files that cannot be used: every problem is told, and the last good ones serve. */
static void broken(peercert_acceptor *acceptor, struct folder folder)
{
    peercert_error *kept = NULL, *last;
    EXPECT(peercert_acceptor_reload_error(acceptor) == NULL);
    folder_place(folder, "ca.pem", "README.md");
    NEED(unlink(folder_path(folder, "server.key").text) == 0);
    EXPECT(peercert_acceptor_reload(acceptor, &kept) == PEERCERT_ERROR);
    EXPECT(peercert_error_problem_len(kept) == 2);
    EXPECT_TEXT(peercert_error_kind(kept), PEERCERT_ERROR_KIND_CONFIG);
    EXPECT(peercert_acceptor_reload(acceptor, NULL) == PEERCERT_ERROR);
    last = peercert_acceptor_reload_error(acceptor);
    EXPECT_TEXT(peercert_error_message(last), peercert_error_message(kept));
    EXPECT_TEXT(outcome(acceptor, "good", NULL), "OK");
    folder_place(folder, "ca.pem", "live/client-cas.pem");
    folder_place(folder, "server.key", "live/server.key");
    DONE(peercert_acceptor_reload(acceptor, error));
    EXPECT(peercert_acceptor_reload_error(acceptor) == NULL);
    /* An error is of the moment when it was asked for. */
    EXPECT(peercert_error_problem_len(last) == 2);
    peercert_error_free(last);
    peercert_error_free(kept);
}

void acceptor_reload(void)
{
    struct folder folder = folder_new();
    peercert_acceptor *acceptor = serving(folder, PEERCERT_OPTION_CLIENT_CA_FILE);
    const char *mode = peercert_acceptor_mode(acceptor);
    other_cas(acceptor, folder);
    broken(acceptor, folder);
    EXPECT(counted(acceptor, PEERCERT_KEY_RELOADS) == 3);
    EXPECT(counted(acceptor, PEERCERT_KEY_RELOADFAILURES) == 2);
    EXPECT(peercert_acceptor_handshake_timeout(acceptor) == 10000);
    peercert_acceptor_free(acceptor);
    /* A text of ours, whatever becomes of the acceptor. */
    EXPECT_TEXT(mode, PEERCERT_MODE_REQUIRE);
    folder_forget(folder);
}

void acceptor_warnings(void)
{
    struct folder folder = folder_new();
    folder_place(folder, "junk.pem", "README.md");
    peercert_acceptor *acceptor = serving(folder, PEERCERT_OPTION_CLIENT_CA_PATH);
    peercert_value *before = NULL, *after = NULL;
    DONE(peercert_acceptor_warnings(acceptor, &before, error));
    size_t count = peercert_value_len(before);
    NEED(unlink(folder_path(folder, "junk.pem").text) == 0);
    DONE(peercert_acceptor_reload(acceptor, error));
    DONE(peercert_acceptor_warnings(acceptor, &after, error));
    EXPECT(count > 0 && peercert_value_len(after) == count - 1);
    peercert_acceptor_free(acceptor);
    int named = 0;
    for (size_t at = 0; at < count; at++) {
        named += strstr(peercert_value_text(peercert_value_at(before, at)), "junk.pem") != NULL;
    }
    EXPECT(named == 1);
    peercert_value_free(before);
    peercert_value_free(after);
    folder_forget(folder);
}

/* A thread that lets a client in, again and again. */
static void *meet(void *argument)
{
    const peercert_acceptor *acceptor = argument;
    SSL_CTX *context = client_context("good", 0);
    for (int times = 0; times < EACH; times++) {
        struct meeting meeting = client_meet(acceptor, context, NULL);
        EXPECT(meeting.error == NULL);
        EXPECT_TEXT(peercert_acceptor_mode(acceptor), PEERCERT_MODE_REQUIRE);
        client_part(meeting);
    }
    SSL_CTX_free(context);
    return NULL;
}

void acceptor_crowd(void)
{
    struct folder folder = folder_new();
    peercert_acceptor *acceptor = serving(folder, PEERCERT_OPTION_CLIENT_CA_FILE);
    pthread_t threads[CLIENTS];
    for (int at = 0; at < CLIENTS; at++) {
        NEED(pthread_create(&threads[at], NULL, meet, acceptor) == 0);
    }
    for (int times = 0; times < TIMES; times++) {
        DONE(peercert_acceptor_reload(acceptor, error));
    }
    for (int at = 0; at < CLIENTS; at++) {
        NEED(pthread_join(threads[at], NULL) == 0);
    }
    EXPECT(counted(acceptor, PEERCERT_KEY_RELOADS) == TIMES);
    EXPECT(counted(acceptor, PEERCERT_KEY_DONE) == CLIENTS * EACH);
    peercert_acceptor_free(acceptor);
    folder_forget(folder);
}
