/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Texts, and what they were made of: events say much the same again and again,
 * and to copy a text is cheaper than to put it together.
 */
#ifndef _SOCKWATCH_MEMO_H
#define _SOCKWATCH_MEMO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/** MEMO_BYTES - the longest text that is kept */
#define MEMO_BYTES 88

/** MEMO_COUNT - so many texts of a sort are kept */
#define MEMO_COUNT 256

/** MEMO_USED - a bit of each key's last word, as what is not used is zero */
#define MEMO_USED (UINT64_C(1) << 63)

/**
 * struct memo_key - all that a text is made of
 *
 * @word: this, and MEMO_USED
 */
struct memo_key {
	uint64_t word[4];
};

/**
 * struct memo - a text and what it was made of
 *
 * @key: that
 * @bytes: its length
 * @text: the text, without a NUL
 */
struct memo {
	struct memo_key key;
	size_t bytes;
	char text[MEMO_BYTES];
};

/**
 * memo_find() - where a text is, or is to be kept
 *
 * @memos: MEMO_COUNT of them
 * @key: what the text is made of
 *
 * Return: the place, see memo_has().
 */
static inline struct memo *memo_find(struct memo *memos,
				     const struct memo_key key)
{
	uint64_t mixed = (key.word[0] ^ key.word[1] ^ key.word[2] ^
			  key.word[3]) * UINT64_C(0x9e3779b97f4a7c15);

	return &memos[mixed / (UINT64_MAX / MEMO_COUNT + 1)];
}

/**
 * memo_has() - whether a text is there
 *
 * @memo: from memo_find()
 * @key: what it is made of
 *
 * Return: true: see memo_put().
 */
static inline bool memo_has(const struct memo *memo, const struct memo_key key)
{
	return !((memo->key.word[0] ^ key.word[0]) |
		 (memo->key.word[1] ^ key.word[1]) |
		 (memo->key.word[2] ^ key.word[2]) |
		 (memo->key.word[3] ^ key.word[3]));
}

/**
 * memo_has_last() - as memo_has(), where all keys have only their last word
 *
 * @memo: from memo_find()
 * @key: what it is made of
 *
 * Return: true: see memo_put().
 */
static inline bool memo_has_last(const struct memo *memo,
				 const struct memo_key key)
{
	return memo->key.word[3] == key.word[3];
}

/**
 * memo_put() - put a text
 *
 * @memo: the text
 * @to: where it goes, with room for MEMO_BYTES
 * @usual: a constant: most texts of this sort are not longer
 *
 * Return: behind it.
 */
static inline char *memo_put(const struct memo *memo, char *to, size_t usual)
{
	memcpy(to, memo->text, usual);
	if (memo->bytes > usual)
		memcpy(to + usual, memo->text + usual, MEMO_BYTES - usual);
	return to + memo->bytes;
}

/**
 * memo_keep() - keep a text, if it is not too long
 *
 * @memo: from memo_find()
 * @key: what it is made of
 * @text: the text, MEMO_BYTES of which can be read
 * @end: behind it
 *
 * Return: @end.
 */
static inline char *memo_keep(struct memo *memo, const struct memo_key key,
			      const char *text, char *end)
{
	size_t bytes = end - text;

	if (bytes > MEMO_BYTES)
		return end;
	memo->key = key;
	memo->bytes = bytes;
	memcpy(memo->text, text, MEMO_BYTES);
	return end;
}

#endif /* _SOCKWATCH_MEMO_H */
