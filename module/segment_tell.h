/* SPDX-License-Identifier: GPL-2.0 */
/* What is told of segments that mean trouble: for its room only. */
#ifndef _SOCKWATCH_SEGMENT_TELL_H
#define _SOCKWATCH_SEGMENT_TELL_H

#include <linux/compiler.h>
#include <linux/types.h>

struct net;
struct request_sock;
struct sk_buff;
struct sock;

void sockwatch_tell_synack(const struct sock *sk,
			   const struct request_sock *req, bool remote) __cold;
void sockwatch_tell_answer(const struct net *net, unsigned int family,
			   const struct sock *sk, const struct sk_buff *skb,
			   bool remote) __cold;

#endif /* _SOCKWATCH_SEGMENT_TELL_H */
