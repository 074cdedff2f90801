// SPDX-License-Identifier: GPL-2.0
/* Pages that events are sent in: used again when all readers are through. */
#include <linux/gfp.h>
#include <linux/page_ref.h>

#include "pages.h"

/**
 * DOC: pages
 *
 * New pages have to be cleared, which takes longer than to fill them with
 * events.  So each is kept here with a reference of ours, and is used again
 * when that is the only one: when it is not read any more.  One that still is
 * when its turn comes is left to its readers.
 */

static struct page *pages[SOCKWATCH_PAGES_MAX];
static unsigned int next;

/**
 * sockwatch_pages_get() - a place for events
 *
 * Context: process, may sleep, one at a time.
 * Return: SOCKWATCH_PAGES_BYTES, to be given to put_page(); NULL: no memory.
 */
struct page *sockwatch_pages_get(void)
{
	struct page **page = &pages[next++ % SOCKWATCH_PAGES_MAX];

	if (!*page || page_ref_count(*page) != 1) {
		if (*page)
			put_page(*page);
		*page = alloc_pages(GFP_KERNEL | __GFP_COMP | __GFP_NOWARN,
				    SOCKWATCH_PAGES_ORDER);
	}
	if (*page)
		get_page(*page);
	return *page;
}

/**
 * sockwatch_pages_free() - keep none
 *
 * Context: that of sockwatch_pages_get().
 */
void sockwatch_pages_free(void)
{
	unsigned int i;

	for (i = 0; i < SOCKWATCH_PAGES_MAX; i++) {
		if (pages[i])
			put_page(pages[i]);
		pages[i] = NULL;
	}
}
