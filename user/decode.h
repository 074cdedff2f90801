/* SPDX-License-Identifier: GPL-2.0 */
/* Messages of the module to structs; only the client uses this. */
#ifndef _SOCKWATCH_DECODE_H
#define _SOCKWATCH_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client.h"
#include "error.h"

struct nlattr;
struct nlmsghdr;

/**
 * struct decode_stream - a list that is handed on row by row
 *
 * @query: what was asked for
 * @sink: takes the rows
 * @row: room for one
 * @netns_count: how many namespaces have come
 * @inode: the last of them
 */
struct decode_stream {
	const struct client_query *query;
	const struct client_sink *sink;
	void *row;
	size_t netns_count;
	uint64_t inode;
};

/**
 * struct decode_family - what the kernel says about the netlink family
 *
 * @id: the message type of the family
 * @version: its version
 * @events: the number of its multicast group of events, 0 without one
 */
struct decode_family {
	uint16_t id;
	uint32_t version;
	uint32_t events;
};

/**
 * decode_bad() - say that a message makes no sense
 *
 * @error: filled
 * @why: what is wrong with it
 *
 * Return: -EBADMSG.
 */
int decode_bad(struct error *error, const char *why);

/**
 * decode_number() - read a number, whatever its width
 *
 * @nla: its attribute
 * @number: where it goes
 *
 * Return: 0, or -EBADMSG.
 */
int decode_number(const struct nlattr *nla, struct client_number *number);

/**
 * decode_parse() - find the attributes of a message
 *
 * @nlh: the message
 * @tb: where they go, @max + 1 of them
 * @max: the last of them
 * @error: filled on failure
 *
 * Return: 0, or -EBADMSG.
 */
int decode_parse(struct nlmsghdr *nlh, struct nlattr **tb, int max,
		 struct error *error);

/**
 * decode_text() - copy text from a message, safe for a terminal and for JSON
 *
 * @to: where it goes
 * @to_bytes: room there, at least 1
 * @from: need not end with a NUL
 * @from_bytes: the most to read of @from
 *
 * Bytes that are not printable ASCII become `?`; what does not fit is cut.
 */
void decode_text(char *to, size_t to_bytes, const char *from,
		 size_t from_bytes);

/**
 * decode_ctrl() - read the kernel's answer about the netlink family
 *
 * @nlh: the message
 * @arg: &struct decode_family
 * @error: filled on failure
 *
 * Return: 0, or -EBADMSG.
 */
int decode_ctrl(struct nlmsghdr *nlh, void *arg, struct error *error);

/**
 * decode_gone() - whether a message says that a netlink family has gone
 *
 * @nlh: the message, of the controller
 * @id: the number of the family
 *
 * Return: whether it does.
 */
bool decode_gone(struct nlmsghdr *nlh, uint16_t id);

/**
 * decode_batch() - read a message with events
 *
 * @nlh: the message
 * @batch: where they go; they stay in the message
 * @error: filled on failure
 *
 * Return: 0, or -EBADMSG.
 */
int decode_batch(struct nlmsghdr *nlh, struct client_batch *batch,
		 struct error *error);

/**
 * decode_dump() - read one message of a dump: a head or a row
 *
 * @nlh: the message
 * @arg: &struct rows
 * @error: filled on failure
 *
 * Return: 0, -EBADMSG or -ENOMEM.
 */
int decode_dump(struct nlmsghdr *nlh, void *arg, struct error *error);

/**
 * decode_stream() - read one message of a list without a number of rows, and
 *	hand it on
 *
 * @nlh: the message
 * @arg: &struct decode_stream
 * @error: filled on failure
 *
 * Return: 0, -EBADMSG, or what the sink returned.
 */
int decode_stream(struct nlmsghdr *nlh, void *arg, struct error *error);

/**
 * decode_dump_complete() - whether every row that was announced has come
 *
 * @dump: all that came
 * @error: filled on failure
 *
 * Return: 0, or -EBADMSG.
 */
int decode_dump_complete(const struct client_dump *dump,
			 struct error *error);

/**
 * decode_info() - read what the module says about itself
 *
 * @nlh: the message
 * @arg: &struct client_info
 * @error: filled on failure
 *
 * Return: 0, -EBADMSG or -ENOMEM.
 */
int decode_info(struct nlmsghdr *nlh, void *arg, struct error *error);

#endif /* _SOCKWATCH_DECODE_H */
