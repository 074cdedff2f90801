// SPDX-License-Identifier: GPL-2.0
/*
 * Instructions per socket operation, in a guest whose clock counts
 * instructions (qemu -icount shift=0): CLOCK_MONOTONIC's nanosecond is one.
 *
 * usage: ops OPERATIONS [BATCHES [SECONDS]], OPERATIONS being letters:
 *   u  UDP socket and close          U  UNIX stream socket and close
 *   t  TCP connect, accept, reset    f  the same, closed in the ordinary way
 *   r  t with ten small round trips in it
 *
 * Prints "LETTER P10 MEDIAN MEAN" lines, over BATCHES batches and as many more
 * as SECONDS take: the 10th percentile, which leaves out the batches that an
 * interrupt fell into, and the mean, which has all that ran meanwhile: readers
 * too.
 */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define WARM_BATCHES	20
#define MAX_BATCHES	4000
#define ROUND_TRIPS	10

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

/* An ordinary request and its answer are one segment each, and an ACK. */
static void round_trip(int client, int child)
{
	char byte = 0;

	if (write(client, &byte, 1) != 1 || read(child, &byte, 1) != 1 ||
	    write(child, &byte, 1) != 1 || read(client, &byte, 1) != 1)
		err(1, "round trip");
}

static void tcp(int reset, int round_trips)
{
	const struct linger linger = { .l_onoff = 1, .l_linger = 0 };
	int client = socket(AF_INET, SOCK_STREAM, 0), child;

	if (client < 0 ||
	    connect(client, (struct sockaddr *)&address, sizeof(address)))
		err(1, "connect");
	child = accept(listener, NULL, NULL);
	if (child < 0)
		err(1, "accept");
	while (round_trips--)
		round_trip(client, child);
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
		tcp(1, 0);
		break;
	case 'f':
		tcp(0, 0);
		break;
	case 'r':
		tcp(1, ROUND_TRIPS);
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

/* A batch of each is far shorter than a tick of the timer. */
static int batch_of(char operation)
{
	return operation == 'r' ? 4 : 20;
}

static void measure(char operation, int batches, int seconds)
{
	static long long took[MAX_BATCHES];
	const int batch = batch_of(operation);
	long long before, end, sum = 0;
	int i, j;

	/* Slabs, caches and the emulator's translations. */
	for (i = 0; i < WARM_BATCHES * batch; i++)
		operate(operation);
	end = now_ns() + seconds * 1000000000LL;
	for (i = 0; i < batches || (i < MAX_BATCHES && now_ns() < end); i++) {
		before = now_ns();
		for (j = 0; j < batch; j++)
			operate(operation);
		took[i] = now_ns() - before;
		sum += took[i];
	}
	qsort(took, i, sizeof(took[0]), compare);
	printf("%c %lld %lld %lld\n", operation, took[i / 10] / batch,
	       took[i / 2] / batch, sum / i / batch);
}

int main(int argc, char **argv)
{
	int batches = argc > 2 ? atoi(argv[2]) : 300;
	int seconds = argc > 3 ? atoi(argv[3]) : 0;
	const char *operation;

	if (argc < 2 || batches < 10 || batches > MAX_BATCHES)
		errx(1, "usage: ops OPERATIONS [BATCHES [SECONDS]]");
	open_listener();
	for (operation = argv[1]; *operation; operation++)
		measure(*operation, batches, seconds);
	return 0;
}
