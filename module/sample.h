/* SPDX-License-Identifier: GPL-2.0 */
/* Which latencies are kept, and whose they were. */
#ifndef _SOCKWATCH_SAMPLE_H
#define _SOCKWATCH_SAMPLE_H

#include <linux/compiler.h>
#include <linux/types.h>
#include <uapi/linux/sockwatch.h>

struct sock;
struct sockwatch_entry;
struct sockwatch_hist;
struct sockwatch_net;

void sockwatch_sample_settle(const struct sockwatch_net *snet,
			     enum sockwatch_metric metric,
			     struct sockwatch_hist *hist,
			     const struct sockwatch_entry *entry,
			     const struct sock *sk, u64 n) __cold;
void sockwatch_sample_arm(const struct sockwatch_net *snet);
void sockwatch_sample_reset(const struct sockwatch_net *snet);

#endif /* _SOCKWATCH_SAMPLE_H */
