/* SPDX-License-Identifier: GPL-2.0 */
/* TCP's segments that mean trouble: sent again, and resets. */
#ifndef _SOCKWATCH_SEGMENT_H
#define _SOCKWATCH_SEGMENT_H

#include <linux/types.h>

#include "byname.h"

struct request_sock;
struct sk_buff;
struct sock;

void sockwatch_segment_retransmitted(const struct sock *sk,
				     const struct sk_buff *skb);
void sockwatch_segment_synack(const struct sock *sk,
			      const struct request_sock *req);
void sockwatch_segment_reset(const struct sock *sk) __noendbr;
void sockwatch_segment_reset4(const struct sock *sk,
			      const struct sk_buff *skb);
void sockwatch_segment_reset6(const struct sock *sk,
			      const struct sk_buff *skb);
void sockwatch_segment_hooked(unsigned int segments);
bool sockwatch_segment_known(unsigned int segment);

#endif /* _SOCKWATCH_SEGMENT_H */
