// SPDX-License-Identifier: GPL-2.0
/* Histograms as the module keeps them: bounds, sums, quantiles. */
#include "hist.h"

/* Buckets to an octave; the first bound is so many times 128 ns. */
#define STEPS 4

uint64_t hist_bound(size_t bucket)
{
	if (bucket >= HIST_OPEN)
		return HIST_NO_LIMIT;
	return (uint64_t)(STEPS + bucket % STEPS) << (bucket / STEPS + 7);
}

uint64_t hist_lower(size_t bucket)
{
	return bucket ? hist_bound(bucket - 1) : 0;
}

size_t hist_find(uint64_t bound_ns)
{
	size_t i;

	for (i = 0; i < HIST_BUCKETS; i++)
		if (hist_bound(i) == bound_ns)
			break;
	return i;
}

bool hist_total(const struct hist *hist, uint64_t *total)
{
	size_t i;

	*total = 0;
	for (i = 0; i < HIST_BUCKETS; i++)
		if (__builtin_add_overflow(*total, hist->count[i], total))
			return false;
	return true;
}

bool hist_ends(const struct hist *hist, size_t *first, size_t *last)
{
	size_t i;

	*first = HIST_BUCKETS;
	for (i = 0; i < HIST_BUCKETS; i++) {
		if (!hist->count[i])
			continue;
		if (*first == HIST_BUCKETS)
			*first = i;
		*last = i;
	}
	return *first < HIST_BUCKETS;
}

/* permille of a thousand parts of total, rounded up, without overflow. */
static uint64_t rank_of(uint64_t total, unsigned int permille)
{
	return total / 1000 * permille +
	       (total % 1000 * permille + 999) / 1000;
}

/* The middle of a bucket, or the limit if that is less. */
static uint64_t middle(size_t bucket, uint64_t limit_ns)
{
	uint64_t ns;

	if (bucket == HIST_OPEN)
		return limit_ns;
	ns = (hist_lower(bucket) + hist_bound(bucket)) / 2;
	return ns < limit_ns ? ns : limit_ns;
}

bool hist_quantile(const struct hist *hist, unsigned int permille,
		   uint64_t limit_ns, uint64_t *ns)
{
	uint64_t total, rank, seen = 0;
	size_t i;

	if (!hist_total(hist, &total) || !total)
		return false;
	rank = rank_of(total, permille);
	for (i = 0; i < HIST_OPEN; i++) {
		seen += hist->count[i];
		if (seen >= rank)
			break;
	}
	*ns = middle(i, limit_ns);
	return *ns != HIST_NO_LIMIT;
}

bool hist_subtract(struct hist *hist, const struct hist *before)
{
	size_t i;

	for (i = 0; i < HIST_BUCKETS; i++)
		if (hist->count[i] < before->count[i])
			return false;
	for (i = 0; i < HIST_BUCKETS; i++)
		hist->count[i] -= before->count[i];
	return true;
}
