// SPDX-License-Identifier: GPL-2.0
/*
 * Instructions per socket operation, in a guest whose clock counts
 * instructions (qemu -icount shift=0): CLOCK_MONOTONIC's nanosecond is one.
 *
 * usage: ops OPERATIONS [BATCHES], OPERATIONS being letters:
 *   u  UDP socket and close          U  UNIX stream socket and close
 *   t  TCP connect, accept, reset    f  the same, closed in the ordinary way
 *
 * Prints "LETTER INSTRUCTIONS MEAN" lines: the 10th percentile over batches of
 * 20, which leaves out the batches that an interrupt fell into, and the mean,
 * which has all that ran meanwhile: readers too.
 */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BATCH		20
#define MAX_BATCHES	4000

static struct sockaddr_in address;
static int listener;

static long long now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void open_listener(void)
{
	socklen_t len = sizeof(address);

	address.sin_family = AF_INET;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	listener = socket(AF_INET, SOCK_STREAM, 0);
	if (listener < 0 ||
	    bind(listener, (struct sockaddr *)&address, len) ||
	    listen(listener, 64) ||
	    getsockname(listener, (struct sockaddr *)&address, &len))
		err(1, "listener");
}

static void just_open(int family, int type)
{
	int fd = socket(family, type, 0);

	if (fd < 0)
		err(1, "socket");
	close(fd);
}

static void tcp(int reset)
{
	const struct linger linger = { .l_onoff = 1, .l_linger = 0 };
	int client = socket(AF_INET, SOCK_STREAM, 0), child;

	if (client < 0 ||
	    connect(client, (struct sockaddr *)&address, sizeof(address)))
		err(1, "connect");
	child = accept(listener, NULL, NULL);
	if (child < 0)
		err(1, "accept");
	if (reset && setsockopt(client, SOL_SOCKET, SO_LINGER, &linger,
				sizeof(linger)))
		err(1, "SO_LINGER");
	close(client);
	close(child);
}

static void operate(char operation)
{
	switch (operation) {
	case 'u':
		just_open(AF_INET, SOCK_DGRAM);
		break;
	case 'U':
		just_open(AF_UNIX, SOCK_STREAM);
		break;
	case 't':
		tcp(1);
		break;
	case 'f':
		tcp(0);
		break;
	default:
		errx(1, "unknown operation %c", operation);
	}
}

static int compare(const void *a, const void *b)
{
	long long left = *(const long long *)a, right = *(const long long *)b;

	return (left > right) - (left < right);
}

static void measure(char operation, int batches)
{
	static long long took[MAX_BATCHES];
	long long before, sum = 0;
	int i, j;

	/* Slabs, caches and the emulator's translations. */
	for (i = 0; i < 20 * BATCH; i++)
		operate(operation);
	for (i = 0; i < batches; i++) {
		before = now_ns();
		for (j = 0; j < BATCH; j++)
			operate(operation);
		took[i] = now_ns() - before;
		sum += took[i];
	}
	qsort(took, batches, sizeof(took[0]), compare);
	printf("%c %lld %lld\n", operation, took[batches / 10] / BATCH,
	       sum / batches / BATCH);
}

int main(int argc, char **argv)
{
	int batches = argc > 2 ? atoi(argv[2]) : 300;
	const char *operation;

	if (argc < 2 || batches < 10 || batches > MAX_BATCHES)
		errx(1, "usage: ops OPERATIONS [BATCHES]");
	open_listener();
	for (operation = argv[1]; *operation; operation++)
		measure(*operation, batches);
	return 0;
}
