/*
 * This file is about reading a certificate with the system's OpenSSL: PEM to the text that
 * `openssl x509 -text` prints, the only form in which it tells all of a certificate at once.
 */

#include "timing.h"

#include <openssl/pem.h>
#include <openssl/x509.h>

static int read_once(const char *pem, size_t length)
{
    int printed = 0;
    BIO *in = BIO_new_mem_buf(pem, (int)length);
    BIO *out = BIO_new(BIO_s_mem());
    X509 *certificate = in == NULL ? NULL : PEM_read_bio_X509(in, NULL, NULL, NULL);
    if (certificate != NULL && out != NULL)
        printed = X509_print(out, certificate) == 1;
    X509_free(certificate);
    BIO_free(out);
    BIO_free(in);
    return printed;
}

int main(int argc, char **argv)
{
    return run(read_once, argc, argv);
}
