// SPDX-License-Identifier: GPL-2.0
/*
 * Makes and closes COUNT sockets of each kind that stdin names, in batches,
 * one kind after the other: many COUNT <<< "family type protocol ..."
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BATCH 500

static int make(int family, int type, int protocol, long count)
{
	int fds[BATCH], i, size;

	while (count > 0) {
		size = count < BATCH ? count : BATCH;
		for (i = 0; i < size; i++) {
			fds[i] = socket(family, type, protocol);
			if (fds[i] < 0) {
				perror("socket");
				return 1;
			}
		}
		while (i--)
			close(fds[i]);
		count -= size;
	}
	return 0;
}

static long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int main(int argc, char **argv)
{
	struct rlimit limit = { 4096, 4096 };
	int family, type, protocol;
	long start_ms;

	if (argc != 2)
		return 2;
	setrlimit(RLIMIT_NOFILE, &limit);
	while (scanf("%d %d %d", &family, &type, &protocol) == 3) {
		start_ms = now_ms();
		if (make(family, type, protocol, atol(argv[1])))
			return 1;
		printf("%d %d %d: %ld ms\n", family, type, protocol,
		       now_ms() - start_ms);
		fflush(stdout);
	}
	return 0;
}
