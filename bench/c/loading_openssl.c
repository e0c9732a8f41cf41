/*
 * This file is about what loading many CAs into an X509_STORE, or a large X509_CRL, costs with the
 * system's OpenSSL. What was loaded is held until the end.
 */

#include "usage.h"

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

static int failed(const char *what)
{
    fprintf(stderr, "%s\n", what);
    return 1;
}

/* Every certificate of a file; NULL when there is none. */
static STACK_OF(X509_INFO) *read_all(const char *path)
{
    STACK_OF(X509_INFO) *found;
    BIO *file = BIO_new_file(path, "r");
    if (file == NULL)
        return NULL;
    found = PEM_X509_INFO_read_bio(file, NULL, NULL, NULL);
    BIO_free(file);
    return found;
}

static int store(const char *path)
{
    int at, good;
    struct usage start = usage_now();
    STACK_OF(X509_INFO) *cas = read_all(path);
    X509_STORE *held = X509_STORE_new();
    /* Time: adding them, and not what reading took. Memory: all that the store keeps. */
    start.cpu = usage_now().cpu;
    good = cas != NULL && held != NULL && sk_X509_INFO_num(cas) > 0;
    for (at = 0; good && at < sk_X509_INFO_num(cas); at++)
        good = X509_STORE_add_cert(held, sk_X509_INFO_value(cas, at)->x509) == 1;
    sk_X509_INFO_pop_free(cas, X509_INFO_free);
    good = good && account(1, start);
    X509_STORE_free(held);
    return good ? 0 : failed("the CAs cannot be loaded");
}

static int crl(const char *path)
{
    int good;
    const struct usage start = usage_now();
    X509_CRL *held = NULL;
    BIO *file = BIO_new_file(path, "r");
    if (file != NULL)
        held = PEM_read_bio_X509_CRL(file, NULL, NULL, NULL);
    BIO_free(file);
    good = held != NULL && account(1, start);
    X509_CRL_free(held);
    return good ? 0 : failed("the CRL cannot be loaded");
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "store") == 0)
        return store(argv[2]);
    if (argc == 3 && strcmp(argv[1], "x509-crl") == 0)
        return crl(argv[2]);
    fprintf(stderr, "usage: %s store|x509-crl FILE\n", argv[0]);
    return 2;
}
