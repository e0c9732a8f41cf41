/*
 * This file is about ticket keys: who shares them resumes each other's sessions, a rotation loses none,
 * and a session under foreign keys is none.
 */
#include "acceptor.h"
#include "checks.h"
#include "client.h"
#include "scene.h"

#include <stdio.h>
#include <string.h>

#define LENGTH 80

/* Keys that differ in every byte, none of them a text. */
static const uint8_t *key(int at)
{
    static uint8_t keys[3][LENGTH];
    for (int byte = 0; byte < LENGTH; byte++) {
        keys[at][byte] = (uint8_t)(0x80 + 41 * at + byte);
    }
    return keys[at];
}

/* An acceptor of up to two keys; the second place may be -1. */
static peercert_acceptor *with_keys(int first, int second)
{
    peercert_options *options = scene_options(PEERCERT_MODE_REQUIRE);
    peercert_acceptor *acceptor = NULL;
    const uint8_t *const keys[] = {key(first), key(second < 0 ? 0 : second)};
    const size_t lens[] = {LENGTH, LENGTH};
    DONE(peercert_options_set_bytes_list(options, PEERCERT_OPTION_TICKET_KEYS, keys, lens,
                                         second < 0 ? 1 : 2, error));
    DONE(peercert_acceptor_new(options, &acceptor, error));
    NEED(acceptor != NULL);
    peercert_options_free(options);
    return acceptor;
}

/* The same keys as files. */
static peercert_acceptor *with_files(struct folder folder, int first, int second)
{
    peercert_options *options = scene_options(PEERCERT_MODE_REQUIRE);
    peercert_acceptor *acceptor = NULL;
    struct path paths[] = {folder_path(folder, "first"), folder_path(folder, "second")};
    const char *const texts[] = {paths[0].text, paths[1].text};
    const int places[] = {first, second};
    for (int at = 0; at < 2; at++) {
        FILE *file = fopen(texts[at], "wb");
        NEED(file != NULL && fwrite(key(places[at]), 1, LENGTH, file) == LENGTH);
        NEED(fclose(file) == 0);
    }
    DONE(peercert_options_set_list(options, PEERCERT_OPTION_TICKET_KEY_FILES, texts, 2, error));
    DONE(peercert_acceptor_new(options, &acceptor, error));
    NEED(acceptor != NULL);
    peercert_options_free(options);
    return acceptor;
}

/* Offers a session, and expects who the client is to be known; gives whether it was resumed. */
static int resumed(peercert_acceptor *acceptor, SSL_CTX *context, SSL_SESSION *offered)
{
    struct meeting meeting = client_meet(acceptor, context, offered);
    peercert_value *client = NULL;
    EXPECT(meeting.error == NULL);
    DONE(peercert_connection_clientcert(meeting.server, &client, error));
    EXPECT(peercert_value_flag(peercert_value_get(client, PEERCERT_KEY_VERIFIED, NULL)));
    int was = peercert_value_flag(peercert_value_get(client, PEERCERT_KEY_RESUMED, NULL));
    EXPECT(was == counted(acceptor, PEERCERT_KEY_RESUMED));
    peercert_value_free(client);
    client_part(meeting);
    peercert_acceptor_free(acceptor);
    return was;
}

static void wrong_length(void)
{
    peercert_options *options = scene_options(PEERCERT_MODE_REQUIRE);
    peercert_acceptor *acceptor = NULL;
    const uint8_t *const keys[] = {key(0), key(1)};
    const size_t lens[] = {LENGTH, LENGTH - 1};
    DONE(peercert_options_set_bytes_list(options, PEERCERT_OPTION_TICKET_KEYS, keys, lens, 2,
                                         error));
    REFUSED(PEERCERT_CODE_CONFIG_BAD_TICKET_KEY,
            peercert_acceptor_new(options, &acceptor, error));
    peercert_options_free(options);
}

void acceptor_tickets(void)
{
    const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
    for (int at = 0; at < 2; at++) {
        struct folder folder = folder_new();
        SSL_CTX *context = client_context("good", versions[at]);
        peercert_acceptor *first = with_keys(0, -1);
        struct meeting meeting = client_meet(first, context, NULL);
        EXPECT(meeting.error == NULL && meeting.session != NULL);
        peercert_acceptor_free(first);
        EXPECT(resumed(with_keys(0, -1), context, meeting.session));
        EXPECT(resumed(with_keys(1, 0), context, meeting.session));
        EXPECT(resumed(with_files(folder, 1, 0), context, meeting.session));
        EXPECT(!resumed(with_keys(1, 2), context, meeting.session));
        client_part(meeting);
        SSL_CTX_free(context);
        folder_forget(folder);
    }
    wrong_length();
}
