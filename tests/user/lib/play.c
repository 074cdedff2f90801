// SPDX-License-Identifier: GPL-2.0
/* The client's transport, from a recording. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/netlink.h>

#include <netlink/errno.h>
#include <netlink/handlers.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

#include "play.h"
#include "repeat.h"
#include "transport.h"

static uint32_t last_seq;

/* For tests of what is asked: to the file that SOCKWATCH_SENT names. */
static void keep_sent(const struct nlmsghdr *nlh)
{
	const char *name = getenv("SOCKWATCH_SENT");
	FILE *file = name ? fopen(name, "ab") : NULL;

	if (!file)
		return;
	fwrite(nlh, 1, nlh->nlmsg_len, file);
	fclose(file);
}

static int play_send(struct nl_sock *sock, struct nl_msg *msg)
{
	(void)sock;
	keep_sent(nlmsg_hdr(msg));
	last_seq = nlmsg_hdr(msg)->nlmsg_seq;
	return nlmsg_hdr(msg)->nlmsg_len;
}

/* The recorded numbers are those of another run. */
static void renumber(unsigned char *data, int bytes)
{
	struct nlmsghdr *nlh = (void *)data;

	for (; nlmsg_ok(nlh, bytes); nlh = nlmsg_next(nlh, &bytes))
		nlh->nlmsg_seq = last_seq;
}

static int record_errno(uint32_t word)
{
	switch (word & ~PLAY_ERRNO) {
	case EINTR:
		return -NLE_INTR;
	case ENOBUFS:
		return -NLE_NOMEM;
	case EAGAIN:
		return -NLE_AGAIN;
	default:
		return -NLE_FAILURE;
	}
}

static bool next_record(struct play *play, uint32_t *word)
{
	unsigned char head[4];

	if (play->bytes - play->at < sizeof(head))
		return false;
	memcpy(head, play->data + play->at, sizeof(head));
	*word = head[0] | head[1] << 8 | head[2] << 16 |
		(uint32_t)head[3] << 24;
	play->at += sizeof(head);
	if (!(*word & PLAY_ERRNO) && *word > play->bytes - play->at)
		*word = play->bytes - play->at;
	return true;
}

/* As nl_recv(): a datagram from malloc, 0 at the end of the recording. */
static int play_recv(struct nl_sock *sock, struct sockaddr_nl *from,
		     unsigned char **buf, struct ucred **creds)
{
	struct play *play = play_source();
	uint32_t word;

	(void)sock;
	memset(from, 0, sizeof(*from));
	from->nl_family = AF_NETLINK;
	if (creds)
		*creds = NULL;
	if (!next_record(play, &word))
		return 0;
	if (word & PLAY_ERRNO)
		return record_errno(word);
	if (!word)
		return 0;
	*buf = malloc(word);
	if (!*buf)
		return -NLE_NOMEM;
	memcpy(*buf, play->data + play->at, word);
	play->at += word;
	renumber(*buf, word);
	return word;
}

int transport_connect(struct nl_sock *sock)
{
	struct nl_cb *cb = nl_socket_get_cb(sock);

	nl_cb_overwrite_send(cb, play_send);
	nl_cb_overwrite_recv(cb, play_recv);
	nl_cb_put(cb);
	return 0;
}

int transport_listen(struct nl_sock *sock, uint32_t group)
{
	const char *error = getenv("SOCKWATCH_LISTEN_ERRNO");

	(void)sock;
	(void)group;
	return error ? -atoi(error) : 0;
}

/* The end of the recording is a socket with nothing more to read. */
ssize_t transport_receive(struct nl_sock *sock, void *buf, size_t bytes)
{
	struct play *play = play_source();
	uint32_t word;

	(void)sock;
	if (!next_record(play, &word))
		return -EAGAIN;
	if (word & PLAY_ERRNO)
		return -(ssize_t)(word & ~PLAY_ERRNO & 0xfff);
	if (word <= bytes) {
		memcpy(buf, play->data + play->at, word);
		renumber(buf, word);
	}
	play->at += word;
	return word <= bytes ? word : 0;
}

/* There the test's Ctrl-C comes; with SOCKWATCH_HOLD somebody else's does. */
bool transport_wait(struct nl_sock *sock)
{
	struct pollfd out = { .fd = STDOUT_FILENO };
	struct play *play = play_source();

	(void)sock;
	if (play->bytes - play->at >= 4)
		return true;
	if (getenv("SOCKWATCH_HOLD"))
		repeat_poll(&out, 1, NULL);
	else
		raise(SIGINT);
	return !out.revents;
}
