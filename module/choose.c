// SPDX-License-Identifier: GPL-2.0
/* Which hooks to attach: what the module parameter `hooks` says. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "choose.h"

/* Each stands alone, not among the names of hooks. */
static const char *const all_words[] = { "all", "Y", "y", "1" };
static const char *const none_words[] = { "none", "N", "n", "0" };

static bool is_any_of(const char *list, const char *const *words,
		      unsigned int nr)
{
	while (nr--)
		if (!strcmp(list, words[nr]))
			return true;
	return false;
}

/* Whether the first word of a list is this one. */
static bool begins_with(const char *list, const char *word)
{
	size_t bytes = strcspn(list, ",");

	return bytes == strlen(word) && !strncmp(list, word, bytes);
}

/* The list behind its first word, or NULL. */
static const char *behind(const char *list)
{
	const char *comma = strchr(list, ',');

	return comma ? comma + 1 : NULL;
}

/**
 * sockwatch_choose_none() - whether nothing is to be attached
 * @list: the parameter
 *
 * Context: any.
 * Return: true: nothing.
 */
bool sockwatch_choose_none(const char *list)
{
	return is_any_of(list, none_words, ARRAY_SIZE(none_words));
}

/**
 * sockwatch_choose_has() - whether a hook is to be attached
 * @list: the parameter, which sockwatch_choose_check() found right
 * @hook: the hook
 *
 * Context: any.
 * Return: true: it is required, or named.
 */
bool sockwatch_choose_has(const char *list, const struct sockwatch_hook *hook)
{
	if (sockwatch_choose_none(list))
		return false;
	if (hook->required ||
	    is_any_of(list, all_words, ARRAY_SIZE(all_words)))
		return true;
	for (; list; list = behind(list))
		if (begins_with(list, hook->name))
			return true;
	return false;
}

static bool is_hook(const char *list, struct sockwatch_hook *const *hooks,
		    unsigned int nr)
{
	while (nr--)
		if (begins_with(list, hooks[nr]->name))
			return true;
	return begins_with(list, "required");
}

/**
 * sockwatch_choose_check() - whether the parameter makes sense
 * @list: the parameter
 * @hooks: all hooks
 * @nr: how many
 *
 * Context: process.
 * Return: 0 or -EINVAL, of which the kernel log has told.
 */
int sockwatch_choose_check(const char *list,
			   struct sockwatch_hook *const *hooks,
			   unsigned int nr)
{
	if (sockwatch_choose_none(list) ||
	    is_any_of(list, all_words, ARRAY_SIZE(all_words)))
		return 0;
	for (; list; list = behind(list)) {
		if (is_hook(list, hooks, nr))
			continue;
		pr_err("hooks: no hook '%.*s': give all, none, required, or names of hooks that are not, as `sockwatch info` has them, with commas between\n",
		       (int)strcspn(list, ","), list);
		return -EINVAL;
	}
	return 0;
}
