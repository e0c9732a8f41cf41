/* This file is about the program whose acceptor is in operation: hosts, tickets, reloads, counters. */
#include "acceptor.h"
#include "checks.h"

int main(int argc, char **argv)
{
    const struct topic topics[] = {
        {"hosts", acceptor_hosts},     {"counters", acceptor_counters},
        {"tickets", acceptor_tickets}, {"reload", acceptor_reload},
        {"warnings", acceptor_warnings}, {"crowd", acceptor_crowd},
        {"watch", acceptor_watch},
    };
    return checks_run(topics, sizeof topics / sizeof *topics, argc, argv);
}
