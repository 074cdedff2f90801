/* SPDX-License-Identifier: GPL-2.0 */
/* Moves of TCP socks that are rare: for their room only. */
#ifndef _SOCKWATCH_TCP_MOVE_RARE_H
#define _SOCKWATCH_TCP_MOVE_RARE_H

#include <net/sock.h>

#include "track.h"

void sockwatch_tcp_move_rare(struct sockwatch_entry *entry,
			     const struct sock *sk, unsigned int state,
			     u64 now_ns) __cold;

#endif /* _SOCKWATCH_TCP_MOVE_RARE_H */
