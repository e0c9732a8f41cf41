/*
 * This file is about what a program has used so far, as the operating system accounts it.
 */

#ifndef USAGE_H
#define USAGE_H

struct usage {
    /* Processor time, user and system, in seconds. */
    double cpu;
    /* Resident memory in kilobytes. */
    double kilobytes;
};

struct usage usage_now(void);

/* Says what so many took since the start, in the form that the runner reads; 0 when that fails. */
int account(int count, struct usage start);

#endif
