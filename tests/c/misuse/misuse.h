/* This file is about the topics of the program that does everything wrong. */
#ifndef MISUSE_H
#define MISUSE_H

void misuse_nulls(void);
void misuse_values(void);
void misuse_order(void);
void misuse_buffers(void);
void misuse_input(void);
void misuse_peers(void);
void misuse_rules(void);
void misuse_export(void);
void misuse_forwarded(void);
void misuse_threads(void);
void misuse_forks(void);

#endif
