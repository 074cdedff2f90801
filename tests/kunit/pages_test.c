// SPDX-License-Identifier: GPL-2.0
/* pages: a page is used again when it is read, and never before. */
#include <kunit/test.h>

#include "pages.h"
#include "suites.h"

/* As a message has it: nobody reads it any more. */
static struct page *got_and_read(struct kunit *test)
{
	struct page *page = sockwatch_pages_get();

	KUNIT_ASSERT_NOT_NULL(test, page);
	put_page(page);
	return page;
}

static void go_round(struct kunit *test)
{
	unsigned int i;

	for (i = 1; i < SOCKWATCH_PAGES_MAX; i++)
		got_and_read(test);
}

static void used_again(struct kunit *test)
{
	struct page *page = got_and_read(test);

	/* A page that was freed in between may be the same, but without it. */
	set_page_private(page, 1);
	go_round(test);
	KUNIT_EXPECT_PTR_EQ(test, got_and_read(test), page);
	KUNIT_EXPECT_EQ(test, page_private(page), 1UL);
	set_page_private(page, 0);
}

static void left_to_its_reader(struct kunit *test)
{
	struct page *page = sockwatch_pages_get();
	struct page *next;

	KUNIT_ASSERT_NOT_NULL(test, page);
	memset(page_address(page), 0x5a, SOCKWATCH_PAGES_BYTES);
	go_round(test);
	next = got_and_read(test);
	KUNIT_EXPECT_PTR_NE(test, next, page);
	/* It is the reader's alone now. */
	KUNIT_EXPECT_EQ(test, page_ref_count(page), 1);
	go_round(test);
	KUNIT_EXPECT_PTR_EQ(test, got_and_read(test), next);
	KUNIT_EXPECT_NULL(test, memchr_inv(page_address(page), 0x5a,
					   SOCKWATCH_PAGES_BYTES));
	put_page(page);
}

static void freed(struct kunit *test)
{
	struct page *page = sockwatch_pages_get();

	KUNIT_ASSERT_NOT_NULL(test, page);
	sockwatch_pages_free();
	KUNIT_EXPECT_EQ(test, page_ref_count(page), 1);
	put_page(page);
}

static void pages_end(struct kunit *test)
{
	sockwatch_pages_free();
}

static struct kunit_case pages_cases[] = {
	KUNIT_CASE(used_again),
	KUNIT_CASE(left_to_its_reader),
	KUNIT_CASE(freed),
	{}
};

struct kunit_suite sockwatch_pages_suite = {
	.name = "sockwatch_pages",
	.exit = pages_end,
	.test_cases = pages_cases,
};
