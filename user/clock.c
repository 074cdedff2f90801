// SPDX-License-Identifier: GPL-2.0
/* Points in time as local time, second by second. */
#include <time.h>

#include "clock.h"
#include "text.h"

#define NSEC_PER_SEC 1000000000
#define NSEC_PER_USEC 1000

/* Behind the date. */
#define TIME_AT 11

static void read_second(struct clock *clock, uint64_t second)
{
	time_t seconds = second;
	struct tm tm;

	clock->second = second;
	localtime_r(&seconds, &tm);
	strftime(clock->text, sizeof(clock->text), "%Y-%m-%d %H:%M:%S", &tm);
}

static char *put(struct clock *clock, char *to, uint64_t time_ns, size_t from)
{
	uint64_t second = time_ns / NSEC_PER_SEC;

	if (second != clock->second || !clock->text[0])
		read_second(clock, second);
	to = text_word(to, clock->text + from);
	*to++ = '.';
	return text_digits(to, 6, time_ns % NSEC_PER_SEC / NSEC_PER_USEC);
}

char *clock_time(struct clock *clock, char *to, uint64_t time_ns)
{
	return put(clock, to, time_ns, TIME_AT);
}

char *clock_date(struct clock *clock, char *to, uint64_t time_ns)
{
	return put(clock, to, time_ns, 0);
}
