/* This file is about the kinds of connections that a soak does in turns. */
#ifndef SOAK_H
#define SOAK_H

struct soak;

struct soak *soak_new(void);
void soak_round(struct soak *soak, unsigned long round);

/* Prints how many there were of each kind. */
void soak_tell(const struct soak *soak);
void soak_free(struct soak *soak);

#endif
