/* SPDX-License-Identifier: GPL-2.0 */
/* /proc/sockwatch: the counters of the reader's network namespace. */
#ifndef _SOCKWATCH_PROC_H
#define _SOCKWATCH_PROC_H

int sockwatch_proc_init(void);
void sockwatch_proc_exit(void);

#endif /* _SOCKWATCH_PROC_H */
