// SPDX-License-Identifier: GPL-2.0
/*
 * The command over the real module, with every datagram that it receives
 * written to the file named by SOCKWATCH_RECORD; the events of monitor are not.
 */
#include <stdio.h>
#include <stdlib.h>

#include <netlink/genl/genl.h>
#include <netlink/handlers.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

#include "transport.h"

static int record_recv(struct nl_sock *sock, struct sockaddr_nl *from,
		       unsigned char **buf, struct ucred **creds)
{
	const char *name = getenv("SOCKWATCH_RECORD");
	int bytes = nl_recv(sock, from, buf, creds);
	FILE *file = name && bytes > 0 ? fopen(name, "ab") : NULL;

	if (!file)
		return bytes;
	fputc(bytes & 0xff, file);
	fputc(bytes >> 8 & 0xff, file);
	fputc(bytes >> 16 & 0xff, file);
	fputc(0, file);
	fwrite(*buf, 1, bytes, file);
	fclose(file);
	return bytes;
}

int transport_connect(struct nl_sock *sock)
{
	struct nl_cb *cb = nl_socket_get_cb(sock);

	nl_cb_overwrite_recv(cb, record_recv);
	nl_cb_put(cb);
	return genl_connect(sock);
}
