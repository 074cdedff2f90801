/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How the client's socket reaches the kernel.  The tests link another
 * transport_connect() in its place, which plays back recorded messages.
 */
#ifndef _SOCKWATCH_TRANSPORT_H
#define _SOCKWATCH_TRANSPORT_H

struct nl_sock;

/**
 * transport_connect() - make a new socket speak generic netlink
 *
 * @sock: fresh from nl_socket_alloc()
 *
 * Return: 0, or a negative error code of libnl.
 */
int transport_connect(struct nl_sock *sock);

#endif /* _SOCKWATCH_TRANSPORT_H */
