// SPDX-License-Identifier: GPL-2.0
/* Finds the events in a message. */
#include <linux/sockwatch.h>

#include <netlink/attr.h>

#include "decode.h"

int decode_batch(struct nlmsghdr *nlh, struct client_batch *batch,
		 struct error *error)
{
	struct nlattr *tb[SOCKWATCH_A_MAX + 1], *events;
	struct client_number netns, seq;
	size_t bytes;
	int rc;

	rc = decode_parse(nlh, tb, SOCKWATCH_A_MAX, error);
	if (rc)
		return rc;
	if (!tb[SOCKWATCH_A_NETNS] || !tb[SOCKWATCH_A_SEQ] ||
	    decode_number(tb[SOCKWATCH_A_NETNS], &netns) ||
	    decode_number(tb[SOCKWATCH_A_SEQ], &seq))
		return decode_bad(error, "events without a number");
	events = tb[SOCKWATCH_A_EVENTS];
	bytes = events ? nla_len(events) : 0;
	if (bytes % sizeof(struct sockwatch_event))
		return decode_bad(error, "events of an odd size");
	*batch = (struct client_batch) {
		.netns = netns.value,
		.seq = seq.value,
		.events = events ? nla_data(events) : NULL,
		.count = bytes / sizeof(struct sockwatch_event),
	};
	return 0;
}
