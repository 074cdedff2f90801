/* SPDX-License-Identifier: GPL-2.0 */
/* Waits between the rounds of --interval and for events, until Ctrl-C. */
#ifndef _SOCKWATCH_REPEAT_H
#define _SOCKWATCH_REPEAT_H

#include <poll.h>
#include <stdbool.h>
#include <time.h>

/** repeat_catch() - from now on SIGINT and SIGTERM only set a mark */
void repeat_catch(void);

/**
 * repeat_stopped() - whether such a signal came
 *
 * Return: whether it did.
 */
bool repeat_stopped(void);

/**
 * repeat_poll() - poll(), and a signal of repeat_catch() ends it or was there
 *	before
 *
 * @fds: as for poll(); untouched if a signal was there before
 * @count: how many
 * @timeout: how long at the most, or NULL
 */
void repeat_poll(struct pollfd *fds, nfds_t count,
		 const struct timespec *timeout);

/**
 * repeat_wait() - sleep until the next round is due, or a signal comes
 *
 * @due: CLOCK_MONOTONIC, all zero before the first wait; moved on by
 *	@interval, so that rounds do not drift
 * @interval: from round to round
 */
void repeat_wait(struct timespec *due, const struct timespec *interval);

#endif /* _SOCKWATCH_REPEAT_H */
