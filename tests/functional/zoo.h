/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The zoo: a program that makes a known number of sockets in every way the
 * kernel offers and says what each counter must show.  zoo.c has main() and
 * the ledger, the other files have the scenarios.
 *
 * A scenario writes every expectation into the ledger as it acts, and calls
 * checkpoint() at moments when nothing moves.  There the program prints the
 * whole ledger and waits for a line on stdin, so that whoever drives it can
 * read the module's numbers and compare.
 */
#ifndef ZOO_H
#define ZOO_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

/* A kind as the kernel's struct sock has it, not as it was asked for. */
struct kind {
	int family, type, protocol;
};

enum counter {
	CREATED,	/* by a system call */
	KERNEL,		/* by the kernel for itself */
	ACCEPTED,	/* handed out by accept() */
	RELEASED,	/* the ones of these three that are gone */
	KERNEL_OPEN,	/* gauge: held by the kernel now */
	CLONED,		/* socks made for an incoming connection */
	UNACCEPTED,	/* cloned ones that went without an accept() */
	HIDDEN,		/* gauge: socks that a census may miss or misjudge */
	COUNTERS
};

/* What differs between the scenarios of one function. */
struct scenario {
	const char *name;
	void (*run)(const struct scenario *scenario);
	struct kind listener, client, child;
	/* how the listener is bound: a v4 or v6 port, a path, ... */
	enum { ANY4, ANY6, PATH, ABSTRACT, CID, SERVICE } address;
	unsigned int flags;
#define LATE_CLONE	1	/* the child is made or first seen in accept() */
#define NO_UNACCEPTED	2	/* has no number for children nobody accepts */
};

extern const struct scenario create_scenarios[], accept_scenarios[],
	life_scenarios[], pass_scenarios[];

/* The ledger (zoo.c). */
void expect(struct kind kind, enum counter counter, long number);
void expect_failure(int family, int type, int protocol, int error);
void expect_discarded(long number);
void checkpoint(const char *name);
struct kind kind_of(int fd);
bool kind_is(struct kind a, struct kind b);

/* End the scenario: the kernel lacks something, or the zoo itself failed. */
_Noreturn void skip(const char *format, ...)
	__attribute__((format(printf, 1, 2)));
_Noreturn void fail(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

/*
 * Calls that write down what they did.  zoo_socket() returns -1 and counts a
 * failure when the kernel says no; need_socket() takes that for the end of
 * the scenario, since its kernel does not offer the kind.
 */
int zoo_socket(int family, int type, int protocol);
int need_socket(struct kind kind);
void zoo_accepted(int fd, struct kind kind);
void zoo_close(int fd);
void zoo_forget(int fd);
bool kernel_subflow(struct kind kind, struct kind *subflow);

/* Usable kinds by a list that `zoo kinds` wrote before (zoo.c). */
extern const char *kinds_file;

/* zoo_address.c */
struct address {
	union {
		struct sockaddr any;
		struct sockaddr_storage storage;
	};
	socklen_t length;
};

int zoo_listen(const struct scenario *scenario, struct address *address,
	       int backlog);
void client_address(const struct scenario *scenario,
		    const struct address *bound, struct address *address);
int zoo_connect(const struct scenario *scenario,
		const struct address *bound);
void forget_path(const struct address *address);
void move_bytes(int from, int to);

/* Processes of the zoo: the child runs body() and exits. */
int spawn(void (*body)(void *data), void *data);
void reap(int pid);

static const struct kind tcp4 = { AF_INET, SOCK_STREAM, 6 };
static const struct kind tcp6 = { AF_INET6, SOCK_STREAM, 6 };
static const struct kind udp4 = { AF_INET, SOCK_DGRAM, 17 };
static const struct kind udp6 = { AF_INET6, SOCK_DGRAM, 17 };
static const struct kind unix_stream = { AF_UNIX, SOCK_STREAM, 0 };
static const struct kind unix_dgram = { AF_UNIX, SOCK_DGRAM, 0 };

#endif
