// SPDX-License-Identifier: GPL-2.0
/* Points in time as local time, second by second. */
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "text.h"

#define NSEC_PER_SEC 1000000000
#define NSEC_PER_USEC 1000

/* The date with the space behind it, and the time. */
#define DATE_BYTES 11
#define TIME_BYTES 8

static void read_second(struct clock *clock, uint64_t time_ns)
{
	time_t second = time_ns / NSEC_PER_SEC;
	struct tm tm;

	clock->begin_ns = time_ns - time_ns % NSEC_PER_SEC;
	localtime_r(&second, &tm);
	strftime(clock->text, sizeof(clock->text), "%Y-%m-%d %H:%M:%S", &tm);
}

/* Earlier is far above it, as the difference is unsigned. */
static bool is_now(const struct clock *clock, uint64_t time_ns)
{
	return clock->text[0] && time_ns - clock->begin_ns < NSEC_PER_SEC;
}

static char *put_fraction(const struct clock *clock, char *to, uint64_t time_ns)
{
	*to++ = '.';
	return text_digits(to, 6, (time_ns - clock->begin_ns) / NSEC_PER_USEC);
}

char *clock_time(struct clock *clock, char *to, uint64_t time_ns)
{
	if (!is_now(clock, time_ns))
		read_second(clock, time_ns);
	memcpy(to, clock->text + DATE_BYTES, TIME_BYTES);
	return put_fraction(clock, to + TIME_BYTES, time_ns);
}

char *clock_date(struct clock *clock, char *to, uint64_t time_ns)
{
	if (!is_now(clock, time_ns))
		read_second(clock, time_ns);
	to = text_word(to, clock->text);
	return put_fraction(clock, to, time_ns);
}
