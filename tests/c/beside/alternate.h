/* This file is about handshakes through the host's libssl and through ours, in turns. */
#ifndef ALTERNATE_H
#define ALTERNATE_H

/* Does them in several threads at once; gives 1 when all went as they should. */
int alternate(void);

#endif
