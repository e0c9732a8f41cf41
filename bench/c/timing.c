/*
 * This file is about the loop that measures reading a certificate.
 */

#include "timing.h"

#include <stdio.h>
#include <time.h>

enum { ROUNDS = 2000 };

static double cpu_seconds(void)
{
    struct timespec time = {0, 0};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static size_t load(const char *path, char *room, size_t size)
{
    size_t length;
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return 0;
    length = fread(room, 1, size, file);
    fclose(file);
    return length;
}

int run(reading read_once, int argc, char **argv)
{
    char pem[65536];
    double start = 0;
    int round;
    size_t length = argc == 2 ? load(argv[1], pem, sizeof pem) : 0;
    if (length == 0) {
        fprintf(stderr, "usage: %s FILE\n", argv[0]);
        return 2;
    }
    /* The first reading warms up and does not count. */
    for (round = 0; round <= ROUNDS; round++) {
        if (round == 1)
            start = cpu_seconds();
        if (!read_once(pem, length)) {
            fprintf(stderr, "%s: the certificate cannot be read\n", argv[0]);
            return 1;
        }
    }
    printf("%.3f\n", (cpu_seconds() - start) / ROUNDS * 1e6);
    return 0;
}
