// SPDX-License-Identifier: GPL-2.0
/* The zoo's ways to be born as the child of a listening socket. */
#include <fcntl.h>
#include <linux/if_alg.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "zoo.h"

#define CLIENTS 3

/*
 * What comes into being with a connection, before anybody accepts it.  The
 * MPTCP child brings its TCP sock, cloned like any other, which accept()
 * never hands out: mptcp_accept() gives the MPTCP sock above it, cloned in
 * mptcp_sk_clone_init().
 */
static void expect_clone(const struct scenario *scenario)
{
	struct kind subflow;

	if (!(scenario->flags & LATE_CLONE))
		expect(scenario->child, CLONED, 1);
	if (kernel_subflow(scenario->child, &subflow))
		expect(subflow, CLONED, 1);
}

static int accept_one(const struct scenario *scenario, int listener)
{
	int fd = accept(listener, NULL, NULL);

	if (scenario->flags & LATE_CLONE)
		expect(scenario->child, CLONED, 1);
	zoo_accepted(fd, scenario->child);
	return fd;
}

/* A listener and CLIENTS clients in its queue. */
static int full_listener(const struct scenario *scenario,
			 struct address *address, int *clients)
{
	int i, listener = zoo_listen(scenario, address, CLIENTS - 1);

	for (i = 0; i < CLIENTS; i++) {
		clients[i] = zoo_connect(scenario, address);
		expect_clone(scenario);
	}
	checkpoint("queued");
	return listener;
}

/* Connections that are accepted, used, and closed from either side. */
static void accepted(const struct scenario *scenario)
{
	int i, listener, clients[CLIENTS], children[CLIENTS];
	struct address address;

	listener = full_listener(scenario, &address, clients);
	for (i = 0; i < CLIENTS; i++) {
		children[i] = accept_one(scenario, listener);
		move_bytes(clients[i], children[i]);
	}
	checkpoint("accepted");
	for (i = 0; i < CLIENTS; i++) {
		zoo_close(i & 1 ? clients[i] : children[i]);
		zoo_close(i & 1 ? children[i] : clients[i]);
	}
	checkpoint("closed");
	zoo_close(listener);
	forget_path(&address);
}

/*
 * The listener goes and nobody has accepted: inet_csk_listen_stop(),
 * unix_release_sock() and __vsock_release() take the children with it.  The
 * sock of a UNIX child stays until its client lets go of it, though: each end
 * holds a reference to the other (unix_peer()).
 */
static void unaccepted(const struct scenario *scenario)
{
	int i, listener, clients[CLIENTS];
	struct address address;
	struct kind subflow;

	listener = full_listener(scenario, &address, clients);
	zoo_close(listener);
	for (i = 0; i < CLIENTS; i++) {
		if (scenario->child.family == AF_UNIX)
			expect(scenario->child, HIDDEN, 1);
		else if (scenario->flags & NO_UNACCEPTED)
			expect_discarded(1);
		else
			expect(scenario->child, UNACCEPTED, 1);
		if (kernel_subflow(scenario->child, &subflow))
			expect(subflow, UNACCEPTED, 1);
	}
	checkpoint("listener gone");
	for (i = 0; i < CLIENTS; i++) {
		zoo_close(clients[i]);
		if (scenario->child.family == AF_UNIX) {
			expect(scenario->child, HIDDEN, -1);
			expect(scenario->child, UNACCEPTED, 1);
		}
	}
	forget_path(&address);
}

/*
 * accept() that fails.  __sys_accept4_file() looks for a descriptor first,
 * so with EMFILE the child stays in the queue.  With an address it cannot
 * write, do_accept() has the child already: it was accepted, and is released
 * (the sock of a UNIX child when its client is).
 */
static void accept_fails(const struct scenario *scenario)
{
	int i, fd, listener, clients[CLIENTS];
	struct rlimit old, limit;
	struct address address;
	enum counter change;

	listener = full_listener(scenario, &address, clients);
	getrlimit(RLIMIT_NOFILE, &old);
	limit = old;
	limit.rlim_cur = clients[CLIENTS - 1] + 1;
	setrlimit(RLIMIT_NOFILE, &limit);
	fd = accept(listener, NULL, NULL);
	if (fd >= 0 || errno != EMFILE)
		fail("accept() did not say EMFILE");
	setrlimit(RLIMIT_NOFILE, &old);
	checkpoint("no descriptor");
	if (syscall(SYS_accept4, listener, (void *)8, (void *)8, 0) >= 0 ||
	    errno != EFAULT)
		fail("accept() did not say EFAULT");
	expect(scenario->child, ACCEPTED, 1);
	change = scenario->child.family == AF_UNIX ? HIDDEN : RELEASED;
	expect(scenario->child, change, 1);
	checkpoint("bad address");
	fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	zoo_accepted(fd, scenario->child);
	zoo_close(fd);
	zoo_close(listener);
	expect(scenario->child, UNACCEPTED, 1);
	if (change == HIDDEN) {
		expect(scenario->child, HIDDEN, -1);
		expect(scenario->child, RELEASED, 1);
	}
	for (i = 0; i < CLIENTS; i++)
		zoo_close(clients[i]);
	forget_path(&address);
}

static void reset_on_close(int fd)
{
	struct linger linger = { .l_onoff = 1, .l_linger = 0 };

	if (setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)))
		fail("SO_LINGER: %s", strerror(errno));
}

/* A child that its client reset in the queue is still handed out. */
static void reset_in_queue(const struct scenario *scenario)
{
	int i, fd, listener, clients[CLIENTS];
	struct address address;

	listener = full_listener(scenario, &address, clients);
	for (i = 0; i < CLIENTS; i++) {
		reset_on_close(clients[i]);
		zoo_close(clients[i]);
	}
	checkpoint("reset");
	for (i = 0; i < CLIENTS; i++) {
		fd = accept_one(scenario, listener);
		zoo_close(fd);
	}
	zoo_close(listener);
}

/* SO_LINGER 0 on a connection in use: a reset, and both ends go. */
static void linger(const struct scenario *scenario)
{
	int listener, client, child;
	struct address address;

	listener = zoo_listen(scenario, &address, 1);
	client = zoo_connect(scenario, &address);
	expect_clone(scenario);
	child = accept_one(scenario, listener);
	move_bytes(client, child);
	reset_on_close(client);
	zoo_close(client);
	checkpoint("reset");
	zoo_close(child);
	zoo_close(listener);
}

/*
 * With Fast Open the child is cloned when the SYN comes, in
 * tcp_fastopen_create_child(), and can be accepted in SYN_RECV.
 */
static void fastopen(const struct scenario *scenario)
{
	static const char name[] = "/proc/sys/net/ipv4/tcp_fastopen";
	int file, listener, client, child, length = 5;
	struct address address, to;
	char old[16], bytes[5] = "zoo!";
	ssize_t count;

	file = open(name, O_RDWR);
	count = file < 0 ? -1 : read(file, old, sizeof(old));
	/* client, server, and a server that wants no cookie */
	if (count <= 0 || pwrite(file, "519", 3, 0) != 3)
		skip("%s: %s", name, strerror(errno));
	listener = zoo_listen(scenario, &address, 2);
	setsockopt(listener, IPPROTO_TCP, TCP_FASTOPEN, &length,
		   sizeof(length));
	client = need_socket(scenario->client);
	client_address(scenario, &address, &to);
	count = sendto(client, bytes, sizeof(bytes), MSG_FASTOPEN, &to.any,
		       to.length);
	if (pwrite(file, old, strlen(old), 0) < 0 || count != sizeof(bytes))
		fail("MSG_FASTOPEN: %s", strerror(errno));
	close(file);
	expect_clone(scenario);
	checkpoint("queued");
	child = accept_one(scenario, listener);
	if (recv(child, bytes, sizeof(bytes), MSG_WAITALL) != sizeof(bytes))
		fail("recv: %s", strerror(errno));
	zoo_close(client);
	zoo_close(child);
	zoo_close(listener);
}

/*
 * A UNIX connect() allocates the child before it looks for the listener: when
 * that fails, unix_stream_connect() drops a sock which never was a socket.
 */
static void unix_refused(const struct scenario *scenario)
{
	int i, listener, clients[CLIENTS], client;
	struct address address;

	listener = full_listener(scenario, &address, clients);
	client = socket(AF_UNIX, scenario->client.type | SOCK_NONBLOCK, 0);
	expect(scenario->client, CREATED, 1);
	if (!connect(client, &address.any, address.length) || errno != EAGAIN)
		fail("connect() to a full queue did not say EAGAIN");
	expect_discarded(1);
	checkpoint("queue full");
	zoo_close(listener);
	expect(scenario->child, UNACCEPTED, CLIENTS);
	/* Nobody listens now. */
	if (!connect(client, &address.any, address.length) ||
	    errno != ECONNREFUSED)
		fail("connect() did not say ECONNREFUSED");
	expect_discarded(1);
	/* And now there is no such name: the same path in the kernel. */
	forget_path(&address);
	if (!connect(client, &address.any, address.length) ||
	    (errno != ENOENT && errno != ECONNREFUSED))
		fail("connect() did not say ENOENT");
	expect_discarded(1);
	expect(scenario->client, RELEASED, 1);
	close(client);
	for (i = 0; i < CLIENTS; i++)
		zoo_close(clients[i]);
}

/*
 * accept() on a bound AF_ALG socket makes one for a computation, without any
 * client; accept() on that one clones the computation (hash_accept()).  Each
 * child holds its parent, whose sock lives until the last child is gone
 * (af_alg_release_parent()).
 */
static void alg(const struct scenario *scenario)
{
	struct sockaddr_alg name = {
		.salg_family = AF_ALG, .salg_type = "hash",
		.salg_name = "sha1",
	};
	int parent, child, grandchild;
	char digest[20];

	parent = need_socket(scenario->listener);
	if (bind(parent, (void *)&name, sizeof(name)))
		skip("no sha1 by AF_ALG: %s", strerror(errno));
	child = accept_one(scenario, parent);
	if (send(child, "zoo", 3, MSG_MORE) != 3)
		fail("send: %s", strerror(errno));
	grandchild = accept_one(scenario, child);
	if (recv(grandchild, digest, 20, 0) != 20)
		fail("recv: %s", strerror(errno));
	checkpoint("accepted");
	close(parent);
	expect(scenario->listener, HIDDEN, 1);
	zoo_close(child);
	checkpoint("parent closed");
	expect(scenario->listener, HIDDEN, -1);
	zoo_close(grandchild);
	zoo_forget(parent);
}

/*
 * sctp_peeloff() takes one association out of a one-to-many socket into a
 * socket of its own, which sctp_do_peeloff() makes by sock_create().
 */
static void peeloff(const struct scenario *scenario)
{
	/* sctp_peeloff_arg_t, struct sctp_assoc_value: an id, then an int */
	struct { int association, sd; } arg = { 0 };
	struct { int association, value; } status[64] = { 0 };
	socklen_t length = sizeof(arg);
	int listener, client, peeled;
	struct address address;
	char bytes[5];

	(void)status;
	listener = zoo_listen(scenario, &address, 1);
	client = zoo_connect(scenario, &address);
	if (send(client, "zoo!", 5, 0) != 5 ||
	    recv(listener, bytes, 5, 0) != 5)
		fail("no bytes went through: %s", strerror(errno));
	/* SCTP_GET_ASSOC_ID_LIST: a count, then the ids */
	length = sizeof(status);
	if (getsockopt(listener, 132, 29, status, &length))
		fail("SCTP_GET_ASSOC_ID_LIST: %s", strerror(errno));
	arg.association = status[0].value;
	length = sizeof(arg);
	peeled = getsockopt(listener, 132, 102, &arg, &length);
	if (peeled < 0)
		fail("SCTP_SOCKOPT_PEELOFF: %s", strerror(errno));
	expect(scenario->listener, CREATED, 1);
	checkpoint("peeled");
	close(peeled);
	expect(scenario->listener, RELEASED, 1);
	zoo_close(client);
	zoo_close(listener);
}

#define KIND(f, t, p) { AF_ ## f, SOCK_ ## t, p }
#define SAME(f, t, p)							\
	.listener = KIND(f, t, p), .client = KIND(f, t, p), .child = KIND(f, t, p)
#define TCP4 SAME(INET, STREAM, 6), .address = ANY4
#define TCP6 SAME(INET6, STREAM, 6), .address = ANY6
/* A v4 client of a v6 listener: its child is a v6 socket. */
#define MAPPED .listener = KIND(INET6, STREAM, 6), .address = ANY6,	\
	.client = KIND(INET, STREAM, 6), .child = KIND(INET6, STREAM, 6)
/*
 * The MPTCP sock of a child goes from LISTEN to ESTABLISHED at once, in
 * mptcp_sk_clone_init(): that is its clone.
 */
#define MPTCP4 SAME(INET, STREAM, IPPROTO_MPTCP), .address = ANY4
#define MPTCP6 SAME(INET6, STREAM, IPPROTO_MPTCP), .address = ANY6
#define UNIX(t, how) SAME(UNIX, t, 0), .address = how
#define VSOCK(t) SAME(VSOCK, t, 0), .address = CID,			\
	.flags = LATE_CLONE | NO_UNACCEPTED

const struct scenario accept_scenarios[] = {
	{ "tcp4", accepted, TCP4 },
	{ "tcp6", accepted, TCP6 },
	{ "tcp_mapped", accepted, MAPPED },
	{ "unix_path", accepted, UNIX(STREAM, PATH) },
	{ "unix_abstract", accepted, UNIX(STREAM, ABSTRACT) },
	{ "unix_seqpacket_path", accepted, UNIX(SEQPACKET, PATH) },
	{ "unix_seqpacket", accepted, UNIX(SEQPACKET, ABSTRACT) },
	{ "vsock", accepted, VSOCK(STREAM) },
	{ "vsock_seqpacket", accepted, VSOCK(SEQPACKET) },
	{ "mptcp4", accepted, MPTCP4 },
	{ "mptcp6", accepted, MPTCP6 },
	/* A TCP client: accept() hands out the plain TCP sock. */
	{ "mptcp_tcp_client", accepted, .address = ANY4,
	  .listener = KIND(INET, STREAM, IPPROTO_MPTCP),
	  .client = KIND(INET, STREAM, 6), .child = KIND(INET, STREAM, 6) },
	/* A TCP listener: the client falls back inside its MPTCP socket. */
	{ "mptcp_tcp_server", accepted, .address = ANY4,
	  .listener = KIND(INET, STREAM, 6),
	  .client = KIND(INET, STREAM, IPPROTO_MPTCP),
	  .child = KIND(INET, STREAM, 6) },
	/* sctp_v4_create_accept_sk(): the sock is made inside accept(). */
	{ "sctp", accepted, SAME(INET, STREAM, 132), .address = ANY4,
	  .flags = LATE_CLONE },
	{ "sctp6", accepted, SAME(INET6, STREAM, 132), .address = ANY6,
	  .flags = LATE_CLONE },
	{ "sctp_peeloff", peeloff, .address = ANY4,
	  .listener = KIND(INET, SEQPACKET, 132),
	  .client = KIND(INET, STREAM, 132) },
	{ "dccp", accepted, SAME(INET, DCCP, 33), .address = ANY4 },
	/* tipc_accept(): the sock is made inside accept(), and not grafted. */
	{ "tipc", accepted, SAME(TIPC, STREAM, 0), .address = SERVICE,
	  .flags = LATE_CLONE },
	{ "tipc_seqpacket", accepted, SAME(TIPC, SEQPACKET, 0),
	  .address = SERVICE, .flags = LATE_CLONE },
	{ "alg", alg, SAME(ALG, SEQPACKET, 0), .flags = LATE_CLONE },
	{ "tcp4_unaccepted", unaccepted, TCP4 },
	{ "tcp6_unaccepted", unaccepted, TCP6 },
	{ "tcp_mapped_unaccepted", unaccepted, MAPPED },
	{ "unix_unaccepted", unaccepted, UNIX(STREAM, PATH) },
	{ "unix_seqpacket_unaccepted", unaccepted,
	  UNIX(SEQPACKET, ABSTRACT) },
	{ "vsock_unaccepted", unaccepted, VSOCK(STREAM) },
	{ "mptcp_unaccepted", unaccepted, MPTCP4 },
	{ "tcp4_accept_fails", accept_fails, TCP4 },
	{ "unix_accept_fails", accept_fails, UNIX(STREAM, ABSTRACT) },
	{ "tcp4_reset_in_queue", reset_in_queue, TCP4 },
	{ "tcp6_reset_in_queue", reset_in_queue, TCP6 },
	{ "tcp4_linger", linger, TCP4 },
	{ "tcp6_linger", linger, TCP6 },
	{ "mptcp_linger", linger, MPTCP4 },
	{ "fastopen", fastopen, TCP4 },
	{ "fastopen6", fastopen, TCP6 },
	{ "unix_refused", unix_refused, UNIX(STREAM, PATH) },
	{ "unix_seqpacket_refused", unix_refused,
	  UNIX(SEQPACKET, ABSTRACT) },
	{ .name = NULL },
};
