/*
 * This file is about files that are replaced while a server uses them, and what clients meet then.
 *
 * In: names below tests/. Out: a folder with copies of them; how clients fare.
 */
#include "acceptor.h"
#include "checks.h"
#include "client.h"
#include "scene.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct folder folder_new(void)
{
    struct folder folder = {"/tmp/peercert-acceptor-XXXXXX"};
    NEED(mkdtemp(folder.path) != NULL);
    return folder;
}

struct path folder_path(struct folder folder, const char *name)
{
    struct path path;
    int len = snprintf(path.text, sizeof path.text, "%s/%s", folder.path, name);
    NEED(len > 0 && (size_t)len < sizeof path.text);
    return path;
}

void folder_forget(struct folder folder)
{
    DIR *opened = opendir(folder.path);
    NEED(opened != NULL);
    for (struct dirent *entry = readdir(opened); entry != NULL; entry = readdir(opened)) {
        if (entry->d_name[0] != '.') {
            NEED(unlink(folder_path(folder, entry->d_name).text) == 0);
        }
    }
    closedir(opened);
    NEED(rmdir(folder.path) == 0);
}

void folder_place(struct folder folder, const char *name, const char *from)
{
    struct path source = scene_path("pki", from, ""), target = folder_path(folder, name);
    struct path fresh = folder_path(folder, ".fresh");
    struct bytes content = scene_read(source.text);
    FILE *file = fopen(fresh.text, "wb");
    NEED(file != NULL && fwrite(content.data, 1, content.len, file) == content.len);
    NEED(fclose(file) == 0 && rename(fresh.text, target.text) == 0);
    scene_forget(content);
}

const char *outcome(const peercert_acceptor *acceptor, const char *name, const char *host)
{
    static char told[64];
    SSL_CTX *context = client_context(name, 0);
    struct meeting meeting = client_meet_host(acceptor, context, NULL, host);
    const peercert_report *report = NULL;
    const char *code = peercert_error_code(meeting.error);
    if (code == NULL) {
        DONE(peercert_connection_report(meeting.server, &report, error));
        code = peercert_report_verifycode(report);
    }
    NEED(code != NULL && strlen(code) < sizeof told);
    strcpy(told, code);
    client_part(meeting);
    SSL_CTX_free(context);
    return told;
}

long long counted(const peercert_acceptor *acceptor, const char *key)
{
    peercert_value *counters = NULL;
    int64_t number = -1;
    DONE(peercert_acceptor_counters(acceptor, &counters, error));
    DONE(peercert_value_integer(peercert_value_get(counters, key, error), &number, error));
    peercert_value_free(counters);
    return number;
}
