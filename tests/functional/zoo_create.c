// SPDX-License-Identifier: GPL-2.0
/* The zoo's ways to make a socket, or to fail at it. */
#include <fcntl.h>
#include <linux/io_uring.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "zoo.h"

/*
 * Every combination worth trying.  Left out: AX25, NETROM and ROSE (3, 6, 11),
 * whose modules bring network devices and timers of their own; their sockets
 * come through the same __sock_create() as all others.
 */
static const int all_types[] = { 1, 2, 3, 4, 5, 6, 10 };
static const int ip_protocols[] = {
	0, 1, 2, 6, 17, 33, 41, 58, 115, 132, 136, 255, IPPROTO_MPTCP,
};

static int protocol_of(int family, unsigned int i)
{
	switch (family) {
	case AF_INET:
	case AF_INET6:
		if (i >= sizeof(ip_protocols) / sizeof(*ip_protocols))
			return -1;
		return ip_protocols[i];
	case AF_NETLINK:
		return i <= 22 ? (int)i : -1;
	case AF_CAN:
	case AF_BLUETOOTH:
		return i <= 7 ? (int)i : -1;
	case AF_PACKET:
		return i == 0 ? 0 : i == 1 ? 0x0300 : -1;	/* ETH_P_ALL */
	case AF_RXRPC:
		return i == 0 ? AF_INET : i == 1 ? AF_INET6 : -1;
	default:
		return i <= 2 ? (int)i : -1;
	}
}

static bool excluded(int family)
{
	return family == AF_AX25 || family == AF_NETROM || family == AF_ROSE;
}

/*
 * Print the combinations that work here and what the kernel makes of them; no
 * scenario, the ledger is unused.
 */
static void list_kinds(const struct scenario *scenario)
{
	int family, protocol, fd;
	struct kind kind;
	unsigned int i, j;

	(void)scenario;
	for (family = 1; family < 46; family++) {
		for (i = 0; i < 7 && !excluded(family); i++) {
			for (j = 0; ; j++) {
				protocol = protocol_of(family, j);
				if (protocol < 0)
					break;
				fd = socket(family, all_types[i], protocol);
				if (fd < 0)
					continue;
				kind = kind_of(fd);
				printf("usable %d %d %d as %d %d %d\n",
				       family, all_types[i], protocol,
				       kind.family, kind.type, kind.protocol);
				close(fd);
			}
		}
	}
}

/* One socket of every usable kind, all open at once, then all closed. */
static void each(const struct scenario *scenario)
{
	int family, type, protocol, fds[512], count = 0;
	FILE *file = kinds_file ? fopen(kinds_file, "r") : NULL;
	char line[80];

	(void)scenario;
	if (!file)
		skip("no list of kinds (-k)");
	while (count < 512 && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "usable %d %d %d", &family, &type,
			   &protocol) != 3)
			continue;
		fds[count] = zoo_socket(family, type, protocol);
		if (fds[count++] < 0) {
			fclose(file);
			fail("socket(%d, %d, %d): %s", family, type, protocol,
			     strerror(errno));
		}
	}
	fclose(file);
	checkpoint("open");
	while (count--)
		zoo_close(fds[count]);
}

/*
 * Two sockets a call, when the protocol can pair them.  When it cannot,
 * __sys_socketpair() has already made both, and releases them (EOPNOTSUPP).
 */
static void pairs(const struct scenario *scenario)
{
	static const struct kind asked[] = {
		{ AF_UNIX, SOCK_STREAM, 0 }, { AF_UNIX, SOCK_DGRAM, 0 },
		{ AF_UNIX, SOCK_SEQPACKET, 0 },
		/* unix_create() turns SOCK_RAW into SOCK_DGRAM, and takes
		 * PF_UNIX for a protocol without keeping it.
		 */
		{ AF_UNIX, SOCK_RAW, 0 }, { AF_UNIX, SOCK_STREAM, PF_UNIX },
		{ AF_TIPC, SOCK_STREAM, 0 }, { AF_TIPC, SOCK_SEQPACKET, 0 },
		{ AF_INET, SOCK_STREAM, 0 }, { AF_INET6, SOCK_DGRAM, 0 },
	};
	int i, ends[2], fds[32], count = 0;
	struct kind kind;

	(void)scenario;
	for (i = 0; i < (int)(sizeof(asked) / sizeof(*asked)); i++) {
		kind = asked[i];
		if (!socketpair(kind.family, kind.type, kind.protocol, ends)) {
			kind = kind_of(ends[0]);
			expect(kind, CREATED, 2);
			fds[count++] = ends[0];
			fds[count++] = ends[1];
		} else if (errno == EOPNOTSUPP) {
			kind = kind.family == AF_INET ? tcp4 : udp6;
			expect(kind, CREATED, 2);
			expect(kind, RELEASED, 2);
		} else {
			expect_failure(kind.family, kind.type, kind.protocol,
				       errno);
		}
	}
	checkpoint("open");
	while (count--) {
		expect(kind_of(fds[count]), RELEASED, 1);
		close(fds[count]);
	}
}

static void must_fail(int family, int type, int protocol, int error)
{
	int fd = zoo_socket(family, type, protocol);

	if (fd >= 0 || errno != error)
		fail("socket(%d, %d, %d) gave %d (%s), not %s", family, type,
		     protocol, fd, strerror(errno), strerror(error));
}

static void failing(const struct scenario *scenario)
{
	int i, fd, ends[2];

	(void)scenario;
	for (i = 0; i < 3; i++) {
		/* Refused by __sock_create() itself. */
		must_fail(99, SOCK_STREAM, 0, EAFNOSUPPORT);
		must_fail(46, SOCK_STREAM, 0, EAFNOSUPPORT);
		must_fail(AF_INET, 11, 0, EINVAL);
		must_fail(AF_INET, 0xf, 0, EINVAL);
		/* Nobody registered it. */
		must_fail(AF_UNSPEC, SOCK_STREAM, 0, EAFNOSUPPORT);
		must_fail(AF_IPX, SOCK_DGRAM, 0, EAFNOSUPPORT);
		must_fail(AF_DECnet, SOCK_STREAM, 0, EAFNOSUPPORT);
		/* Refused by the family. */
		must_fail(AF_INET, SOCK_STREAM, 17, EPROTONOSUPPORT);
		must_fail(AF_INET6, SOCK_DGRAM, 6, EPROTONOSUPPORT);
		must_fail(AF_INET, SOCK_RAW, 0, EPROTONOSUPPORT);
		must_fail(AF_INET, SOCK_RDM, 0, ESOCKTNOSUPPORT);
		must_fail(AF_INET, SOCK_STREAM, 263, EINVAL);
		must_fail(AF_UNIX, SOCK_RDM, 0, ESOCKTNOSUPPORT);
		must_fail(AF_UNIX, SOCK_STREAM, 7, EPROTONOSUPPORT);
		must_fail(AF_NETLINK, SOCK_STREAM, 0, ESOCKTNOSUPPORT);
		must_fail(AF_NETLINK, SOCK_RAW, 200, EPROTONOSUPPORT);
	}
	/* A flag that socket() does not know: __sys_socket_create() says no
	 * before __sock_create(), so this was not an attempt to make one.
	 */
	fd = socket(AF_INET, SOCK_STREAM | 0x100000, 0);
	if (fd >= 0)
		fail("an unknown flag was taken");
	/* The same for a socketpair() that cannot write its two numbers. */
	if (!syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, NULL))
		fail("socketpair() wrote to NULL");
	/* socketpair() that fails in the first sock_create(): one attempt. */
	if (!socketpair(AF_UNIX, SOCK_RDM, 0, ends))
		fail("a UNIX rdm pair was made");
	expect_failure(AF_UNIX, SOCK_RDM, 0, ESOCKTNOSUPPORT);
}

/* The caller's numbers may be out of the range of what a row can hold. */
static void out_of_range(const struct scenario *scenario)
{
	(void)scenario;
	must_fail(-1, SOCK_STREAM, 0, EAFNOSUPPORT);
	must_fail(AF_INET, SOCK_STREAM, -1, EINVAL);
	must_fail(AF_INET, SOCK_STREAM, 65536, EINVAL);
	must_fail(65536 + AF_INET, SOCK_STREAM, 0, EAFNOSUPPORT);
}

/*
 * With MPTCP off, mptcp_init_sock() says no when the sock is there already:
 * inet_create() releases it again, so one sock was discarded.
 */
static void late_failure(const struct scenario *scenario)
{
	static const char name[] = "/proc/sys/net/mptcp/enabled";
	int fd = open(name, O_WRONLY);

	(void)scenario;
	if (fd < 0)
		skip("no MPTCP");
	if (write(fd, "0", 1) != 1)
		fail("%s: %s", name, strerror(errno));
	must_fail(AF_INET, SOCK_STREAM, IPPROTO_MPTCP, ENOPROTOOPT);
	must_fail(AF_INET6, SOCK_STREAM, IPPROTO_MPTCP, ENOPROTOOPT);
	expect_discarded(2);
	if (pwrite(fd, "1", 1, 0) != 1)
		fail("%s: %s", name, strerror(errno));
	close(fd);
}

/*
 * No descriptor left: socket() has made its socket when it looks for one, and
 * releases it; socketpair() and accept() look first and make none.
 */
static void emfile(const struct scenario *scenario)
{
	struct rlimit old, limit;
	int fd, fd2, ends[2];

	(void)scenario;
	fd = dup(0);
	getrlimit(RLIMIT_NOFILE, &old);
	limit = old;
	limit.rlim_cur = fd + 1;
	setrlimit(RLIMIT_NOFILE, &limit);
	fd2 = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd2 >= 0 || errno != EMFILE)
		fail("socket() did not say EMFILE");
	expect(udp4, CREATED, 1);
	expect(udp4, RELEASED, 1);
	if (!socketpair(AF_UNIX, SOCK_STREAM, 0, ends) || errno != EMFILE)
		fail("socketpair() did not say EMFILE");
	/* One descriptor is not enough for two either. */
	close(fd);
	if (!socketpair(AF_UNIX, SOCK_STREAM, 0, ends) || errno != EMFILE)
		fail("socketpair() did not say EMFILE");
	setrlimit(RLIMIT_NOFILE, &old);
}

static const struct kind forbidden[] = {
	{ AF_INET, SOCK_RAW, 1 }, { AF_INET6, SOCK_RAW, 58 },
	{ AF_PACKET, SOCK_RAW, 0 }, { AF_PACKET, SOCK_DGRAM, 0 },
};

static void as_nobody(void *data)
{
	unsigned int i;
	int fd;

	(void)data;
	if (setgid(65534) || setuid(65534))
		_exit(1);
	for (i = 0; i < sizeof(forbidden) / sizeof(*forbidden); i++) {
		fd = socket(forbidden[i].family, forbidden[i].type,
			    forbidden[i].protocol);
		if (fd >= 0 || errno != EPERM)
			_exit(1);
	}
	if (socket(AF_INET, SOCK_DGRAM, 0) < 0)
		_exit(1);
}

/* EPERM for a user without CAP_NET_RAW, who may well have a UDP socket. */
static void nobody(const struct scenario *scenario)
{
	unsigned int i;

	(void)scenario;
	reap(spawn(as_nobody, NULL));
	for (i = 0; i < sizeof(forbidden) / sizeof(*forbidden); i++)
		expect_failure(forbidden[i].family, forbidden[i].type,
			       forbidden[i].protocol, EPERM);
	expect(udp4, CREATED, 1);
	expect(udp4, RELEASED, 1);
}

/*
 * A tun device's file has a struct sock without a socket (sk_alloc() in
 * tun_chr_open()): it is no socket, and is discarded when it goes.
 */
static void tun(const struct scenario *scenario)
{
	int fd = open("/dev/net/tun", O_RDWR);

	(void)scenario;
	if (fd < 0)
		skip("no /dev/net/tun: %s", strerror(errno));
	checkpoint("open");
	close(fd);
	expect_discarded(1);
}

static int ring_enter(int ring, int submit, int wait)
{
	return syscall(SYS_io_uring_enter, ring, submit, wait,
		       IORING_ENTER_GETEVENTS, NULL, 0);
}

/* socket() by io_uring goes through __sys_socket_file(). */
static void uring(const struct scenario *scenario)
{
	struct io_uring_params params = { 0 };
	struct io_uring_sqe *sqe;
	unsigned int *array, *tail, *head, index;
	struct io_uring_cqe *cqes;
	void *rings;
	int ring, fd;

	(void)scenario;
	ring = syscall(SYS_io_uring_setup, 4, &params);
	if (ring < 0)
		skip("no io_uring: %s", strerror(errno));
	rings = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, ring,
		     IORING_OFF_SQ_RING);
	sqe = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, ring,
		   IORING_OFF_SQES);
	if (rings == MAP_FAILED || sqe == MAP_FAILED)
		fail("mmap: %s", strerror(errno));
	checkpoint("ring");
	sqe->opcode = IORING_OP_SOCKET;
	sqe->fd = AF_INET6;
	sqe->off = SOCK_DGRAM;
	sqe->len = 0;
	array = rings + params.sq_off.array;
	tail = rings + params.sq_off.tail;
	head = rings + params.cq_off.head;
	index = *tail & *(unsigned int *)(rings + params.sq_off.ring_mask);
	array[index] = 0;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
	if (ring_enter(ring, 1, 1) != 1)
		fail("io_uring_enter: %s", strerror(errno));
	cqes = rings + params.cq_off.cqes;
	fd = cqes[*head & *(unsigned int *)(rings + params.cq_off.ring_mask)]
		.res;
	if (fd == -EINVAL)
		skip("this io_uring has no socket()");
	if (fd < 0)
		fail("io_uring socket(): %s", strerror(-fd));
	expect(udp6, CREATED, 1);
	checkpoint("open");
	close(fd);
	expect(udp6, RELEASED, 1);
	munmap(sqe, 4096);
	munmap(rings, 4096);
	close(ring);
}

const struct scenario create_scenarios[] = {
	{ .name = "kinds", .run = list_kinds },
	{ .name = "each", .run = each },
	{ .name = "pairs", .run = pairs },
	{ .name = "failing", .run = failing },
	{ .name = "out_of_range", .run = out_of_range },
	{ .name = "late_failure", .run = late_failure },
	{ .name = "emfile", .run = emfile },
	{ .name = "nobody", .run = nobody },
	{ .name = "tun", .run = tun },
	{ .name = "uring", .run = uring },
	{ .name = NULL },
};
