/* SPDX-License-Identifier: GPL-2.0 */
/* One request to the kernel and its answer; only the client uses this. */
#ifndef _SOCKWATCH_EXCHANGE_H
#define _SOCKWATCH_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client.h"
#include "error.h"

struct nl_sock;
struct nlmsghdr;
struct sockwatch_filter_op;

/** EXCHANGE_TRIES - how often an answer that got lost is asked for */
#define EXCHANGE_TRIES 5

/**
 * struct exchange - a request and what came back
 *
 * @type: the message type of request and reply
 * @cmd: the command
 * @flags: NLM_F_DUMP or 0
 * @scope: the namespaces; NULL for a request to the netlink controller
 * @metric: the only one that is asked for, or 0
 * @filter: only sockets that this takes
 * @filter_count: how many steps it has, or 0
 * @privileged: it needs CAP_NET_ADMIN in any namespace
 * @handle: takes one message of the reply; NULL: the kernel only says yes or no
 * @arg: for @handle
 * @error: for @handle
 * @seq: the sequence number of both
 * @finished: the kernel said that the answer is complete
 * @interrupted: the kernel said that the numbers changed under the dump
 * @replies: messages handled
 * @refusal: the errno the kernel answered with, negative, or 0
 * @text: the kernel's words about @refusal, or empty
 * @broken: what @handle returned when it did not like a message
 *
 * The caller fills what stands before @seq.
 */
struct exchange {
	uint16_t type;
	uint8_t cmd;
	int flags;
	const struct client_scope *scope;
	uint8_t metric;
	const struct sockwatch_filter_op *filter;
	size_t filter_count;
	bool privileged;
	int (*handle)(struct nlmsghdr *nlh, void *arg,
		      struct error *error);
	void *arg;
	struct error *error;

	uint32_t seq;
	bool finished;
	bool interrupted;
	size_t replies;
	int refusal;
	char text[200];
	int broken;
};

/**
 * exchange_talk() - send a request and handle its answer
 *
 * @sock: connected
 * @ex: the request, all zero from @seq on
 *
 * Return: 0 when the answer was complete, -EAGAIN when it got lost and may be
 * asked for again, the kernel's own errno, or another negative errno.
 */
int exchange_talk(struct nl_sock *sock, struct exchange *ex);

/**
 * exchange_send() - send a request and leave its answer to the caller
 *
 * @sock: connected
 * @ex: the request, all zero from @seq on
 *
 * Return: 0, or a negative errno.
 */
int exchange_send(struct nl_sock *sock, struct exchange *ex);

/**
 * exchange_answer() - what the kernel says to such a request at last
 *
 * @nlh: a message of type NLMSG_ERROR
 * @ex: the request
 *
 * Return: 0, or the kernel's errno or another negative one.
 */
int exchange_answer(struct nlmsghdr *nlh, struct exchange *ex);

#endif /* _SOCKWATCH_EXCHANGE_H */
