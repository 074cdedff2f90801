// SPDX-License-Identifier: GPL-2.0
/* Puts text together piece by piece, without printf. */
#include <stdbool.h>

#include "text.h"

#define GROUPS 8

/* The numbers below 100, two digits each. */
#define TEN(t) t "0" t "1" t "2" t "3" t "4" t "5" t "6" t "7" t "8" t "9"
const char text_pairs[] =
	TEN("0") TEN("1") TEN("2") TEN("3") TEN("4")
	TEN("5") TEN("6") TEN("7") TEN("8") TEN("9");

/* Without zeros before it. */
static inline char *put_small(char *to, unsigned int number)
{
	if (number >= 10)
		return text_pair(to, number);
	*to++ = '0' + number;
	return to;
}

/* Four digits at a time: five times for the longest. */
char *text_number(char *to, uint64_t number)
{
	unsigned int rest = number;

	if (number < 100)
		return put_small(to, rest);
	if (number < 10000) {
		to = put_small(to, rest / 100);
		return text_pair(to, rest % 100);
	}
	rest = number % 10000;
	to = text_number(to, number / 10000);
	to = text_pair(to, rest / 100);
	return text_pair(to, rest % 100);
}

char *text_digits(char *to, size_t digits, unsigned int number)
{
	char *at = to + digits;

	for (; at - to >= 2; number /= 100)
		text_pair(at -= 2, number % 100);
	if (at > to)
		*to = '0' + number % 10;
	return to + digits;
}

/* The numbers below 256, two digits each. */
#define SIXTEEN(t) TEN(t) t "a" t "b" t "c" t "d" t "e" t "f"
static const char hex_pairs[] =
	SIXTEEN("0") SIXTEEN("1") SIXTEEN("2") SIXTEEN("3")
	SIXTEEN("4") SIXTEEN("5") SIXTEEN("6") SIXTEEN("7")
	SIXTEEN("8") SIXTEEN("9") SIXTEEN("a") SIXTEEN("b")
	SIXTEEN("c") SIXTEEN("d") SIXTEEN("e") SIXTEEN("f");

static inline char *put_hex_pair(char *to, unsigned int number)
{
	memcpy(to, hex_pairs + 2 * number, 2);
	return to + 2;
}

static inline char *put_hex_small(char *to, unsigned int number)
{
	if (number >= 16)
		return put_hex_pair(to, number);
	*to++ = hex_pairs[2 * number + 1];
	return to;
}

static __attribute__((noinline)) char *put_long_hex(char *to, uint64_t number)
{
	to = text_hex(to, number >> 16);
	to = put_hex_pair(to, number >> 8 & 255);
	return put_hex_pair(to, number & 255);
}

char *text_hex(char *to, uint64_t number)
{
	if (number < 0x100)
		return put_hex_small(to, number);
	if (number >= 0x10000)
		return put_long_hex(to, number);
	to = put_hex_small(to, number >> 8);
	return put_hex_pair(to, number & 255);
}

static inline char *put_octet(char *to, unsigned int octet)
{
	if (octet < 100)
		return put_small(to, octet);
	*to++ = '0' + octet / 100;
	return text_pair(to, octet % 100);
}

static char *put_ipv4(char *to, const unsigned char *address)
{
	to = put_octet(to, address[0]);
	*to++ = '.';
	to = put_octet(to, address[1]);
	*to++ = '.';
	to = put_octet(to, address[2]);
	*to++ = '.';
	return put_octet(to, address[3]);
}

/* The longest row of at least two groups that are zero, the first of several. */
static size_t find_zeros(const uint16_t *group, size_t *count)
{
	size_t first = 0, run = 0, i;

	*count = 1;
	for (i = 0; i < GROUPS; i++) {
		run = group[i] ? 0 : run + 1;
		if (run <= *count)
			continue;
		*count = run;
		first = i + 1 - run;
	}
	if (*count == 1)
		*count = 0;
	return first;
}

static char *put_ipv6(char *to, const unsigned char *address)
{
	size_t first, count, i;
	uint16_t group[GROUPS];
	bool ipv4;

	for (i = 0; i < GROUPS; i++)
		group[i] = address[2 * i] << 8 | address[2 * i + 1];
	first = find_zeros(group, &count);
	ipv4 = !first && (count == 6 || (count == 5 && group[5] == 0xffff));
	for (i = 0; i < GROUPS; i++) {
		if (i || count == GROUPS)
			*to++ = ':';
		if (count && i == first) {
			i += count - 1;
			if (!first || i == GROUPS - 1)
				*to++ = ':';
			continue;
		}
		if (i == 6 && ipv4)
			return put_ipv4(to, address + 12);
		to = text_hex(to, group[i]);
	}
	return to;
}

char *text_endpoint(char *to, const unsigned char *address, size_t bytes,
		    uint64_t port)
{
	if (bytes == 4) {
		to = put_ipv4(to, address);
	} else {
		*to++ = '[';
		to = put_ipv6(to, address);
		*to++ = ']';
	}
	*to++ = ':';
	if (port)
		return text_number(to, port);
	*to++ = '*';
	return to;
}
