// SPDX-License-Identifier: GPL-2.0
/*
 * Numbers, addresses and durations at random: what the command puts together
 * is what printf and inet_ntop() do.
 *
 * Usage: texts COUNT SEED
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "duration.h"
#include "text.h"

static uint64_t state;

/* The same numbers everywhere for one seed (xorshift). */
static uint64_t next(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

/* Of any length. */
static uint64_t random_number(void)
{
	return next() >> next() % 64;
}

/* With groups that are zero, at the beginning and elsewhere. */
static void random_address(unsigned char *address, size_t bytes)
{
	uint64_t zero = next() & next();
	size_t i;

	for (i = 0; i < bytes; i++)
		address[i] = zero >> i / 2 & 1 ? 0 : next() >> 13;
	if (next() % 8 == 0)
		memset(address, 0, bytes * 5 / 8);
	if (bytes == 16 && next() % 8 == 0)
		memset(address + 10, 0xff, 2);
}

static const char *check_endpoint(char *got, char *wanted)
{
	size_t bytes = next() % 2 ? 4 : 16;
	unsigned int port = next() % 4 ? next() % 65536 : 0;
	char text[INET6_ADDRSTRLEN], number[8] = "*";
	unsigned char address[16];

	random_address(address, bytes);
	inet_ntop(bytes == 4 ? AF_INET : AF_INET6, address, text, sizeof(text));
	if (port)
		sprintf(number, "%u", port);
	sprintf(wanted, bytes == 4 ? "%s:%s" : "[%s]:%s", text, number);
	*text_endpoint(got, address, bytes, port) = '\0';
	return strcmp(got, wanted) ? "an address" : NULL;
}

static const char *check_number(char *got, char *wanted)
{
	uint64_t number = random_number();
	char *at;

	sprintf(wanted, "%" PRIu64 " %" PRIx64 " %06" PRIu64, number, number,
		number % 1000000);
	at = text_number(got, number);
	*at++ = ' ';
	at = text_hex(at, number);
	*at++ = ' ';
	*text_digits(at, 6, number % 1000000) = '\0';
	return strcmp(got, wanted) ? "a number" : NULL;
}

static const char *check_columns(char *got, char *wanted)
{
	uint64_t number = random_number();
	int width = next() % (TEXT_COLUMN + 1);
	struct text_name name;
	char *at;

	sprintf(wanted, "%-*" PRIu64 "  %*" PRIu64 "  ", width, number, width,
		number);
	text_name_number(&name, number);
	at = text_left(got, text_number(got, number), width);
	*text_right(at, width, &name) = '\0';
	return strcmp(got, wanted) ? "columns" : NULL;
}

/* Three digits are off by half of the last one, a 200th, or by half a second. */
static const char *check_duration(char *got, char *wanted)
{
	uint64_t ns = random_number(), parsed, off;

	duration_text(got, ns);
	sprintf(wanted, "%" PRIu64 "ns", ns);
	if (!duration_parse(got, &parsed))
		return "a duration that does not parse";
	off = parsed > ns ? parsed - ns : ns - parsed;
	/* From 2^53 on the parser rounds too. */
	if (off > ns / 200 + (ns >> 53) && off > 500000000)
		return "a duration";
	return NULL;
}

int main(int argc, char **argv)
{
	const char *(*const checks[])(char *got, char *wanted) = {
		check_endpoint, check_number, check_columns, check_duration,
	};
	char got[128 + TEXT_SLACK] = "", wanted[128] = "";
	const char *wrong = NULL;
	unsigned long n;

	if (argc != 3)
		return EXIT_FAILURE;
	state = strtoull(argv[2], NULL, 10);
	for (n = 0; !wrong && n < strtoul(argv[1], NULL, 10); n++)
		wrong = checks[n % 4](got, wanted);
	printf("%lu texts\n", n);
	if (wrong)
		printf("%s: got %s, wanted %s\n", wrong, got, wanted);
	return wrong ? EXIT_FAILURE : EXIT_SUCCESS;
}
