/* This file is about what a server does before its first client; see start.h. */
#define _POSIX_C_SOURCE 200809L

#include "start.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static volatile sig_atomic_t ended;

/* One line for each client that is refused: what happened, and the verdict on its certificate. The
 * message holds no control characters, so that a client cannot write lines of its own. */
static void log_refusal(void *user_data, const peercert_error *error)
{
    const char *verifycode = peercert_report_verifycode(peercert_error_report(error));

    (void)user_data;
    fprintf(stderr, "refused %s %s: %s\n", peercert_error_code(error),
            verifycode != NULL ? verifycode : "-", peercert_error_message(error));
}

void start_log_timeout(void)
{
    fprintf(stderr, "refused %s -: the handshake did not end in time\n", PEERCERT_CODE_IO_TIMEOUT);
}

/* Says everything that is wrong with the configuration, and frees the error. */
static void complain(peercert_error *error)
{
    size_t count = peercert_error_problem_len(error);

    for (size_t at = 0; at < count; at++) {
        const peercert_error *problem = peercert_error_problem_at(error, at);
        fprintf(stderr, "%s: %s\n", peercert_error_code(problem), peercert_error_message(problem));
    }
    if (count == 0)
        fprintf(stderr, "%s: %s\n", peercert_error_code(error), peercert_error_message(error));
    peercert_error_free(error);
}

/* Sets `OPTION=VALUE`; the value is a text except where the option is a number. */
static int set_argument(peercert_options *options, const char *argument, peercert_error **error)
{
    char name[64];
    const char *equals = strchr(argument, '=');
    char *end;
    double number;

    if (equals == NULL || (size_t)(equals - argument) >= sizeof name) {
        fprintf(stderr, "not OPTION=VALUE: %s\n", argument);
        return PEERCERT_ERROR;
    }
    memcpy(name, argument, (size_t)(equals - argument));
    name[equals - argument] = '\0';
    if (strcmp(name, PEERCERT_OPTION_HANDSHAKE_TIMEOUT) != 0)
        return peercert_options_set(options, name, equals + 1, error);
    number = strtod(equals + 1, &end);
    if (end == equals + 1 || *end != '\0') {
        fprintf(stderr, "no number of seconds: %s\n", argument);
        return PEERCERT_ERROR;
    }
    return peercert_options_set_number(options, name, number, error);
}

static int set_options(peercert_options *options, int argc, char **argv, peercert_error **error)
{
    const char *mode = argv[4];

    if (peercert_options_set(options, PEERCERT_OPTION_CERTIFICATE, argv[1], error) != PEERCERT_OK ||
        peercert_options_set(options, PEERCERT_OPTION_KEY, argv[2], error) != PEERCERT_OK ||
        peercert_options_set(options, PEERCERT_OPTION_CLIENT_CERT_MODE, mode, error) != PEERCERT_OK)
        return PEERCERT_ERROR;
    /* Client CAs that nobody asks for would be an error. */
    if (strcmp(mode, PEERCERT_MODE_NONE) != 0 &&
        peercert_options_set(options, PEERCERT_OPTION_CLIENT_CA_FILE, argv[3], error) !=
            PEERCERT_OK)
        return PEERCERT_ERROR;
    for (int at = 6; at < argc; at++) {
        if (set_argument(options, argv[at], error) != PEERCERT_OK)
            return PEERCERT_ERROR;
    }
    return PEERCERT_OK;
}

static int port_number(const char *text, int *port)
{
    char *end;
    long number = strtol(text, &end, 10);

    if (end == text || *end != '\0' || number < 0 || number > 65535) {
        fprintf(stderr, "no port: %s\n", text);
        return -1;
    }
    *port = (int)number;
    return 0;
}

/* Says what is odd about the configuration. */
static void warn(const peercert_acceptor *acceptor)
{
    peercert_value *warnings = NULL;
    if (peercert_acceptor_warnings(acceptor, &warnings, NULL) != PEERCERT_OK)
        return;
    for (size_t at = 0; at < peercert_value_len(warnings); at++)
        fprintf(stderr, "warning: %s\n", peercert_value_text(peercert_value_at(warnings, at)));
    peercert_value_free(warnings);
}

peercert_acceptor *start_acceptor(int argc, char **argv, int *port)
{
    peercert_options *options;
    peercert_acceptor *acceptor = NULL;
    peercert_error *error = NULL;

    *port = 0;
    if (argc < 5) {
        fprintf(stderr,
                "usage: %s certificate.pem key.pem client-ca.pem MODE [PORT [OPTION=VALUE]...]\n"
                "MODE: none, request, require_any, optional or require\n",
                argv[0]);
        return NULL;
    }
    if (argc > 5 && port_number(argv[5], port) != 0)
        return NULL;
    options = peercert_options_new();
    if (set_options(options, argc, argv, &error) == PEERCERT_OK &&
        peercert_acceptor_new(options, &acceptor, &error) == PEERCERT_OK &&
        peercert_acceptor_on_refusal(acceptor, log_refusal, NULL, &error) != PEERCERT_OK) {
        peercert_acceptor_free(acceptor);
        acceptor = NULL;
    }
    if (error != NULL)
        complain(error);
    else
        warn(acceptor);
    peercert_options_free(options);
    return acceptor;
}

int start_listening(int port)
{
    struct sockaddr_in address = {0};
    socklen_t size = sizeof address;
    int yes = 1;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons((uint16_t)port);
    /* Non-blocking, because a client may be gone between its arrival and accept(). */
    if (fd < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 || fcntl(fd, F_SETFL, O_NONBLOCK) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
        bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, SOMAXCONN) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &size) != 0) {
        fprintf(stderr, "cannot listen on port %d: %s\n", port, strerror(errno));
        if (fd >= 0)
            close(fd);
        return -1;
    }
    printf("listening %d\n", ntohs(address.sin_port));
    fflush(stdout);
    return fd;
}

static void end(int number)
{
    (void)number;
    ended = 1;
}

void start_signals(sigset_t *waiting)
{
    struct sigaction action = {0};
    sigset_t all;

    /* All signals, so that no call of a thread is interrupted. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, waiting);
    action.sa_handler = end;
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    sigdelset(waiting, SIGTERM);
    sigdelset(waiting, SIGINT);
}

int start_ended(void)
{
    return ended;
}
