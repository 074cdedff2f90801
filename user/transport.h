/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How the client's socket reaches the kernel.  The tests link others in place
 * of these functions, which play back recorded messages.
 */
#ifndef _SOCKWATCH_TRANSPORT_H
#define _SOCKWATCH_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct nl_sock;

/**
 * transport_connect() - make a new socket speak generic netlink
 *
 * @sock: fresh from nl_socket_alloc()
 *
 * Return: 0, or a negative error code of libnl.
 */
int transport_connect(struct nl_sock *sock);

/**
 * transport_listen() - join a multicast group, and the one of the controller
 *	that tells when a netlink family goes
 *
 * @sock: connected
 * @group: the number of the group
 *
 * Return: 0, or a negative errno.
 */
int transport_listen(struct nl_sock *sock, uint32_t group);

/**
 * transport_receive() - take the next datagram, without waiting for it
 *
 * @sock: from transport_listen()
 * @buf: where it goes
 * @bytes: room there
 *
 * Return: its length; 0 if it is to be left out, since it is not of the kernel
 * or does not fit; or a negative errno: -EAGAIN when there is none, -ENOBUFS
 * when some were lost.
 */
ssize_t transport_receive(struct nl_sock *sock, void *buf, size_t bytes);

/**
 * transport_wait() - sleep until there is a datagram, or a signal comes
 *
 * @sock: from transport_listen()
 *
 * Return: false when nobody reads stdout any more.
 */
bool transport_wait(struct nl_sock *sock);

#endif /* _SOCKWATCH_TRANSPORT_H */
