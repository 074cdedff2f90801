// SPDX-License-Identifier: GPL-2.0
/* The zoo's main program and its ledger; see zoo.h. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "zoo.h"

#define MAX_KINDS	512
#define MAX_FAILURES	8192
#define MAX_FD		65536

static struct {
	struct kind kind;
	long numbers[COUNTERS];
} ledger[MAX_KINDS];

static struct {
	struct kind kind;
	int error;
	long count;
} failures[MAX_FAILURES];

static int kinds_used, failures_used;
static long discarded;
static struct kind fd_kinds[MAX_FD];
static bool fd_accepted[MAX_FD];
static bool interactive, forever;
static jmp_buf leave;
const char *kinds_file;

bool kind_is(struct kind a, struct kind b)
{
	return a.family == b.family && a.type == b.type &&
	       a.protocol == b.protocol;
}

void expect(struct kind kind, enum counter counter, long number)
{
	int i;

	for (i = 0; i < kinds_used && !kind_is(ledger[i].kind, kind); i++)
		;
	if (i == MAX_KINDS)
		fail("more than %d kinds", MAX_KINDS);
	if (i == kinds_used) {
		ledger[i].kind = kind;
		kinds_used++;
	}
	ledger[i].numbers[counter] += number;
}

void expect_failure(int family, int type, int protocol, int error)
{
	struct kind kind = { family, type, protocol };
	int i;

	/* What does not fit into 16 bits has no row of its own: `other`. */
	if ((family | type | protocol) & ~0xffff) {
		kind = (struct kind){ -1, -1, -1 };
		error = -1;
	}
	for (i = 0; i < failures_used; i++)
		if (kind_is(failures[i].kind, kind) &&
		    failures[i].error == error)
			break;
	if (i == MAX_FAILURES)
		fail("more than %d failures", MAX_FAILURES);
	if (i == failures_used) {
		failures[i].kind = kind;
		failures[i].error = error;
		failures_used++;
	}
	failures[i].count++;
}

/* Socks that were allocated and went before they became a socket. */
void expect_discarded(long number)
{
	discarded += number;
}

static void wait_for_line(void)
{
	char line[64];

	fflush(stdout);
	if (interactive && !fgets(line, sizeof(line), stdin))
		exit(1);
}

void checkpoint(const char *name)
{
	int i, counter;

	if (forever)
		return;
	for (i = 0; i < kinds_used; i++) {
		printf("kind %d %d %d", ledger[i].kind.family,
		       ledger[i].kind.type, ledger[i].kind.protocol);
		for (counter = 0; counter < COUNTERS; counter++)
			printf(" %ld", ledger[i].numbers[counter]);
		printf("\n");
	}
	for (i = 0; i < failures_used; i++)
		printf("fail %d %d %d %d %ld\n", failures[i].kind.family,
		       failures[i].kind.type, failures[i].kind.protocol,
		       failures[i].error, failures[i].count);
	printf("discarded %ld\n", discarded);
	printf("at %s\n", name);
	wait_for_line();
}

void skip(const char *format, ...)
{
	va_list args;

	printf("skip ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	longjmp(leave, 1);
}

void fail(const char *format, ...)
{
	va_list args;

	printf("broken ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	longjmp(leave, 2);
}

/* What the kernel itself says the socket is. */
struct kind kind_of(int fd)
{
	struct kind kind = { -1, -1, -1 };
	socklen_t length = sizeof(int);

	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &kind.family, &length) ||
	    getsockopt(fd, SOL_SOCKET, SO_TYPE, &kind.type, &length) ||
	    getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &kind.protocol, &length))
		fail("a socket does not tell its kind: %s", strerror(errno));
	return kind;
}

/*
 * MPTCP makes a TCP socket of its own for each socket() (mptcp_init_sock()
 * calls sock_create_kern()), and SMC one for the handshake (smc_create()).
 */
bool kernel_subflow(struct kind kind, struct kind *subflow)
{
	*subflow = tcp4;
	if (kind.family == AF_SMC && kind.protocol == 1)
		subflow->family = AF_INET6;
	else if (kind.protocol == IPPROTO_MPTCP && kind.type == SOCK_STREAM)
		subflow->family = kind.family;
	else if (kind.family != AF_SMC)
		return false;
	return true;
}

int zoo_socket(int family, int type, int protocol)
{
	int fd = socket(family, type, protocol);
	struct kind kind, subflow;

	if (fd < 0) {
		expect_failure(family, type & 0xf, protocol, errno);
		return -1;
	}
	kind = kind_of(fd);
	fd_kinds[fd] = kind;
	fd_accepted[fd] = false;
	expect(kind, CREATED, 1);
	if (kernel_subflow(kind, &subflow)) {
		expect(subflow, KERNEL, 1);
		expect(subflow, KERNEL_OPEN, 1);
		/* in no table as long as it is neither bound nor connected */
		expect(subflow, HIDDEN, 1);
	}
	return fd;
}

int need_socket(struct kind kind)
{
	int fd = zoo_socket(kind.family, kind.type, kind.protocol);

	if (fd < 0)
		skip("no socket(%d, %d, %d): %s", kind.family, kind.type,
		     kind.protocol, strerror(errno));
	return fd;
}

void zoo_accepted(int fd, struct kind kind)
{
	struct kind subflow;

	if (fd < 0)
		fail("accept: %s", strerror(errno));
	if (!kind_is(kind_of(fd), kind))
		fail("accept() gave a socket of another kind");
	fd_kinds[fd] = kind;
	fd_accepted[fd] = true;
	expect(kind, ACCEPTED, 1);
	/* To a census the TCP sock inside looks like one the kernel made. */
	if (kernel_subflow(kind, &subflow))
		expect(subflow, HIDDEN, 1);
}

/*
 * The descriptor is gone for good: it was the last one of its socket.  The
 * kernel's own socket inside goes with it.  An accepted MPTCP socket has a
 * cloned TCP sock inside, which goes without ever having met an accept().
 */
void zoo_forget(int fd)
{
	struct kind kind = fd_kinds[fd], subflow;

	expect(kind, RELEASED, 1);
	if (!kernel_subflow(kind, &subflow))
		return;
	if (fd_accepted[fd]) {
		expect(subflow, UNACCEPTED, 1);
		expect(subflow, HIDDEN, -1);
	} else {
		expect(subflow, RELEASED, 1);
		expect(subflow, KERNEL_OPEN, -1);
		expect(subflow, HIDDEN, -1);
	}
}

void zoo_close(int fd)
{
	zoo_forget(fd);
	if (close(fd))
		fail("close: %s", strerror(errno));
}

static bool matches(const char *name, char **wanted, int count)
{
	int i;

	for (i = 0; i < count; i++)
		if (!strcmp(wanted[i], "all") || !strcmp(wanted[i], name))
			return true;
	return false;
}

/* Whatever a scenario that broke off has left open. */
static void close_rest(void)
{
	int fd;

	for (fd = 3; fd < 256; fd++)
		close(fd);
}

static void run_scenario(const struct scenario *scenario)
{
	if (!strcmp(scenario->name, "kinds") && forever)
		return;
	kinds_used = 0;
	failures_used = 0;
	discarded = 0;
	memset(ledger, 0, sizeof(ledger));
	memset(failures, 0, sizeof(failures));
	if (!forever) {
		printf("begin %s\n", scenario->name);
		wait_for_line();
	}
	if (setjmp(leave))
		close_rest();
	else
		scenario->run(scenario);
	checkpoint("end");
	/* Traffic, not a load test: leave the processors to others too. */
	if (forever)
		usleep(500000);
}

static void run_all(char **wanted, int count)
{
	static const struct scenario *const groups[] = {
		create_scenarios, accept_scenarios, life_scenarios,
		pass_scenarios,
	};
	const struct scenario *scenario;
	unsigned int i;

	for (i = 0; i < sizeof(groups) / sizeof(*groups); i++)
		for (scenario = groups[i]; scenario->name; scenario++) {
			if (!strcmp(wanted[0], "list"))
				printf("%s\n", scenario->name);
			else if (matches(scenario->name, wanted, count))
				run_scenario(scenario);
		}
}

/*
 * -i waits for a line at each checkpoint; -r runs the scenarios over and over
 * as traffic, without a word, until a signal; -k names the list of kinds.
 */
int main(int argc, char **argv)
{
	struct rlimit limit = { 4096, 4096 };
	int option;

	while ((option = getopt(argc, argv, "irk:")) != -1) {
		if (option == 'i')
			interactive = true;
		else if (option == 'r')
			forever = true;
		else if (option == 'k')
			kinds_file = optarg;
		else
			return 2;
	}
	if (optind == argc) {
		fprintf(stderr,
			"usage: zoo [-i | -r] [-k KINDS] list|all|NAME...\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	setrlimit(RLIMIT_NOFILE, &limit);
	do {
		run_all(argv + optind, argc - optind);
	} while (forever);
	return 0;
}
