/* SPDX-License-Identifier: GPL-2.0 */
/* Points in time as people read them. */
#ifndef _SOCKWATCH_CLOCK_H
#define _SOCKWATCH_CLOCK_H

#include <stdint.h>

/** CLOCK_BYTES - the longest point in time */
#define CLOCK_BYTES 32

/**
 * struct clock - the millisecond that was printed last
 *
 * @second_ns: when its second began, nanoseconds since 1970
 * @begin_ns: when it began
 * @text: it as local time; empty at the beginning
 *
 * Many points lie in one second, and to ask for its name takes longer than
 * all else about them.
 */
struct clock {
	uint64_t second_ns;
	uint64_t begin_ns;
	char text[CLOCK_BYTES];
};

/**
 * clock_time() - put a time of the day, such as 13:37:00.000042
 *
 * @clock: all zero before the first call
 * @to: at least CLOCK_BYTES
 * @time_ns: nanoseconds since 1970
 *
 * Return: behind it; there is no NUL.
 */
char *clock_time(struct clock *clock, char *to, uint64_t time_ns);

/**
 * clock_date() - put a date and a time, such as 2026-01-31 13:37:00.000042
 *
 * @clock: all zero before the first call
 * @to: at least CLOCK_BYTES
 * @time_ns: nanoseconds since 1970
 *
 * Return: behind it; there is no NUL.
 */
char *clock_date(struct clock *clock, char *to, uint64_t time_ns);

#endif /* _SOCKWATCH_CLOCK_H */
