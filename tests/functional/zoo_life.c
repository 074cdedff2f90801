// SPDX-License-Identifier: GPL-2.0
/* The zoo's ways to live on, to change, and to end. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "zoo.h"

/* Descriptors are not sockets: fork() and dup() share what is there. */
static void hold(void *data)
{
	int *pipe_end = data;
	char byte;

	/* until the parent closes the other end */
	if (read(*pipe_end, &byte, 1) < 0)
		_exit(1);
}

static void shared(const struct scenario *scenario)
{
	int fds[3], ends[2], copies[2], pid;

	(void)scenario;
	fds[0] = need_socket(tcp4);
	fds[1] = need_socket(udp6);
	fds[2] = need_socket(unix_dgram);
	copies[0] = dup(fds[0]);
	copies[1] = dup(fds[1]);
	if (pipe(ends))
		fail("pipe: %s", strerror(errno));
	fflush(stdout);
	pid = fork();
	if (!pid) {
		close(ends[1]);
		hold(&ends[0]);
		_exit(0);
	}
	checkpoint("shared");
	close(fds[0]);
	close(fds[1]);
	close(fds[2]);
	close(copies[0]);
	checkpoint("held by the child and a copy");
	close(ends[1]);
	reap(pid);
	close(ends[0]);
	/* Nobody but the child had these two. */
	zoo_forget(fds[0]);
	zoo_forget(fds[2]);
	checkpoint("held by the copy");
	close(copies[1]);
	zoo_forget(fds[1]);
}

static const struct kind household[] = {
	{ AF_INET, SOCK_STREAM, 6 }, { AF_INET6, SOCK_STREAM, 6 },
	{ AF_INET, SOCK_DGRAM, 17 }, { AF_INET6, SOCK_DGRAM, 17 },
	{ AF_UNIX, SOCK_STREAM, 0 }, { AF_UNIX, SOCK_DGRAM, 0 },
	{ AF_UNIX, SOCK_SEQPACKET, 0 }, { AF_NETLINK, SOCK_RAW, 0 },
	{ AF_PACKET, SOCK_DGRAM, 0 },
};

#define HOUSEHOLD (sizeof(household) / sizeof(*household))

static void make_and_wait(void *data)
{
	const int *ends = data;
	unsigned int i;

	for (i = 0; i < HOUSEHOLD; i++)
		if (socket(household[i].family, household[i].type,
			   household[i].protocol) < 0)
			_exit(1);
	if (write(ends[1], "x", 1) != 1)
		_exit(1);
	pause();
}

/* A process that ends without a close(), by itself or by SIGKILL. */
static void ends_with(const struct scenario *scenario)
{
	unsigned int i;
	int ends[2], pid;
	char byte;

	if (pipe(ends))
		fail("pipe: %s", strerror(errno));
	pid = spawn(make_and_wait, ends);
	if (read(ends[0], &byte, 1) != 1)
		fail("the child has not made its sockets");
	for (i = 0; i < HOUSEHOLD; i++)
		expect(household[i], CREATED, 1);
	checkpoint("open");
	kill(pid, scenario->flags);
	reap(pid);
	for (i = 0; i < HOUSEHOLD; i++)
		expect(household[i], RELEASED, 1);
	close(ends[0]);
	close(ends[1]);
}

/* connect(AF_UNSPEC) takes the connection away, and the sock stays. */
static void reconnect(const struct scenario *scenario)
{
	struct sockaddr unspec = { .sa_family = AF_UNSPEC };
	struct address address, to;
	int i, listener, client, child;

	listener = zoo_listen(scenario, &address, 4);
	client = need_socket(scenario->client);
	client_address(scenario, &address, &to);
	for (i = 0; i < 3; i++) {
		if (connect(client, &to.any, to.length))
			fail("connect: %s", strerror(errno));
		expect(scenario->child, CLONED, 1);
		child = accept(listener, NULL, NULL);
		zoo_accepted(child, scenario->child);
		move_bytes(client, child);
		/* tcp_disconnect() resets the other end. */
		if (connect(client, &unspec, sizeof(unspec)))
			fail("connect(AF_UNSPEC): %s", strerror(errno));
		zoo_close(child);
		checkpoint("disconnected");
	}
	/* The client turns into a listener, once more the same sock. */
	if (listen(client, 1))
		fail("listen: %s", strerror(errno));
	checkpoint("listens");
	zoo_close(client);
	zoo_close(listener);
}

/* A connect() that is refused makes nothing and ends nothing. */
static void refused(const struct scenario *scenario)
{
	struct address address, to;
	int listener, client;

	listener = zoo_listen(scenario, &address, 1);
	zoo_close(listener);
	client = need_socket(scenario->client);
	client_address(scenario, &address, &to);
	if (!connect(client, &to.any, to.length) || errno != ECONNREFUSED)
		fail("connect() was not refused");
	checkpoint("refused");
	zoo_close(client);
}

static void addrform(int fd)
{
	int family = AF_INET;

	if (setsockopt(fd, IPPROTO_IPV6, IPV6_ADDRFORM, &family,
		       sizeof(family)))
		fail("IPV6_ADDRFORM: %s", strerror(errno));
	if (kind_of(fd).family != AF_INET)
		fail("IPV6_ADDRFORM has not changed the family");
}

/* A census cannot know what a sock was made as: it sees what it is now. */
static void hide_turned(struct kind made, struct kind now, long number)
{
	expect(made, HIDDEN, number);
	expect(now, HIDDEN, number);
}

static void map_address(struct address *to)
{
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in *v4 = (void *)&to->storage;

	v6.sin6_port = v4->sin_port;
	inet_pton(AF_INET6, "::ffff:127.0.0.1", &v6.sin6_addr);
	memcpy(&to->storage, &v6, sizeof(v6));
	to->length = sizeof(v6);
}

/*
 * IPV6_ADDRFORM turns a v6 sock on a v4-mapped connection into a v4 sock.  It
 * keeps the kind it was created with: it is released where it was counted.
 */
static void tcp_addrform(const struct scenario *scenario)
{
	struct sockaddr unspec = { .sa_family = AF_UNSPEC };
	struct sockaddr_in any = { .sin_family = AF_INET };
	int listener, client, child, clients[2];
	struct address address, to;
	socklen_t length = sizeof(any);

	listener = zoo_listen(scenario, &address, 2);
	client = need_socket(tcp6);
	to = address;
	map_address(&to);
	if (connect(client, &to.any, to.length))
		fail("connect: %s", strerror(errno));
	expect(scenario->child, CLONED, 1);
	child = accept(listener, NULL, NULL);
	zoo_accepted(child, scenario->child);
	addrform(client);
	move_bytes(client, child);
	hide_turned(tcp6, tcp4, 1);
	checkpoint("turned");
	/* As a listener it clones socks of the family it has now. */
	if (connect(client, &unspec, sizeof(unspec)))
		fail("connect(AF_UNSPEC): %s", strerror(errno));
	zoo_close(child);
	any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(client, (void *)&any, sizeof(any)) || listen(client, 2) ||
	    getsockname(client, (void *)&any, &length))
		fail("bind and listen: %s", strerror(errno));
	clients[0] = need_socket(tcp4);
	clients[1] = need_socket(tcp4);
	if (connect(clients[0], (void *)&any, sizeof(any)) ||
	    connect(clients[1], (void *)&any, sizeof(any)))
		fail("connect: %s", strerror(errno));
	expect(tcp4, CLONED, 2);
	child = accept(client, NULL, NULL);
	zoo_accepted(child, tcp4);
	checkpoint("has children");
	hide_turned(tcp6, tcp4, -1);
	zoo_close(client);
	expect(tcp4, UNACCEPTED, 1);
	zoo_close(child);
	zoo_close(clients[0]);
	zoo_close(clients[1]);
	zoo_close(listener);
}

/* The accepted end, a child of a v6 listener, turned into a v4 sock. */
static void child_addrform(const struct scenario *scenario)
{
	int listener, client, child;
	struct address address;

	listener = zoo_listen(scenario, &address, 2);
	client = zoo_connect(scenario, &address);
	expect(scenario->child, CLONED, 1);
	child = accept(listener, NULL, NULL);
	zoo_accepted(child, scenario->child);
	addrform(child);
	move_bytes(client, child);
	hide_turned(tcp6, tcp4, 1);
	checkpoint("turned");
	hide_turned(tcp6, tcp4, -1);
	zoo_close(child);
	zoo_close(client);
	zoo_close(listener);
}

static void udp_addrform(const struct scenario *scenario)
{
	struct sockaddr_in6 to = { .sin6_family = AF_INET6,
				   .sin6_port = htons(9) };
	int fd = need_socket(scenario->client);

	inet_pton(AF_INET6, "::ffff:127.0.0.1", &to.sin6_addr);
	if (connect(fd, (void *)&to, sizeof(to)))
		fail("connect: %s", strerror(errno));
	addrform(fd);
	hide_turned(scenario->client, kind_of(fd), 1);
	checkpoint("turned");
	hide_turned(scenario->client, kind_of(fd), -1);
	zoo_close(fd);
}

/* connect() that waits for room in a full UNIX queue, and is killed there. */
static void connect_and_wait(void *data)
{
	const struct address *address = data;
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	connect(fd, &address->any, address->length);
}

static bool sleeps(int pid)
{
	char name[64], text[512] = "", *state;
	FILE *file;

	snprintf(name, sizeof(name), "/proc/%d/stat", pid);
	file = fopen(name, "r");
	if (!file)
		return false;
	if (!fgets(text, sizeof(text), file))
		text[0] = '\0';
	fclose(file);
	state = strrchr(text, ')');
	return state && state[1] && state[2] == 'S';
}

static void killed_in_connect(const struct scenario *scenario)
{
	int listener, client, pid, tries;
	struct address address;

	listener = zoo_listen(scenario, &address, 0);
	client = zoo_connect(scenario, &address);
	expect(scenario->child, CLONED, 1);
	pid = spawn(connect_and_wait, &address);
	for (tries = 0; tries < 500 && !sleeps(pid); tries++)
		usleep(10000);
	if (!sleeps(pid))
		fail("the child does not wait in connect()");
	expect(unix_stream, CREATED, 1);
	/* Its other end is allocated and in the table, and no child yet. */
	expect(unix_stream, HIDDEN, 1);
	checkpoint("waits");
	kill(pid, SIGKILL);
	reap(pid);
	expect(unix_stream, HIDDEN, -1);
	expect(unix_stream, RELEASED, 1);
	/* and the sock that was to be its other end */
	expect_discarded(1);
	checkpoint("killed");
	zoo_close(listener);
	expect(scenario->child, UNACCEPTED, 1);
	zoo_close(client);
}

#define KIND(f, t, p) { AF_ ## f, SOCK_ ## t, p }
#define SAME(f, t, p)							\
	.listener = KIND(f, t, p), .client = KIND(f, t, p), .child = KIND(f, t, p)

const struct scenario life_scenarios[] = {
	{ "shared", shared, .address = ANY4 },
	{ "terminated", ends_with, .flags = SIGTERM },
	{ "killed", ends_with, .flags = SIGKILL },
	{ "tcp4_reconnect", reconnect, SAME(INET, STREAM, 6),
	  .address = ANY4 },
	{ "tcp6_reconnect", reconnect, SAME(INET6, STREAM, 6),
	  .address = ANY6 },
	{ "tcp4_refused", refused, SAME(INET, STREAM, 6), .address = ANY4 },
	{ "tcp6_refused", refused, SAME(INET6, STREAM, 6), .address = ANY6 },
	{ "mptcp_refused", refused, SAME(INET, STREAM, IPPROTO_MPTCP),
	  .address = ANY4 },
	{ "tcp_addrform", tcp_addrform, SAME(INET, STREAM, 6),
	  .address = ANY4 },
	{ "child_addrform", child_addrform, .address = ANY6,
	  .listener = KIND(INET6, STREAM, 6),
	  .client = KIND(INET, STREAM, 6), .child = KIND(INET6, STREAM, 6) },
	{ "udp_addrform", udp_addrform, SAME(INET6, DGRAM, 17) },
	{ "udplite_addrform", udp_addrform, SAME(INET6, DGRAM, 136) },
	{ "unix_killed_in_connect", killed_in_connect,
	  SAME(UNIX, STREAM, 0), .address = ABSTRACT },
	{ .name = NULL },
};
