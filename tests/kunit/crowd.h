/* SPDX-License-Identifier: GPL-2.0 */
/* Several kernel threads that do the same at the same time. */
#ifndef _SOCKWATCH_CROWD_H
#define _SOCKWATCH_CROWD_H

#include <kunit/test.h>

#define CROWD_SIZE	4

int crowd_run(struct kunit *test, void (*fn)(unsigned int who, void *arg),
	      void *arg);

#endif /* _SOCKWATCH_CROWD_H */
