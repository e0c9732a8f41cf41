/*
 * This file is about the loop that measures reading a certificate.
 *
 * In: `PROGRAM FILE`, and a function that reads. Out: microseconds of processor time a reading, on
 * standard output. It may not know how a certificate is read.
 */

#ifndef TIMING_H
#define TIMING_H

#include <stddef.h>

/* Reads the certificate once; 0 when that fails. */
typedef int (*reading)(const char *pem, size_t length);

/* The program; gives the exit status. */
int run(reading read_once, int argc, char **argv);

#endif
