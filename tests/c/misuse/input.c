/*
 * This file is about certificates that are none, or not whole: each gives a dictionary or one error,
 * and nothing else happens.
 */
#include "checks.h"
#include "misuse.h"
#include "scene.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

/* Certificates are read up to here, as the header says. */
#define MOST (1024 * 1024)

/* A copy that ends where its memory does, so that a sanitizer sees each byte read past it. */
static uint8_t *exactly(const uint8_t *data, size_t len)
{
    uint8_t *copy = malloc(len == 0 ? 1 : len);
    NEED(copy != NULL);
    memcpy(copy, data, len);
    return copy;
}

/* Reads it, in both ways: whether it is a certificate, and else an error of kind certificate. */
static int reads(const uint8_t *data, size_t len)
{
    uint8_t *copy = exactly(data, len);
    peercert_value *value = NULL, *list = NULL;
    peercert_error *failure = NULL, *bundle = NULL;
    int status = peercert_certinfo(copy, len, &value, &failure);
    int whole = peercert_certinfos(copy, len, NULL, &list, &bundle);
    EXPECT((status == PEERCERT_OK) == (value != NULL) && (value == NULL) == (failure != NULL));
    EXPECT((whole == PEERCERT_OK) == (list != NULL) && (list == NULL) == (bundle != NULL));
    if (value != NULL) {
        EXPECT(peercert_value_kind(value) == PEERCERT_DICT);
        EXPECT(peercert_value_get(value, PEERCERT_KEY_FINGERPRINT, NULL) != NULL);
    } else {
        EXPECT_TEXT(peercert_error_kind(failure), PEERCERT_ERROR_KIND_CERTIFICATE);
    }
    if (list == NULL) {
        EXPECT_TEXT(peercert_error_kind(bundle), PEERCERT_ERROR_KIND_CERTIFICATE);
    }
    peercert_value_free(value);
    peercert_value_free(list);
    peercert_error_free(failure);
    peercert_error_free(bundle);
    free(copy);
    return status == PEERCERT_OK;
}

/* A good certificate, cut off after each of its bytes. */
static void cut_off(void)
{
    struct path path = scene_path("pki/info", "everything", "pem");
    struct bytes pem = scene_read(path.text), der = scene_der(pem);
    for (size_t len = 0; len < der.len; len++) {
        EXPECT(!reads(der.data, len));
    }
    EXPECT(reads(der.data, der.len));
    /* All of the certificate is there when the line of its end has begun. */
    const char *end = strstr((const char *)pem.data, "-----END ");
    NEED(end != NULL);
    size_t whole = (size_t)(end - (const char *)pem.data) + strlen("-----END ");
    for (size_t len = 0; len <= pem.len; len++) {
        EXPECT(reads(pem.data, len) == (len >= whole));
    }
    scene_forget(der);
    scene_forget(pem);
}

/* A good certificate with one byte of another value, each in turn. */
static void changed(void)
{
    struct path path = scene_path("pki/info", "everything", "pem");
    struct bytes pem = scene_read(path.text), der = scene_der(pem);
    size_t read = 0;
    for (size_t at = 0; at < der.len; at++) {
        der.data[at] ^= 0xff;
        read += (size_t)reads(der.data, der.len);
        der.data[at] ^= 0xff;
    }
    /* Much of a certificate is text and numbers, which may be any. */
    EXPECT(read > 0 && read < der.len);
    scene_forget(der);
    scene_forget(pem);
}

static void every_file(const char *folder, int all)
{
    struct path path = scene_path("pki", folder, "");
    DIR *directory = opendir(path.text);
    struct dirent *entry;
    unsigned read = 0, failed = 0;
    NEED(directory != NULL);
    while ((entry = readdir(directory)) != NULL) {
        if (strstr(entry->d_name, ".pem") != NULL) {
            struct path file = scene_path(path.text + strlen(TESTS) + 1, entry->d_name, "");
            struct bytes bytes = scene_read(file.text);
            if (reads(bytes.data, bytes.len)) {
                read += 1;
            } else {
                failed += 1;
            }
            scene_forget(bytes);
        }
    }
    closedir(directory);
    EXPECT(read > 0 && (failed == 0) == all);
}

static void too_large(void)
{
    uint8_t *much = calloc(MOST + 1, 1);
    peercert_value *value = NULL;
    NEED(much != NULL);
    REFUSED(PEERCERT_CODE_CERTIFICATE_TOO_LARGE, peercert_certinfo(much, MOST + 1, &value, error));
    REFUSED(PEERCERT_CODE_CERTIFICATE_UNREADABLE, peercert_certinfo(much, MOST, &value, error));
    EXPECT(value == NULL);
    free(much);
}

static void files(void)
{
    struct path folder = scene_path("pki", "live", "");
    struct path missing = scene_path("pki/live", "nosuchfile", "pem");
    struct path empty = scene_path("pki/files", "empty", "pem");
    struct path text = scene_path("pki/files", "text", "pem");
    peercert_value *value = NULL;
    REFUSED(PEERCERT_CODE_IO_FILE, peercert_certinfo_file(folder.text, &value, error));
    REFUSED(PEERCERT_CODE_IO_FILE, peercert_certinfo_file(missing.text, &value, error));
    REFUSED(PEERCERT_CODE_IO_FILE, peercert_certinfo_file("", &value, error));
    REFUSED(PEERCERT_CODE_CERTIFICATE_EMPTY, peercert_certinfo_file(empty.text, &value, error));
    REFUSED(PEERCERT_CODE_CERTIFICATE_UNREADABLE,
            peercert_certinfo_file(text.text, &value, error));
    /* A name is data and never a path. */
    const char *name = missing.text;
    REFUSED(PEERCERT_CODE_CERTIFICATE_UNREADABLE,
            peercert_certinfo((const uint8_t *)name, strlen(name), &value, error));
    EXPECT(value == NULL);
}

void misuse_input(void)
{
    cut_off();
    changed();
    every_file("info", 1);
    every_file("files", 0);
    too_large();
    files();
}
