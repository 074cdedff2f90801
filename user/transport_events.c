// SPDX-License-Identifier: GPL-2.0
/* Receives multicast messages on the client's socket. */
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/genetlink.h>
#include <linux/netlink.h>

#include <netlink/socket.h>

#include "repeat.h"
#include "transport.h"

/* Some hundred thousand events: what comes while the output is stuck. */
#define TRANSPORT_EVENTS_BYTES (32 << 20)

int transport_listen(struct nl_sock *sock, uint32_t group)
{
	int fd = nl_socket_get_fd(sock), on = 1, bytes = TRANSPORT_EVENTS_BYTES;
	uint32_t notify = GENL_ID_CTRL;

	/*
	 * None of these is a reason not to go on: with less room more is lost,
	 * without the second less is counted by the kernel, and without the
	 * third it is not seen that the module has gone.
	 */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)))
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes,
				 sizeof(bytes));
	(void)setsockopt(fd, SOL_NETLINK, NETLINK_BROADCAST_ERROR, &on,
			 sizeof(on));
	(void)setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &notify,
			 sizeof(notify));
	if (setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group,
		       sizeof(group)))
		return -errno;
	return 0;
}

ssize_t transport_receive(struct nl_sock *sock, void *buf, size_t bytes)
{
	struct sockaddr_nl from;
	socklen_t from_bytes = sizeof(from);
	ssize_t came;

	/* Not nl_recv(): that allocates for each datagram, and peeks at it. */
	came = recvfrom(nl_socket_get_fd(sock), buf, bytes,
			MSG_DONTWAIT | MSG_TRUNC, (struct sockaddr *)&from,
			&from_bytes);
	if (came < 0)
		return -errno;
	return from.nl_pid || came > (ssize_t)bytes ? 0 : came;
}

bool transport_wait(struct nl_sock *sock)
{
	struct pollfd fds[] = {
		{ .fd = nl_socket_get_fd(sock), .events = POLLIN },
		/* For POLLERR, which a pipe has when its reader has gone. */
		{ .fd = STDOUT_FILENO },
	};

	repeat_poll(fds, 2, NULL);
	return !fds[1].revents;
}
