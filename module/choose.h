/* SPDX-License-Identifier: GPL-2.0 */
/* Which hooks to attach: what the module parameter `hooks` says. */
#ifndef _SOCKWATCH_CHOOSE_H
#define _SOCKWATCH_CHOOSE_H

#include <linux/types.h>

#include "attach.h"

bool sockwatch_choose_none(const char *list);
bool sockwatch_choose_has(const char *list, const struct sockwatch_hook *hook);
int sockwatch_choose_check(const char *list,
			   struct sockwatch_hook *const *hooks,
			   unsigned int nr);

#endif /* _SOCKWATCH_CHOOSE_H */
