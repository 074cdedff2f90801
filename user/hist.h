/* SPDX-License-Identifier: GPL-2.0 */
/* Histograms as the module keeps them: bounds, sums, quantiles. */
#ifndef _SOCKWATCH_USER_HIST_H
#define _SOCKWATCH_USER_HIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** HIST_BUCKETS - those with a bound, and the open end */
#define HIST_BUCKETS 114

/** HIST_OPEN - the bucket at the open end */
#define HIST_OPEN (HIST_BUCKETS - 1)

/** HIST_NO_LIMIT - a bound or a longest sample that is not known */
#define HIST_NO_LIMIT UINT64_MAX

/**
 * struct hist - a histogram
 *
 * @count: how many samples each bucket has
 */
struct hist {
	uint64_t count[HIST_BUCKETS];
};

/**
 * hist_bound() - the upper bound of a bucket, which is in it
 *
 * @bucket: less than HIST_BUCKETS
 *
 * Return: nanoseconds, HIST_NO_LIMIT for the open end.
 */
uint64_t hist_bound(size_t bucket);

/**
 * hist_lower() - the lower bound of a bucket, which is not in it
 *
 * @bucket: less than HIST_BUCKETS
 *
 * Return: nanoseconds.
 */
uint64_t hist_lower(size_t bucket);

/**
 * hist_find() - the bucket with an upper bound
 *
 * @bound_ns: as of hist_bound()
 *
 * Return: the bucket, HIST_BUCKETS if none has that bound.
 */
size_t hist_find(uint64_t bound_ns);

/**
 * hist_total() - how many samples there are
 *
 * @hist: the histogram
 * @total: where it goes
 *
 * Return: whether 64 bits hold it.
 */
bool hist_total(const struct hist *hist, uint64_t *total);

/**
 * hist_ends() - the first and the last bucket with samples
 *
 * @hist: the histogram
 * @first: where the first one goes
 * @last: where the last one goes
 *
 * Return: whether there are any.
 */
bool hist_ends(const struct hist *hist, size_t *first, size_t *last);

/**
 * hist_quantile() - what so many of a thousand samples do not exceed
 *
 * @hist: the histogram; 64 bits hold its total
 * @permille: how many of a thousand, 1 to 1000
 * @limit_ns: no sample is longer; HIST_NO_LIMIT if not known
 * @ns: where it goes
 *
 * It is the middle of the bucket that the sample is in, but not above the
 * limit.  At the open end it is the limit.
 *
 * Return: whether it is known.
 */
bool hist_quantile(const struct hist *hist, unsigned int permille,
		   uint64_t limit_ns, uint64_t *ns);

/**
 * hist_subtract() - leave what has come since
 *
 * @hist: the histogram now; not touched on failure
 * @before: the same one earlier
 *
 * Return: whether nothing in it has become less.
 */
bool hist_subtract(struct hist *hist, const struct hist *before);

#endif /* _SOCKWATCH_USER_HIST_H */
