/*
 * This file is about exports and wrong arguments: NULL in every place of a pointer, formats that are
 * none, details of wrong types, of wrong names and of the connection's own; a connection that is
 * nobody yet; and a user who would be two lines.
 */
#include "checks.h"
#include "client.h"
#include "misuse.h"
#include "scene.h"

#include <limits.h>
#include <stdint.h>
#include <string.h>

#define MISSING(argument, call) REFUSED_FOR(PEERCERT_CODE_STATE_NULL_ARGUMENT, argument, call)
#define FORMAT PEERCERT_FORMAT_APACHE

/* How many names a callback was told, and what the last was. */
struct told {
    size_t count;
    char name[64];
};

static void count(void *user_data, const char *name, const peercert_value *value)
{
    struct told *told = user_data;
    EXPECT(peercert_value_kind(value) == PEERCERT_TEXT && strlen(name) < sizeof told->name);
    told->count++;
    strncpy(told->name, name, sizeof told->name - 1);
}

static void nulls(const peercert_report *report, const peercert_connection *connection)
{
    struct told told = {.count = 0};
    MISSING("report", peercert_report_export(NULL, FORMAT, NULL, count, &told, error));
    MISSING("format", peercert_report_export(report, NULL, NULL, count, &told, error));
    MISSING("callback", peercert_report_export(report, FORMAT, NULL, NULL, &told, error));
    MISSING("connection", peercert_connection_export(NULL, FORMAT, NULL, count, &told, error));
    MISSING("format", peercert_connection_export(connection, NULL, NULL, count, &told, error));
    MISSING("callback", peercert_connection_export(connection, FORMAT, NULL, NULL, &told, error));
    EXPECT(told.count == 0);
    EXPECT(!peercert_is_fake_basic_auth(NULL));
}

static void formats(const peercert_report *report, const peercert_connection *shaken)
{
    static const char *const wrong[] = {"", "iis", "apache ", "\xff", "apache,nginx", "\n"};
    struct told told = {.count = 0};
    for (size_t at = 0; at < sizeof wrong / sizeof *wrong; at++) {
        REFUSED(PEERCERT_CODE_STATE_INVALID_ARGUMENT,
                peercert_report_export(report, wrong[at], NULL, count, &told, error));
        REFUSED(PEERCERT_CODE_STATE_INVALID_ARGUMENT,
                peercert_connection_export(shaken, wrong[at], NULL, count, &told, error));
    }
    EXPECT(told.count == 0);
}

static void refused(const peercert_report *report, const char *code, peercert_options *details)
{
    struct told told = {.count = 0};
    REFUSED(code, peercert_report_export(report, FORMAT, details, count, &told, error));
    EXPECT(told.count == 0);
    peercert_options_free(details);
}

static peercert_options *number(const char *name, int64_t value)
{
    peercert_options *details = peercert_options_new();
    DONE(peercert_options_set(details, PEERCERT_DETAIL_CIPHER, "x", error));
    DONE(peercert_options_set_integer(details, name, value, error));
    return details;
}

static peercert_options *word(const char *name, const char *value)
{
    peercert_options *details = peercert_options_new();
    DONE(peercert_options_set(details, name, value, error));
    return details;
}

static void details(const peercert_report *report)
{
    static const int64_t out_of_range[] = {-1, 65536, INT64_MAX, INT64_MIN};
    struct path file = scene_path("pki/live", "server", "pem");
    for (size_t at = 0; at < sizeof out_of_range / sizeof *out_of_range; at++) {
        refused(report, PEERCERT_CODE_CONFIG_INVALID_VALUE,
                number(PEERCERT_DETAIL_CIPHER_NUMBER, out_of_range[at]));
    }
    refused(report, PEERCERT_CODE_CONFIG_WRONG_TYPE, number(PEERCERT_DETAIL_USER, 1));
    refused(report, PEERCERT_CODE_CONFIG_WRONG_TYPE, number(PEERCERT_DETAIL_PINNED, 1));
    refused(report, PEERCERT_CODE_CONFIG_WRONG_TYPE, word(PEERCERT_DETAIL_NOW, "1"));
    refused(report, PEERCERT_CODE_CONFIG_WRONG_TYPE, word(PEERCERT_DETAIL_USER, "\xff"));
    refused(report, PEERCERT_CODE_CONFIG_DUPLICATE_OPTION, number(PEERCERT_DETAIL_CIPHER, 1));
    refused(report, PEERCERT_CODE_CONFIG_UNKNOWN_OPTION, word("serial", "1"));
    refused(report, PEERCERT_CODE_CONFIG_UNKNOWN_OPTION, word(PEERCERT_OPTION_KEY, "a"));
    /* Data is data, and never a path. */
    refused(report, PEERCERT_CODE_CERTIFICATE_UNREADABLE,
            word(PEERCERT_DETAIL_SERVER_CERTIFICATE, file.text));
}

/* Times that a clock cannot have change numbers and nothing else. */
static void times(const peercert_report *report)
{
    static const int64_t odd[] = {0, -1, INT64_MAX, INT64_MIN};
    for (size_t at = 0; at < sizeof odd / sizeof *odd; at++) {
        struct told told = {.count = 0};
        peercert_options *details = number(PEERCERT_DETAIL_NOW, odd[at]);
        DONE(peercert_report_export(report, FORMAT, details, count, &told, error));
        EXPECT(told.count > 10);
        peercert_options_free(details);
    }
}

static void users(const peercert_report *report)
{
    static const char *const wrong[] = {"", "a\nb", "\x7f", "a\r\nX: b", "\x01"};
    struct told told = {.count = 0};
    for (size_t at = 0; at < sizeof wrong / sizeof *wrong; at++) {
        peercert_options *details = word(PEERCERT_DETAIL_USER, wrong[at]);
        REFUSED(PEERCERT_CODE_STATE_INVALID_ARGUMENT,
                peercert_report_export(report, PEERCERT_FORMAT_CGI, details, count, &told, error));
        peercert_options_free(details);
    }
    EXPECT(told.count == 0);
}

/* What was negotiated nobody but the connection says. */
static void own(const peercert_connection *shaken)
{
    struct told told = {.count = 0};
    peercert_options *details = word(PEERCERT_DETAIL_PROTOCOL, "TLSv9");
    REFUSED(PEERCERT_CODE_CONFIG_UNKNOWN_OPTION,
            peercert_connection_export(shaken, FORMAT, details, count, &told, error));
    EXPECT(told.count == 0);
    peercert_options_free(details);
}

/* A report, and how many names were told since it was freed. */
struct freed {
    peercert_report *report;
    size_t count;
};

static void free_report(void *user_data, const char *name, const peercert_value *value)
{
    struct freed *freed = user_data;
    EXPECT(peercert_value_kind(value) == PEERCERT_TEXT && name[0] != '\0');
    peercert_report_free(freed->report);
    freed->report = NULL;
    freed->count++;
}

/* A callback may make any call, and every name is told all the same. */
static void freed_meanwhile(struct bytes pem)
{
    struct freed freed = {.count = 0};
    DONE(peercert_report_new(pem.data, pem.len, "SUCCESS", &freed.report, error));
    DONE(peercert_report_export(freed.report, FORMAT, NULL, free_report, &freed, error));
    EXPECT(freed.count > 10);
}

static void basic(void)
{
    /* "/CN=jane:password", "/CN=jane:other". */
    EXPECT(peercert_is_fake_basic_auth("Basic L0NOPWphbmU6cGFzc3dvcmQ="));
    EXPECT(peercert_is_fake_basic_auth("basic\tL0NOPWphbmU6cGFzc3dvcmQ= "));
    EXPECT(peercert_is_fake_basic_auth("Basic \xff\xfe"));
    EXPECT(!peercert_is_fake_basic_auth("Basic L0NOPWphbmU6b3RoZXI="));
    EXPECT(!peercert_is_fake_basic_auth(""));
    EXPECT(!peercert_is_fake_basic_auth("\xff"));
}

void misuse_export(void)
{
    struct bytes pem = scene_live("good", "pem");
    peercert_acceptor *acceptor = scene_acceptor(PEERCERT_MODE_REQUEST);
    SSL_CTX *context = client_context("good", 0);
    struct meeting meeting = client_meet(acceptor, context, NULL);
    peercert_connection *pending = NULL;
    peercert_report *report = NULL;
    struct told told = {.count = 0};
    DONE(peercert_acceptor_connection(acceptor, &pending, error));
    DONE(peercert_report_new(pem.data, pem.len, "SUCCESS", &report, error));
    nulls(report, meeting.server);
    formats(report, meeting.server);
    details(report);
    times(report);
    users(report);
    own(meeting.server);
    freed_meanwhile(pem);
    basic();
    REFUSED(PEERCERT_CODE_STATE_HANDSHAKE_PENDING,
            peercert_connection_export(pending, FORMAT, NULL, count, &told, error));
    EXPECT(told.count == 0);
    peercert_connection_free(pending);
    peercert_report_free(report);
    client_part(meeting);
    SSL_CTX_free(context);
    peercert_acceptor_free(acceptor);
    scene_forget(pem);
}
