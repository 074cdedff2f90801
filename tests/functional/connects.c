// SPDX-License-Identifier: GPL-2.0
/*
 * connects COUNT: that many TCP connections over loopback, one after the
 * other; the client of each closes first, and that of every other one by a
 * RST.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static void check(int result, const char *call)
{
	if (result < 0) {
		perror(call);
		exit(1);
	}
}

static void connect_once(int listener, const struct sockaddr_in *address,
			 int with_reset)
{
	static const struct linger now = { 1, 0 };
	int client, child;

	client = socket(AF_INET, SOCK_STREAM, 0);
	check(client, "socket");
	check(connect(client, (const void *)address, sizeof(*address)),
	      "connect");
	child = accept(listener, NULL, NULL);
	check(child, "accept");
	if (with_reset)
		check(setsockopt(client, SOL_SOCKET, SO_LINGER, &now,
				 sizeof(now)), "SO_LINGER");
	close(client);
	close(child);
}

int main(int argc, char **argv)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t length = sizeof(address);
	int listener;
	long i;

	if (argc != 2)
		return 2;
	listener = socket(AF_INET, SOCK_STREAM, 0);
	check(listener, "socket");
	check(bind(listener, (void *)&address, sizeof(address)), "bind");
	check(listen(listener, 16), "listen");
	check(getsockname(listener, (void *)&address, &length), "getsockname");
	for (i = 0; i < atol(argv[1]); i++)
		connect_once(listener, &address, i % 2);
	return 0;
}
