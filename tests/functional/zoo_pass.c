// SPDX-License-Identifier: GPL-2.0
/* The zoo's sockets that travel in messages (SCM_RIGHTS). */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "zoo.h"

static int send_fd(int through, int fd)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { .header = {
		.cmsg_len = CMSG_LEN(sizeof(int)),
		.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS,
	} };
	struct iovec byte = { "x", 1 };
	struct msghdr message = {
		.msg_iov = &byte, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};

	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	return sendmsg(through, &message, 0) == 1 ? 0 : -1;
}

static int receive_fd(int from)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control;
	char byte;
	struct iovec room = { &byte, 1 };
	struct msghdr message = {
		.msg_iov = &room, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};
	int fd;

	if (recvmsg(from, &message, 0) != 1 || !CMSG_FIRSTHDR(&message))
		fail("recvmsg: %s", strerror(errno));
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
	return fd;
}

static void pair(int *ends)
{
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
		fail("socketpair: %s", strerror(errno));
	expect(unix_stream, CREATED, 2);
}

static void close_one(int fd, struct kind kind)
{
	close(fd);
	expect(kind, RELEASED, 1);
}

/* A child makes two sockets, sends them, and ends: they belong to nobody. */
static void make_and_send(void *data)
{
	const int *ends = data;
	int fds[2];

	fds[0] = socket(AF_INET, SOCK_DGRAM, 0);
	fds[1] = socket(AF_UNIX, SOCK_DGRAM, 0);
	if (fds[0] < 0 || fds[1] < 0 || send_fd(ends[1], fds[0]) ||
	    send_fd(ends[1], fds[1]))
		_exit(1);
}

static void sent_and_received(const struct scenario *scenario)
{
	int ends[2], fds[2];

	(void)scenario;
	pair(ends);
	reap(spawn(make_and_send, ends));
	expect(udp4, CREATED, 1);
	expect(unix_dgram, CREATED, 1);
	/* Only the message has them now: no file table, no hash table. */
	expect(udp4, HIDDEN, 1);
	expect(unix_dgram, HIDDEN, 1);
	checkpoint("in flight");
	fds[0] = receive_fd(ends[0]);
	fds[1] = receive_fd(ends[0]);
	expect(udp4, HIDDEN, -1);
	expect(unix_dgram, HIDDEN, -1);
	if (!kind_is(kind_of(fds[0]), udp4) ||
	    !kind_is(kind_of(fds[1]), unix_dgram))
		fail("other sockets arrived");
	checkpoint("received");
	close_one(fds[0], udp4);
	close_one(fds[1], unix_dgram);
	close_one(ends[0], unix_stream);
	close_one(ends[1], unix_stream);
}

/* The message is thrown away, and with it what it holds. */
static void sent_and_dropped(const struct scenario *scenario)
{
	int ends[2];

	(void)scenario;
	pair(ends);
	reap(spawn(make_and_send, ends));
	expect(udp4, CREATED, 1);
	expect(unix_dgram, CREATED, 1);
	expect(udp4, HIDDEN, 1);
	expect(unix_dgram, HIDDEN, 1);
	checkpoint("in flight");
	close_one(ends[0], unix_stream);
	close_one(ends[1], unix_stream);
	expect(udp4, RELEASED, 1);
	expect(unix_dgram, RELEASED, 1);
	expect(udp4, HIDDEN, -1);
	expect(unix_dgram, HIDDEN, -1);
}

/*
 * Two sockets that hold each other in their queues, and nobody holds them:
 * only the garbage collector ends them (unix_gc(), which runs when a UNIX
 * socket is released while descriptors are in flight).
 */
static void cycle(const struct scenario *scenario)
{
	int ends[2], other;

	(void)scenario;
	pair(ends);
	if (send_fd(ends[0], ends[0]) || send_fd(ends[1], ends[1]))
		fail("sendmsg: %s", strerror(errno));
	checkpoint("both in flight");
	close(ends[0]);
	close(ends[1]);
	other = need_socket(unix_dgram);
	zoo_close(other);
	expect(unix_stream, RELEASED, 2);
}

const struct scenario pass_scenarios[] = {
	{ .name = "sent_and_received", .run = sent_and_received },
	{ .name = "sent_and_dropped", .run = sent_and_dropped },
	{ .name = "cycle", .run = cycle },
	{ .name = NULL },
};
