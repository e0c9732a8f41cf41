/*
 * This file is about proxies and wrong arguments: NULL in every place of a pointer, lengths that no
 * object has, names and values in any bytes, and a sender that is none.
 */
#include "checks.h"
#include "misuse.h"
#include "scene.h"

#include <stdint.h>
#include <string.h>

#define MISSING(argument, call) REFUSED_FOR(PEERCERT_CODE_STATE_NULL_ARGUMENT, argument, call)

static const char *const NAMES[] = {"Client-Cert", NULL};
static const uint8_t BYTE = 'x';
static const uint8_t *const VALUES[] = {&BYTE, NULL};
static const size_t LENS[] = {1, 1};

/* Stands in outputs, which a call that fails must leave alone. */
static char untouched;
#define UNTOUCHED ((void *)&untouched)

static void nulls(const peercert_forwarded *proxy)
{
    const peercert_options *const none[] = {NULL};
    peercert_forwarded *made = UNTOUCHED;
    peercert_report *report = UNTOUCHED;
    MISSING("proxies", peercert_forwarded_new(NULL, 1, &made, error));
    MISSING("proxies", peercert_forwarded_new(none, 1, &made, error));
    MISSING("forwarded", peercert_forwarded_new(NULL, 0, NULL, error));
    MISSING("forwarded", peercert_forwarded_read(NULL, "unix", NAMES, VALUES, LENS, 1, &report, error));
    MISSING("names", peercert_forwarded_read(proxy, "unix", NULL, VALUES, LENS, 1, &report, error));
    MISSING("names", peercert_forwarded_read(proxy, "unix", NAMES, VALUES, LENS, 2, &report, error));
    MISSING("values", peercert_forwarded_read(proxy, "unix", NAMES, NULL, LENS, 1, &report, error));
    MISSING("values", peercert_forwarded_read(proxy, "unix", NAMES, VALUES + 1, LENS, 1, &report, error));
    MISSING("lens", peercert_forwarded_read(proxy, "unix", NAMES, VALUES, NULL, 1, &report, error));
    MISSING("report", peercert_forwarded_read(proxy, "unix", NAMES, VALUES, LENS, 1, NULL, error));
    EXPECT(made == UNTOUCHED && report == UNTOUCHED);
    /* No object is one without proxies: the headers that count are known all the same. */
    EXPECT(peercert_forwarded_claims(NULL, "client_cert"));
    EXPECT(peercert_forwarded_claims_variable(NULL, "HTTP_CLIENT_CERT"));
    EXPECT(!peercert_forwarded_claims(NULL, "Host") && !peercert_forwarded_claims(proxy, NULL));
    EXPECT(!peercert_forwarded_claims_variable(NULL, NULL));
    peercert_forwarded_free(NULL);
}

/* Without any proxy nobody is believed. */
static void nobody(void)
{
    peercert_forwarded *made = NULL;
    peercert_report *report = UNTOUCHED;
    DONE(peercert_forwarded_new(NULL, 0, &made, error));
    DONE(peercert_forwarded_read(made, "127.0.0.1", NAMES, VALUES, LENS, 1, &report, error));
    EXPECT(report == NULL && peercert_forwarded_claims(made, "Client-Cert"));
    peercert_forwarded_free(made);
}

static void senders(const peercert_forwarded *proxy)
{
    static const char *const none[] = {"", "localhost", "unix ", "UNIX\n", "::1", "127.0.0.1:80"};
    peercert_report *report = NULL;
    for (size_t at = 0; at < sizeof none / sizeof *none; at++) {
        report = UNTOUCHED;
        DONE(peercert_forwarded_read(proxy, none[at], NAMES, VALUES, LENS, 1, &report, error));
        EXPECT(report == NULL);
    }
    report = UNTOUCHED;
    DONE(peercert_forwarded_read(proxy, NULL, NAMES, VALUES, LENS, 1, &report, error));
    EXPECT(report == NULL);
    REFUSED_FOR(PEERCERT_CODE_STATE_INVALID_ARGUMENT, "sender",
                peercert_forwarded_read(proxy, "\xff", NAMES, VALUES, LENS, 1, &report, error));
}

static void values(const peercert_forwarded *proxy)
{
    static const size_t too_long[] = {SIZE_MAX};
    static const char *const two[] = {"Client-Cert", "client\xff" "cert"};
    static const uint8_t *const same[] = {&BYTE, &BYTE};
    peercert_report *report = NULL;
    REFUSED_FOR(PEERCERT_CODE_STATE_INVALID_ARGUMENT, "values",
                peercert_forwarded_read(proxy, "unix", NAMES, VALUES, too_long, 1, &report, error));
    REFUSED(PEERCERT_CODE_PEER_FORWARDED_UNREADABLE,
            peercert_forwarded_read(proxy, "unix", NAMES, VALUES, LENS, 1, &report, error));
    /* An octet that is in no name passes for a hyphen, as servers have it. */
    EXPECT(peercert_forwarded_claims(proxy, two[1]));
    REFUSED(PEERCERT_CODE_PEER_FORWARDED_AMBIGUOUS,
            peercert_forwarded_read(proxy, "unix", two, same, LENS, 2, &report, error));
    EXPECT(report == NULL);
    DONE(peercert_forwarded_read(proxy, "unix", NULL, NULL, NULL, 0, &report, error));
    EXPECT(report != NULL && !peercert_report_present(report));
    peercert_report_free(report);
}

/* What a proxy tells outlives what read it. */
static void outliving(peercert_forwarded *proxy)
{
    peercert_report *report = NULL;
    DONE(peercert_forwarded_read(proxy, "unix", NULL, NULL, NULL, 0, &report, error));
    peercert_forwarded_free(proxy);
    EXPECT_TEXT(peercert_report_verifycode(report), "ABSENT");
    peercert_report_free(report);
}

void misuse_forwarded(void)
{
    peercert_options *options = peercert_options_new();
    const peercert_options *proxies[] = {options};
    peercert_forwarded *proxy = NULL;
    REFUSED(PEERCERT_CODE_CONFIG_MISSING_OPTION, peercert_forwarded_new(proxies, 1, &proxy, error));
    DONE(peercert_options_set(options, PEERCERT_OPTION_FORWARDED_FORMAT, "rfc9440", error));
    DONE(peercert_options_set(options, PEERCERT_OPTION_FORWARDED_FROM, "unix", error));
    DONE(peercert_forwarded_new(proxies, 1, &proxy, error));
    /* They were copied. */
    peercert_options_free(options);
    nulls(proxy);
    nobody();
    senders(proxy);
    values(proxy);
    outliving(proxy);
}
