/* SPDX-License-Identifier: GPL-2.0 */
/* The hook of __sock_create, whose result we need: two ways to get it. */
#ifndef _SOCKWATCH_CREATE_H
#define _SOCKWATCH_CREATE_H

#include "attach.h"

extern struct sockwatch_hook sockwatch_create_wrapper;
extern struct sockwatch_hook sockwatch_create_kretprobe;

#endif /* _SOCKWATCH_CREATE_H */
