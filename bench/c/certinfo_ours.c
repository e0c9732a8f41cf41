/*
 * This file is about reading a certificate with libpeercert: PEM to the whole dictionary.
 */

#include "timing.h"

#include <peercert.h>

static int read_once(const char *pem, size_t length)
{
    peercert_value *certinfo = NULL;
    if (peercert_certinfo((const uint8_t *)pem, length, &certinfo, NULL) != PEERCERT_OK)
        return 0;
    peercert_value_free(certinfo);
    return 1;
}

int main(int argc, char **argv)
{
    return run(read_once, argc, argv);
}
