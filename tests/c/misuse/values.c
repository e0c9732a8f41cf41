/*
 * This file is about values, texts and numbers that no call takes: unknown keys and options, wrong
 * kinds, indexes past the end, texts that are no UTF-8, lengths that no object has.
 */
#include "checks.h"
#include "misuse.h"
#include "scene.h"

#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

/* 0xff is in no UTF-8; an overlong slash and a surrogate are forged ones. */
static const char *const NO_UTF8[] = {"\xff", "a\xc3", "\xc0\xaf", "\xed\xa0\x80"};
#define TEXTS (sizeof NO_UTF8 / sizeof *NO_UTF8)

/* More than any object can have. */
#define TOO_LONG SIZE_MAX
static const uint8_t BYTE = 1;

static void keys(const peercert_value *certinfo)
{
    const char *const unknown[] = {"", "Subject", "subject ", "nosuchkey", "\x01"};
    peercert_error *kept = NULL;
    for (size_t at = 0; at < sizeof unknown / sizeof *unknown; at++) {
        EXPECT(peercert_value_get(certinfo, unknown[at], NULL) == NULL);
        EXPECT(peercert_value_get(certinfo, unknown[at], &kept) == NULL);
        EXPECT_ERROR(kept, PEERCERT_CODE_STATE_UNKNOWN_KEY);
        kept = NULL;
    }
    /* Another dictionary's key is no error, as many have only some. */
    EXPECT(peercert_value_get(certinfo, PEERCERT_KEY_SSLVERSION, &kept) == NULL && kept == NULL);
    for (size_t at = 0; at < TEXTS; at++) {
        EXPECT(peercert_value_get(certinfo, NO_UTF8[at], &kept) == NULL);
        EXPECT_ERROR(kept, PEERCERT_CODE_STATE_INVALID_ARGUMENT);
        kept = NULL;
    }
}

static void kinds(const peercert_value *certinfo)
{
    const peercert_value *text = peercert_value_get(certinfo, PEERCERT_KEY_SUBJECT, NULL);
    const peercert_value *number = peercert_value_get(certinfo, PEERCERT_KEY_VERSION, NULL);
    const peercert_value *flag = peercert_value_get(certinfo, PEERCERT_KEY_CA, NULL);
    const peercert_value *list = peercert_value_get(certinfo, PEERCERT_KEY_EXTENSIONS, NULL);
    const peercert_value *const others[] = {text, flag, list, certinfo};
    peercert_error *kept = NULL;
    int64_t integer = 77;
    for (size_t at = 0; at < sizeof others / sizeof *others; at++) {
        REFUSED(PEERCERT_CODE_STATE_WRONG_KIND,
                peercert_value_integer(others[at], &integer, error));
    }
    EXPECT(integer == 77);
    DONE(peercert_value_integer(number, &integer, error));
    EXPECT(integer == 3);
    const peercert_value *const no_dicts[] = {text, number, flag, list};
    for (size_t at = 0; at < sizeof no_dicts / sizeof *no_dicts; at++) {
        EXPECT(peercert_value_get(no_dicts[at], PEERCERT_KEY_SUBJECT, &kept) == NULL);
        EXPECT_ERROR(kept, PEERCERT_CODE_STATE_WRONG_KIND);
        kept = NULL;
        EXPECT(peercert_value_key_at(no_dicts[at], 0) == NULL);
    }
    EXPECT(peercert_value_text(number) == NULL && peercert_value_text(certinfo) == NULL);
    EXPECT(peercert_value_at(text, 0) == NULL && peercert_value_at(number, 0) == NULL);
    EXPECT(peercert_value_len(number) == 0 && peercert_value_len(flag) == 0);
    EXPECT(!peercert_value_flag(text) && !peercert_value_flag(number));
}

static void indexes(const peercert_value *certinfo)
{
    const peercert_value *list = peercert_value_get(certinfo, PEERCERT_KEY_EXTENSIONS, NULL);
    const size_t past[] = {peercert_value_len(certinfo), SIZE_MAX - 1, SIZE_MAX};
    EXPECT(peercert_value_len(list) > 0 && peercert_value_len(list) < past[0]);
    for (size_t at = 0; at < sizeof past / sizeof *past; at++) {
        EXPECT(peercert_value_at(list, past[at]) == NULL);
        EXPECT(peercert_value_at(certinfo, past[at]) == NULL);
        EXPECT(peercert_value_key_at(certinfo, past[at]) == NULL);
    }
}

/* Names and words that the setters take as they are; the acceptor tells all that is wrong. */
static void unknown_options(void)
{
    peercert_options *options = scene_options(PEERCERT_MODE_REQUEST), *nested;
    peercert_acceptor *acceptor = NULL;
    peercert_error *kept = NULL;
    nested = peercert_options_new();
    DONE(peercert_options_set(options, "nosuchoption", "a", error));
    DONE(peercert_options_set(options, "", "a", error));
    DONE(peercert_options_set(options, "Client-CertMode", "require", error));
    DONE(peercert_options_set_options(options, "alpn", nested, error));
    DONE(peercert_options_set_number(options, PEERCERT_OPTION_HANDSHAKE_TIMEOUT, NAN, error));
    DONE(peercert_options_set_number(options, PEERCERT_OPTION_SESSION_TIMEOUT, INFINITY, error));
    DONE(peercert_options_set_integer(options, PEERCERT_OPTION_CLIENT_VERIFY_DEPTH, INT64_MIN,
                                      error));
    EXPECT(peercert_acceptor_new(options, &acceptor, &kept) == PEERCERT_ERROR);
    EXPECT(acceptor == NULL && peercert_error_problem_len(kept) == 7);
    for (size_t at = 0; at < peercert_error_problem_len(kept); at++) {
        const peercert_error *problem = peercert_error_problem_at(kept, at);
        EXPECT(peercert_error_context(problem, "option") != NULL);
        EXPECT(peercert_error_problem_len(problem) == 0);
        EXPECT(peercert_error_report(problem) == NULL);
    }
    EXPECT(peercert_error_problem_at(kept, 7) == NULL);
    EXPECT(peercert_error_problem_at(kept, SIZE_MAX) == NULL);
    EXPECT(peercert_error_context(kept, "nosuchcontext") == NULL);
    EXPECT(peercert_error_context(kept, "\xff") == NULL);
    /* What was made of options does not need them, nor errors what they came from. */
    peercert_options_free(nested);
    peercert_options_free(options);
    EXPECT(strlen(peercert_error_message(kept)) > 0);
    peercert_error_free(kept);
}

/* Options inside themselves are a copy, however often. */
static void options_in_themselves(void)
{
    peercert_options *options = peercert_options_new();
    peercert_acceptor *acceptor = NULL;
    for (int times = 0; times < 8; times++) {
        DONE(peercert_options_set_options(options, "hosts", options, error));
    }
    EXPECT(peercert_acceptor_new(options, &acceptor, NULL) == PEERCERT_ERROR && acceptor == NULL);
    peercert_options_free(options);
}

static void texts(struct bytes pem)
{
    peercert_options *options = peercert_options_new();
    peercert_report *report = NULL;
    peercert_value *value = NULL;
    const uint8_t *const byte = &BYTE;
    const size_t one = 1;
    for (size_t at = 0; at < TEXTS; at++) {
        const char *bad = NO_UTF8[at];
        const char *const items[] = {"h2", bad};
#define INVALID(argument, call) REFUSED_FOR(PEERCERT_CODE_STATE_INVALID_ARGUMENT, argument, call)
        INVALID("name", peercert_options_set(options, bad, "a", error));
        INVALID("name", peercert_options_set_bytes(options, bad, &BYTE, 1, error));
        INVALID("name", peercert_options_set_integer(options, bad, 1, error));
        INVALID("name", peercert_options_set_number(options, bad, 1, error));
        INVALID("name", peercert_options_set_flag(options, bad, 1, error));
        INVALID("name", peercert_options_set_list(options, bad, items, 1, error));
        INVALID("name", peercert_options_set_bytes_list(options, bad, &byte, &one, 1, error));
        INVALID("name", peercert_options_set_options(options, bad, options, error));
        INVALID("items", peercert_options_set_list(options, "alpn", items, 2, error));
        INVALID("password", peercert_certinfos(pem.data, pem.len, bad, &value, error));
        INVALID("verdict", peercert_report_new(pem.data, pem.len, bad, &report, error));
        /* A path may be in any bytes; there is just no such file. */
        REFUSED(PEERCERT_CODE_IO_FILE, peercert_certinfo_file(bad, &value, error));
    }
    EXPECT(value == NULL && report == NULL);
    peercert_options_free(options);
}

static void lengths(void)
{
    peercert_options *options = peercert_options_new();
    peercert_acceptor *acceptor = scene_acceptor(PEERCERT_MODE_REQUEST);
    peercert_connection *connection = NULL;
    peercert_value *value = NULL;
    uint8_t buffer[4];
    const uint8_t *const bytes[] = {&BYTE, &BYTE};
    const size_t lens[] = {1, TOO_LONG};
    peercert_report *report = NULL;
    size_t count;
    DONE(peercert_acceptor_connection(acceptor, &connection, error));
    INVALID("data", peercert_options_set_bytes(options, "key_data", &BYTE, TOO_LONG, error));
    INVALID("items", peercert_options_set_bytes_list(options, "ticket_keys", bytes, lens, 2, error));
    INVALID("data", peercert_certinfo(&BYTE, TOO_LONG, &value, error));
    INVALID("data", peercert_certinfos(&BYTE, TOO_LONG, NULL, &value, error));
    INVALID("data", peercert_report_new(&BYTE, TOO_LONG, "SUCCESS", &report, error));
    INVALID("data", peercert_connection_feed(connection, &BYTE, TOO_LONG, error));
    INVALID("data", peercert_connection_write(connection, &BYTE, TOO_LONG, &count, error));
    INVALID("buffer", peercert_connection_take(connection, buffer, TOO_LONG, &count, error));
    INVALID("buffer", peercert_connection_read(connection, buffer, TOO_LONG, &count, error));
    INVALID("buffer", peercert_connection_export_keying_material(connection, "EXPERIMENTAL",
                                                                 buffer, TOO_LONG, error));
    INVALID("fd", peercert_acceptor_wrap(acceptor, -1, &connection, error));
    INVALID("fd", peercert_acceptor_accept(acceptor, INT_MIN, &connection, error));
    peercert_connection_free(connection);
    peercert_acceptor_free(acceptor);
    peercert_options_free(options);
}

/* Seconds that no watch has; the longest that one has is a day. */
static void intervals(void)
{
    const double none[] = {-1, -0.5, NAN, INFINITY, -INFINITY, 1e300};
    peercert_acceptor *acceptor = scene_acceptor(PEERCERT_MODE_REQUEST);
    for (size_t at = 0; at < sizeof none / sizeof *none; at++) {
        INVALID("seconds", peercert_acceptor_watch(acceptor, none[at], NULL, NULL, error));
    }
    REFUSED(PEERCERT_CODE_CONFIG_INVALID_VALUE,
            peercert_acceptor_watch(acceptor, 86401, NULL, NULL, error));
    DONE(peercert_acceptor_watch(acceptor, 86400, NULL, NULL, error));
    DONE(peercert_acceptor_watch(acceptor, 0, NULL, NULL, error));
    /* What is no text names no host. */
    peercert_connection *connection = NULL;
    DONE(peercert_acceptor_connection(acceptor, &connection, error));
    for (size_t at = 0; at < TEXTS; at++) {
        EXPECT(!peercert_connection_serves(connection, NO_UTF8[at]));
    }
    peercert_connection_free(connection);
    peercert_acceptor_free(acceptor);
}

void misuse_values(void)
{
    struct bytes pem = scene_live("good", "pem");
    peercert_value *certinfo = NULL;
    DONE(peercert_certinfo(pem.data, pem.len, &certinfo, error));
    keys(certinfo);
    kinds(certinfo);
    indexes(certinfo);
    unknown_options();
    options_in_themselves();
    texts(pem);
    lengths();
    intervals();
    peercert_value_free(certinfo);
    scene_forget(pem);
}
