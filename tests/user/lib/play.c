// SPDX-License-Identifier: GPL-2.0
/* The client's transport, from a recording. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/netlink.h>

#include <netlink/errno.h>
#include <netlink/handlers.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

#include "play.h"
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

/* As nl_recv(): a datagram from malloc, 0 at the end of the recording. */
static int play_recv(struct nl_sock *sock, struct sockaddr_nl *from,
		     unsigned char **buf, struct ucred **creds)
{
	struct play *play = play_source();
	size_t left = play->bytes - play->at;
	unsigned char head[4];
	uint32_t word;

	(void)sock;
	memset(from, 0, sizeof(*from));
	from->nl_family = AF_NETLINK;
	if (creds)
		*creds = NULL;
	if (left < sizeof(head))
		return 0;
	memcpy(head, play->data + play->at, sizeof(head));
	word = head[0] | head[1] << 8 | head[2] << 16 | (uint32_t)head[3] << 24;
	play->at += sizeof(head);
	left -= sizeof(head);
	if (word & PLAY_ERRNO)
		return record_errno(word);
	if (word > left)
		word = left;
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
