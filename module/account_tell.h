/* SPDX-License-Identifier: GPL-2.0 */
/* What is told of a socket's birth and end: for its room only. */
#ifndef _SOCKWATCH_ACCOUNT_TELL_H
#define _SOCKWATCH_ACCOUNT_TELL_H

#include <linux/compiler.h>
#include <linux/types.h>

struct sock;
struct sockwatch_entry;
struct sockwatch_net;

void sockwatch_tell_create_failed(struct sockwatch_net *snet, int family,
				  int type, int protocol, int err) __cold;
void sockwatch_tell_created(struct sockwatch_net *snet,
			    const struct sockwatch_entry *entry,
			    const struct sock *sk, u64 took_ns) __cold;
void sockwatch_tell_accepted(struct sockwatch_net *snet,
			     const struct sockwatch_entry *entry,
			     const struct sock *sk, u64 waited_ns) __cold;
void sockwatch_tell_closed(const struct sockwatch_entry *entry,
			   const struct sock *sk) __cold;
void sockwatch_tell_unix_not_connected(struct sockwatch_net *snet,
				       int type) __cold;

#endif /* _SOCKWATCH_ACCOUNT_TELL_H */
