/*
 * This file is about rules and wrong arguments: NULL in every place of a pointer, lengths that no
 * object has, texts that are no rules, and a connection that is nobody yet.
 */
#include "checks.h"
#include "misuse.h"
#include "scene.h"

#include <stdint.h>
#include <string.h>

#define MISSING(argument, call) REFUSED_FOR(PEERCERT_CODE_STATE_NULL_ARGUMENT, argument, call)

static const uint8_t CN[] = "preset cn";
#define CN_LEN (sizeof CN - 1)

/* Stands in outputs, which a call that fails must leave alone. */
static char untouched;
#define UNTOUCHED ((void *)&untouched)

static void nulls(const peercert_rules *rules, const peercert_report *report,
                  const peercert_connection *connection)
{
    peercert_rules *made = UNTOUCHED;
    peercert_value *value = UNTOUCHED;
    MISSING("text", peercert_rules_new(NULL, 1, &made, error));
    MISSING("rules", peercert_rules_new(CN, CN_LEN, NULL, error));
    MISSING("file", peercert_rules_file(NULL, &made, error));
    MISSING("rules", peercert_rules_file("/dev/null", NULL, error));
    EXPECT(peercert_rules_len(NULL) == 0);
    MISSING("rules", peercert_rules_identify(NULL, report, &value, error));
    MISSING("report", peercert_rules_identify(rules, NULL, &value, error));
    MISSING("identity", peercert_rules_identify(rules, report, NULL, error));
    MISSING("rules", peercert_rules_explain(NULL, report, &value, error));
    MISSING("report", peercert_rules_explain(rules, NULL, &value, error));
    MISSING("explanation", peercert_rules_explain(rules, report, NULL, error));
    MISSING("connection", peercert_connection_identity(NULL, rules, &value, error));
    MISSING("rules", peercert_connection_identity(connection, NULL, &value, error));
    MISSING("identity", peercert_connection_identity(connection, rules, NULL, error));
    peercert_rules_free(NULL);
    EXPECT(made == UNTOUCHED && value == UNTOUCHED);
}

static void texts(void)
{
    static const char *const wrong[] = {"", "\xff", "preset", "subject.CN /(/ a", "# nothing"};
    peercert_rules *made = NULL;
    for (size_t at = 0; at < sizeof wrong / sizeof *wrong; at++) {
        REFUSED(PEERCERT_CODE_CONFIG_BAD_RULE,
                peercert_rules_new((const uint8_t *)wrong[at], strlen(wrong[at]), &made, error));
    }
    REFUSED(PEERCERT_CODE_CONFIG_BAD_RULE, peercert_rules_new(NULL, 0, &made, error));
    /* A NUL does not end a text that has a length. */
    REFUSED(PEERCERT_CODE_CONFIG_BAD_RULE, peercert_rules_new(CN, CN_LEN + 1, &made, error));
    REFUSED_FOR(PEERCERT_CODE_STATE_INVALID_ARGUMENT, "text",
                peercert_rules_new(CN, SIZE_MAX, &made, error));
    REFUSED(PEERCERT_CODE_CONFIG_FILE_NOT_FOUND, peercert_rules_file("\xff", &made, error));
    REFUSED(PEERCERT_CODE_CONFIG_FILE_UNREADABLE, peercert_rules_file("/", &made, error));
    REFUSED(PEERCERT_CODE_CONFIG_BAD_RULE, peercert_rules_file("/dev/null", &made, error));
    EXPECT(made == NULL);
}

void misuse_rules(void)
{
    struct bytes pem = scene_live("good", "pem");
    peercert_acceptor *acceptor = scene_acceptor(PEERCERT_MODE_REQUEST);
    peercert_connection *connection = NULL;
    peercert_rules *rules = NULL;
    peercert_report *report = NULL;
    peercert_value *value = NULL;
    DONE(peercert_acceptor_connection(acceptor, &connection, error));
    DONE(peercert_rules_new(CN, CN_LEN, &rules, error));
    DONE(peercert_report_new(pem.data, pem.len, "SUCCESS", &report, error));
    nulls(rules, report, connection);
    texts();
    REFUSED(PEERCERT_CODE_STATE_HANDSHAKE_PENDING,
            peercert_connection_identity(connection, rules, &value, error));
    EXPECT(value == NULL);
    /* What they gave outlives them. */
    DONE(peercert_rules_identify(rules, report, &value, error));
    peercert_rules_free(rules);
    peercert_report_free(report);
    EXPECT_TEXT(peercert_value_text(peercert_value_get(value, PEERCERT_KEY_USER, NULL)),
                "test-client");
    peercert_value_free(value);
    peercert_connection_free(connection);
    peercert_acceptor_free(acceptor);
    scene_forget(pem);
}
