// SPDX-License-Identifier: GPL-2.0
/*
 * Holds sockets for a shell test: hold NUMBER...  Makes NUMBER UDP sockets,
 * says so, waits for a line, closes them, and goes on with the next NUMBER
 * (saying "holding 0" in between); at the last it stays until it is killed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static void say(int number)
{
	printf("holding %d\n", number);
	fflush(stdout);
}

static void wait_for_line(void)
{
	char line[80];

	if (!fgets(line, sizeof(line), stdin))
		exit(0);
}

int main(int argc, char **argv)
{
	struct rlimit limit = { 65536, 65536 };
	static int fds[65536];
	int arg, i, number;

	setrlimit(RLIMIT_NOFILE, &limit);
	for (arg = 1; arg < argc; arg++) {
		number = atoi(argv[arg]);
		for (i = 0; i < number; i++) {
			fds[i] = socket(AF_INET, SOCK_DGRAM, 0);
			if (fds[i] < 0) {
				perror("socket");
				return 1;
			}
		}
		say(number);
		wait_for_line();
		while (i--)
			close(fds[i]);
		say(0);
		wait_for_line();
	}
	return 0;
}
