// SPDX-License-Identifier: GPL-2.0
/* Connects the client's socket to the kernel. */
#include <sys/socket.h>
#include <sys/time.h>

#include <linux/netlink.h>

#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

#include "transport.h"

/* A dump is made while it is read: silence this long is a lost answer. */
#define TRANSPORT_TIMEOUT_S 10

int transport_connect(struct nl_sock *sock)
{
	struct timeval timeout = { .tv_sec = TRANSPORT_TIMEOUT_S };
	int fd, on = 1;
	int rc;

	rc = genl_connect(sock);
	if (rc < 0)
		return rc;
	fd = nl_socket_get_fd(sock);

	/*
	 * Without them there is less text about a refusal, and a lost answer
	 * is waited for without end: no reason not to go on.
	 */
	(void)setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	(void)setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout,
			 sizeof(timeout));
	return 0;
}
