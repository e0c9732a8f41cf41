/* This file is about the program that uses the API in every wrong way that can be told. */
#include "checks.h"
#include "misuse.h"

int main(int argc, char **argv)
{
    const struct topic topics[] = {
        {"nulls", misuse_nulls},     {"values", misuse_values}, {"order", misuse_order},
        {"buffers", misuse_buffers}, {"input", misuse_input},   {"peers", misuse_peers},
        {"rules", misuse_rules},     {"export", misuse_export}, {"forwarded", misuse_forwarded},
        {"threads", misuse_threads}, {"forks", misuse_forks},
    };
    return checks_run(topics, sizeof topics / sizeof *topics, argc, argv);
}
