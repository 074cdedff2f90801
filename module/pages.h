/* SPDX-License-Identifier: GPL-2.0 */
/* Pages that events are sent in: used again when all readers are through. */
#ifndef _SOCKWATCH_PAGES_H
#define _SOCKWATCH_PAGES_H

#include <linux/mm.h>
#include <linux/sizes.h>

/* What may be on its way while the next ones are filled. */
#define SOCKWATCH_PAGES_MAX	32

#define SOCKWATCH_PAGES_ORDER	get_order(SZ_16K)
#define SOCKWATCH_PAGES_BYTES	(PAGE_SIZE << SOCKWATCH_PAGES_ORDER)

struct page *sockwatch_pages_get(void);
void sockwatch_pages_free(void);

#endif /* _SOCKWATCH_PAGES_H */
