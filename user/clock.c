// SPDX-License-Identifier: GPL-2.0
/* Points in time as local time, second by second. */
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "text.h"

#define NSEC_PER_SEC 1000000000
#define NSEC_PER_MSEC 1000000
#define NSEC_PER_USEC 1000

/* The date with the space behind it, and the time up to the milliseconds. */
#define DATE_BYTES 11
#define TIME_BYTES 12

/* And up to its point. */
#define SECOND_BYTES 20

static void read_second(struct clock *clock, uint64_t time_ns)
{
	time_t second = time_ns / NSEC_PER_SEC;
	struct tm tm;

	clock->second_ns = time_ns - time_ns % NSEC_PER_SEC;
	localtime_r(&second, &tm);
	strftime(clock->text, sizeof(clock->text), "%Y-%m-%d %H:%M:%S.", &tm);
}

/* Earlier is far above it, as the difference is unsigned. */
static bool is_within(const struct clock *clock, uint64_t begin_ns,
		      uint64_t length_ns, uint64_t time_ns)
{
	return time_ns - begin_ns < length_ns && clock->text[0];
}

static bool is_now(const struct clock *clock, uint64_t time_ns)
{
	return is_within(clock, clock->begin_ns, NSEC_PER_MSEC, time_ns);
}

static void read_millisecond(struct clock *clock, uint64_t time_ns)
{
	if (!is_within(clock, clock->second_ns, NSEC_PER_SEC, time_ns))
		read_second(clock, time_ns);
	clock->begin_ns = time_ns - time_ns % NSEC_PER_MSEC;
	text_digits(clock->text + SECOND_BYTES, 3,
		    (time_ns - clock->second_ns) / NSEC_PER_MSEC);
}

static inline char *put_microseconds(const struct clock *clock, char *to,
				     uint64_t time_ns)
{
	unsigned int ns = time_ns - clock->begin_ns;
	unsigned int us = ns / NSEC_PER_USEC;

	*to++ = '0' + us / 100;
	return text_pair(to, us % 100);
}

static inline char *put_time(const struct clock *clock, char *to,
			     uint64_t time_ns)
{
	memcpy(to, clock->text + DATE_BYTES, TIME_BYTES);
	return put_microseconds(clock, to + TIME_BYTES, time_ns);
}

static __attribute__((noinline)) char *
read_time(struct clock *clock, char *to, uint64_t time_ns)
{
	read_millisecond(clock, time_ns);
	return put_time(clock, to, time_ns);
}

char *clock_time(struct clock *clock, char *to, uint64_t time_ns)
{
	return is_now(clock, time_ns) ? put_time(clock, to, time_ns) :
					read_time(clock, to, time_ns);
}

char *clock_date(struct clock *clock, char *to, uint64_t time_ns)
{
	if (!is_now(clock, time_ns))
		read_millisecond(clock, time_ns);
	memcpy(to, clock->text, DATE_BYTES + TIME_BYTES);
	return put_microseconds(clock, to + DATE_BYTES + TIME_BYTES, time_ns);
}
