/* SPDX-License-Identifier: GPL-2.0 */
/* The probe of security_sk_alloc, by which every sock comes. */
#ifndef _SOCKWATCH_ALLOC_H
#define _SOCKWATCH_ALLOC_H

#include "attach.h"

struct sock;

void sockwatch_alloc_probe(const struct sock *sk);

/* By hand, and so for per-CPU variables that lie behind %gs. */
#if defined(SOCKWATCH_HAS_STUBS) && defined(CONFIG_SMP)
#define SOCKWATCH_HAS_ALLOC_STUB
void sockwatch_alloc_stub(void);
#else
#define sockwatch_alloc_stub	NULL
#endif

#endif /* _SOCKWATCH_ALLOC_H */
