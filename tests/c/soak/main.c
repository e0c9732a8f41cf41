/*
 * This file is about what many connections leave behind: nothing that grows.
 *
 * In: how many (the environment's PEERCERT_ROUNDS); PEERCERT_MEMORY=off where the resident memory is
 * the tool's as well. Out: how many of each kind, and the memory after a tenth of them and at the end.
 */
#include "checks.h"
#include "soak.h"
#include "scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 500

/*
 * What the rest of the rounds may add, in KiB: what the allocator needs to shuffle its blocks. One
 * byte left behind by each connection of 100,000 is already a tenth of it.
 */
#define BOUND 1024

/* The memory of this process that is resident, in KiB (proc_pid_statm(5), second field). */
static long resident(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    long pages = 0;
    NEED(file != NULL && fscanf(file, "%*d %ld", &pages) == 1);
    fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static double now(void)
{
    struct timespec moment;
    NEED(clock_gettime(CLOCK_MONOTONIC, &moment) == 0);
    return (double)moment.tv_sec + (double)moment.tv_nsec / 1e9;
}

int main(void)
{
    unsigned long rounds = scene_number("PEERCERT_ROUNDS", ROUNDS), tenth = rounds / 10;
    const char *memory = getenv("PEERCERT_MEMORY");
    struct soak *soak = soak_new();
    long before = 0;
    double begin = now();
    for (unsigned long round = 0; round < rounds; round++) {
        if (round == tenth) {
            before = resident();
        }
        soak_round(soak, round);
    }
    long after = resident();
    soak_tell(soak);
    printf("%lu connections in %.1f s; %ld KiB resident after %lu of them, %ld KiB at the end\n",
           rounds, now() - begin, before, tenth, after);
    soak_free(soak);
    if (memory == NULL || strcmp(memory, "off") != 0) {
        EXPECT(after - before <= BOUND);
    }
    return checks_conclude();
}
