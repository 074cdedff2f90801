/* SPDX-License-Identifier: GPL-2.0 */
/* Every second the next latencies may be kept as samples. */
#ifndef _SOCKWATCH_SAMPLE_TIMER_H
#define _SOCKWATCH_SAMPLE_TIMER_H

void sockwatch_sample_timer_init(void);
void sockwatch_sample_timer_exit(void);

#endif /* _SOCKWATCH_SAMPLE_TIMER_H */
