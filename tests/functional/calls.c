// SPDX-License-Identifier: GPL-2.0
/*
 * A fixed number of calls.  calls NUMBER: that many UNIX
 * stream pairs, UDP sockets and calls that fail (200 calls of __sock_create
 * for 50).  calls x25: one call for a family that is not there; prints errno.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int one_of_each(void)
{
	int ends[2], fd;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
		return 1;
	close(ends[0]);
	close(ends[1]);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd < 0)
		return 1;
	close(fd);
	return socket(AF_INET, SOCK_RDM, 0) >= 0;
}

int main(int argc, char **argv)
{
	int i;

	if (argc != 2)
		return 2;
	if (!strcmp(argv[1], "x25")) {
		if (socket(AF_X25, SOCK_SEQPACKET, 0) >= 0)
			return 1;
		printf("%d\n", errno);
		return 0;
	}
	for (i = atoi(argv[1]); i > 0; i--)
		if (one_of_each())
			return 1;
	return 0;
}
