/* This file is about reading the files of the tests, and making servers of them. */
#include "scene.h"

#include "checks.h"

#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void scene_need(int holds, const char *what, const char *file, int line)
{
    if (!holds) {
        fprintf(stderr, "%s:%d: the scene cannot be set: %s\n", file, line, what);
        abort();
    }
}

struct path scene_path(const char *folder, const char *name, const char *end)
{
    struct path path;
    int len = snprintf(path.text, sizeof path.text, "%s/%s/%s%s%s", TESTS, folder, name,
                       *end == '\0' ? "" : ".", end);
    NEED(len > 0 && (size_t)len < sizeof path.text);
    return path;
}

struct bytes scene_read(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
    }
    NEED(file != NULL);
    NEED(fseek(file, 0, SEEK_END) == 0);
    long len = ftell(file);
    NEED(len >= 0 && fseek(file, 0, SEEK_SET) == 0);
    struct bytes bytes = {malloc((size_t)len + 1), (size_t)len};
    NEED(bytes.data != NULL && fread(bytes.data, 1, bytes.len, file) == bytes.len);
    bytes.data[bytes.len] = '\0';
    fclose(file);
    return bytes;
}

struct bytes scene_live(const char *name, const char *end)
{
    struct path path = scene_path("pki/live", name, end);
    return scene_read(path.text);
}

void scene_forget(struct bytes bytes)
{
    free(bytes.data);
}

struct bytes scene_der(struct bytes pem)
{
    BIO *source = BIO_new_mem_buf(pem.data, (int)pem.len);
    char *name = NULL, *header = NULL;
    unsigned char *data = NULL;
    long len = 0;
    /* Only the base64 is undone: some of these certificates libssl itself does not read. */
    NEED(source != NULL && PEM_read_bio(source, &name, &header, &data, &len) == 1);
    struct bytes der = {malloc((size_t)len), (size_t)len};
    NEED(der.data != NULL);
    memcpy(der.data, data, der.len);
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_free(data);
    BIO_free(source);
    return der;
}

peercert_options *scene_options(const char *mode)
{
    peercert_options *options = peercert_options_new();
    struct path certificate = scene_path("pki/live", "server", "pem");
    struct path key = scene_path("pki/live", "server", "key");
    struct path cas = scene_path("pki/live", "client-cas", "pem");
    DONE(peercert_options_set(options, PEERCERT_OPTION_CERTIFICATE, certificate.text, error));
    DONE(peercert_options_set(options, PEERCERT_OPTION_KEY, key.text, error));
    DONE(peercert_options_set(options, PEERCERT_OPTION_CLIENT_CERT_MODE, mode, error));
    if (strcmp(mode, PEERCERT_MODE_NONE) != 0) {
        DONE(peercert_options_set(options, PEERCERT_OPTION_CLIENT_CA_FILE, cas.text, error));
    }
    return options;
}

peercert_acceptor *scene_acceptor(const char *mode)
{
    peercert_options *options = scene_options(mode);
    peercert_acceptor *acceptor = NULL;
    DONE(peercert_acceptor_new(options, &acceptor, error));
    NEED(acceptor != NULL);
    peercert_options_free(options);
    return acceptor;
}

int scene_is_aws_lc(void)
{
    return strstr(peercert_version(), "AWS-LC") != NULL;
}

unsigned long scene_number(const char *variable, unsigned long otherwise)
{
    const char *text = getenv(variable);
    return text == NULL ? otherwise : strtoul(text, NULL, 10);
}
