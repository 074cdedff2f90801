/* SPDX-License-Identifier: GPL-2.0 */
/* Puts the answers to many attempts in order; only the probe uses this. */
#ifndef _SOCKWATCH_PROBE_LIST_H
#define _SOCKWATCH_PROBE_LIST_H

#include <stdbool.h>

#include "probe.h"

/**
 * probe_arrange() - sort, drop doubles, sum up
 *
 * @list: as the attempts were made; changed in place
 * @all: do not sum up
 */
void probe_arrange(struct probe_list *list, bool all);

#endif /* _SOCKWATCH_PROBE_LIST_H */
