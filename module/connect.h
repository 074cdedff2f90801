/* SPDX-License-Identifier: GPL-2.0 */
/* The hooks of tcp_v4_connect and tcp_v6_connect, for what they return. */
#ifndef _SOCKWATCH_CONNECT_H
#define _SOCKWATCH_CONNECT_H

struct sockwatch_hook;

extern struct sockwatch_hook sockwatch_connect4_wrapper;
extern struct sockwatch_hook sockwatch_connect6_wrapper;

#endif /* _SOCKWATCH_CONNECT_H */
