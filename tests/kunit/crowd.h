/* SPDX-License-Identifier: GPL-2.0 */
/* Several kernel threads, and an interrupt, that get in each other's way. */
#ifndef _SOCKWATCH_CROWD_H
#define _SOCKWATCH_CROWD_H

#include <kunit/test.h>

#define CROWD_SIZE	4

/* Interrupts that are enough to meet what takes a few steps. */
#define CROWD_IRQS	1000

int crowd_run(struct kunit *test, void (*fn)(unsigned int who, void *arg),
	      void *arg);
void crowd_disturb(void (*fn)(void));
void crowd_leave_alone(void);

#endif /* _SOCKWATCH_CROWD_H */
