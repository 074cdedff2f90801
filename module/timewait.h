/* SPDX-License-Identifier: GPL-2.0 */
/* Connections that are left to a time-wait sock. */
#ifndef _SOCKWATCH_TIMEWAIT_H
#define _SOCKWATCH_TIMEWAIT_H

#include <linux/types.h>

#include "byname.h"

struct inet_hashinfo;
struct inet_timewait_sock;
struct sockwatch_net;

void sockwatch_timewait_scheduled(const struct inet_timewait_sock *tw,
				  bool again) __noendbr;
void sockwatch_timewait_segment(const struct inet_timewait_sock *tw);
void sockwatch_timewait_freed(const struct inet_timewait_sock *tw) __noendbr;
void sockwatch_timewait_found(const struct inet_timewait_sock *tw);
void sockwatch_timewait_walk(const struct inet_hashinfo *table);
void sockwatch_timewait_walked(unsigned int buckets);
void sockwatch_timewait_walk_end(struct sockwatch_net *snet);
void sockwatch_timewait_census_end(void);
void sockwatch_timewait_hooked(bool yes);
bool sockwatch_timewait_known(void);

#endif /* _SOCKWATCH_TIMEWAIT_H */
