/* This file is about the program that answers every vector of tests/vectors through the C API. */
#include "checks.h"
#include "vectors.h"

int main(int argc, char **argv)
{
    const struct topic topics[] = {
        {"certinfo", vectors_certinfo},
        {"clientcert", vectors_clientcert},
        {"config", vectors_config},
        {"export", vectors_export},
        {"forwarded", vectors_forwarded},
        {"identity", vectors_identity},
        {"verdict", vectors_verdict},
    };
    return checks_run(topics, sizeof topics / sizeof *topics, argc, argv);
}
