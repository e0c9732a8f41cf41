/*
 * This file is about a program that loads libraries while it runs, their names visible to what it
 * loads later: those that its arguments name, in that order; the last one has alternate().
 */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    void *library = NULL;
    int (*alternate)(void) = NULL;
    for (int at = 1; at < argc; at++) {
        library = dlopen(argv[at], RTLD_NOW | RTLD_GLOBAL);
        if (library == NULL) {
            fprintf(stderr, "%s\n", dlerror());
            return 2;
        }
    }
    void *found = library == NULL ? NULL : dlsym(library, "alternate");
    if (found == NULL) {
        fprintf(stderr, "the last library has no alternate()\n");
        return 2;
    }
    /* POSIX promises that the bits are the same, and ISO C does not. */
    memcpy(&alternate, &found, sizeof alternate);
    return !alternate();
}
