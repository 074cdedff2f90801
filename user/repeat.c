// SPDX-License-Identifier: GPL-2.0
/* The clock and the signals of --interval. */
#include <signal.h>
#include <stddef.h>

#include "repeat.h"

#define NSEC_PER_SEC 1000000000L

static volatile sig_atomic_t stopped;

static void on_signal(int number)
{
	(void)number;
	stopped = 1;
}

void repeat_catch(void)
{
	/* No SA_RESTART: a blocked write is to end too. */
	struct sigaction action = { .sa_handler = on_signal };

	stopped = 0;
	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

bool repeat_stopped(void)
{
	return stopped;
}

static struct timespec add(struct timespec a, const struct timespec *b)
{
	a.tv_sec += b->tv_sec;
	a.tv_nsec += b->tv_nsec;
	if (a.tv_nsec >= NSEC_PER_SEC) {
		a.tv_sec++;
		a.tv_nsec -= NSEC_PER_SEC;
	}
	return a;
}

/* What is left from @now to @due; false if that is not in the future. */
static bool left_until(const struct timespec *due, const struct timespec *now,
		       struct timespec *left)
{
	left->tv_sec = due->tv_sec - now->tv_sec;
	left->tv_nsec = due->tv_nsec - now->tv_nsec;
	if (left->tv_nsec < 0) {
		left->tv_sec--;
		left->tv_nsec += NSEC_PER_SEC;
	}
	return left->tv_sec >= 0 && (left->tv_sec || left->tv_nsec);
}

void repeat_poll(struct pollfd *fds, nfds_t count,
		 const struct timespec *timeout)
{
	sigset_t signals, old;

	/* Blocked, so that none comes between the test and the sleep. */
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, &old);
	if (!stopped)
		ppoll(fds, count, timeout, &old);
	sigprocmask(SIG_SETMASK, &old, NULL);
}

void repeat_wait(struct timespec *due, const struct timespec *interval)
{
	struct timespec now, left;

	clock_gettime(CLOCK_MONOTONIC, &now);
	*due = add(due->tv_sec || due->tv_nsec ? *due : now, interval);
	/* Late already: rounds that were missed are not made up for. */
	if (!left_until(due, &now, &left)) {
		*due = now;
		return;
	}
	repeat_poll(NULL, 0, &left);
}
