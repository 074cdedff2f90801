/* SPDX-License-Identifier: GPL-2.0 */
/* What the module knows, as plain structs: the netlink side of the command. */
#ifndef _SOCKWATCH_CLIENT_H
#define _SOCKWATCH_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client_row.h"
#include "error.h"

struct client;
struct sockwatch_filter_op;

/**
 * enum client_which - how a network namespace is chosen
 *
 * @CLIENT_OWN_NETNS: the one this process is in
 * @CLIENT_NETNS_FD: the one behind a descriptor
 * @CLIENT_NETNS_PID: the one a process is in
 * @CLIENT_ALL_NETNS: every one that the caller may see, dumps only
 */
enum client_which {
	CLIENT_OWN_NETNS,
	CLIENT_NETNS_FD,
	CLIENT_NETNS_PID,
	CLIENT_ALL_NETNS,
};

/**
 * struct client_scope - the network namespaces that a call is about
 *
 * @which: how @value is meant
 * @value: the descriptor or the process
 */
struct client_scope {
	enum client_which which;
	uint32_t value;
};

/**
 * struct client_query - what to read
 *
 * @layout: the list
 * @scope: the namespaces
 * @metric: only this one of the latencies, or 0
 * @filter: only these of the sockets
 * @filter_count: how many steps @filter has, or 0
 */
struct client_query {
	const struct client_layout *layout;
	struct client_scope scope;
	uint8_t metric;
	const struct sockwatch_filter_op *filter;
	size_t filter_count;
};

/**
 * struct client_netns - one network namespace of a dump
 *
 * @inode: as in /proc/PID/ns/net
 * @time_ns: when its numbers were read, CLOCK_REALTIME
 * @announced: how many rows the kernel said would follow
 * @first: index of its first row in &client_dump.rows
 * @count: how many rows it has there
 */
struct client_netns {
	uint64_t inode;
	struct client_number time_ns;
	uint64_t announced;
	size_t first;
	size_t count;
};

/**
 * struct client_dump - a list, namespace after namespace
 *
 * @netns: the namespaces
 * @netns_count: how many
 * @layout: what the rows are
 * @rows: all their rows
 * @row_count: how many
 */
struct client_dump {
	struct client_netns *netns;
	size_t netns_count;
	const struct client_layout *layout;
	void *rows;
	size_t row_count;
};

/**
 * struct client_sink - takes a list as it comes
 *
 * @netns: takes the beginning of a namespace, of which only the inode and the
 *	time are set; returns 0, or a negative errno that ends the reading
 * @row: takes a row of it, which is only there during the call; returns the
 *	same
 * @again: forgets what came, for the answer got lost and is asked for again;
 *	returns false if that cannot be
 * @arg: for these
 */
struct client_sink {
	int (*netns)(void *arg, const struct client_netns *netns,
		     struct error *error);
	int (*row)(void *arg, const void *row, struct error *error);
	bool (*again)(void *arg);
	void *arg;
};

/**
 * struct client_batch - events that came together
 *
 * @netns: the inode of their namespace
 * @seq: the number of the first; without any that of the next one
 * @events: of &struct sockwatch_event, which need not be aligned
 * @count: how many
 */
struct client_batch {
	uint64_t netns;
	uint64_t seq;
	const void *events;
	size_t count;
};

/**
 * struct client_watcher - takes events as they come
 *
 * @events: takes some, which are only there during the call
 * @lost: is told that so many events of a namespace did not come, before the
 *	next one that did
 * @flush: nothing more may come for a while
 * @arg: for these
 *
 * Each returns 0, 1 if that is enough, or a negative errno; both end it.
 */
struct client_watcher {
	int (*events)(void *arg, const struct client_batch *batch,
		      struct error *error);
	int (*lost)(void *arg, uint64_t netns, uint64_t count,
		    struct error *error);
	int (*flush)(void *arg, struct error *error);
	void *arg;
};

/**
 * struct client_hook - where the module listens in the kernel
 *
 * @name: the kernel function or tracepoint
 * @kind: wrapper, kretprobe, ftrace or tracepoint
 * @required: the module does not load without it
 * @attached: it is in place now
 * @hits: how often it fired
 * @missed: how often the kernel could not call it
 * @timed: of its hits, those that were timed
 * @time_ns: what these took together
 */
struct client_hook {
	char name[CLIENT_TEXT_BYTES];
	char kind[CLIENT_TEXT_BYTES];
	bool required;
	bool attached;
	struct client_number hits;
	struct client_number missed;
	struct client_number timed;
	struct client_number time_ns;
};

/**
 * struct client_info - what the module says about itself
 *
 * @version: the module's version, empty when it did not say
 * @netns: the namespace that @kinds and @lost are about
 * @time_ns: when this was read, CLOCK_REALTIME
 * @kinds: kinds that the namespace counts one by one now
 * @max_kinds: the most it can
 * @lost: sockets that did not fit into the tracking table
 * @tracked: entries of that table in use
 * @max_sockets: entries it has
 * @max_listeners: listening sockets that can be followed
 * @listeners_lost: those that there was no room for
 * @no_memory: how often there was no memory to begin with a family
 * @untracked: socks that went and had never been seen
 * @discarded: socks that went before they became a socket
 * @census_ns: how long the census took at load
 * @events_sent: events of the namespace that were sent to readers
 * @events_lost: those that the module had no room for
 * @events_overrun: of those sent, the ones that a reader had no room for
 * @memory_bytes: bytes that the account of the namespace takes
 * @memory_max_bytes: what that can come to
 * @table_bytes: bytes of the tracking table
 * @hooks: the hooks
 * @hook_count: how many
 */
struct client_info {
	char version[CLIENT_TEXT_BYTES];
	struct client_number netns;
	struct client_number time_ns;
	struct client_number kinds;
	struct client_number max_kinds;
	struct client_number lost;
	struct client_number tracked;
	struct client_number max_sockets;
	struct client_number max_listeners;
	struct client_number listeners_lost;
	struct client_number no_memory;
	struct client_number untracked;
	struct client_number discarded;
	struct client_number census_ns;
	struct client_number events_sent;
	struct client_number events_lost;
	struct client_number events_overrun;
	struct client_number memory_bytes;
	struct client_number memory_max_bytes;
	struct client_number table_bytes;
	struct client_hook *hooks;
	size_t hook_count;
};

/**
 * client_open() - connect to the module
 *
 * @clientp: where the client goes, to be given to client_close()
 * @error: filled on failure
 *
 * Return: 0, or a negative errno: -ENOENT when the module is not loaded,
 * -EPROTONOSUPPORT when it speaks another version of the interface.
 */
int client_open(struct client **clientp, struct error *error);

/**
 * client_close() - disconnect
 *
 * @client: may be NULL
 */
void client_close(struct client *client);

/**
 * client_get_dump() - read a list
 *
 * @client: from client_open()
 * @query: which list, of which namespaces
 * @dump: where the rows go; only touched on success
 * @error: filled on failure
 *
 * The whole answer is read and checked before it is handed out.  Reading is
 * tried again, a bounded number of times, when the kernel lost or changed it
 * on the way.
 *
 * Return: 0, or a negative errno.
 */
int client_get_dump(struct client *client, const struct client_query *query,
		    struct client_dump *dump, struct error *error);

/**
 * client_stream() - read a list row by row
 *
 * @client: from client_open()
 * @query: which list, of which namespaces; one without a number of rows
 * @sink: takes the rows as they come, before it is known whether the answer is
 *	complete
 * @error: filled on failure
 *
 * Return: 0, or a negative errno.
 */
int client_stream(struct client *client, const struct client_query *query,
		  const struct client_sink *sink, struct error *error);

/**
 * client_monitor() - read events until a signal comes
 *
 * @client: from client_open(); is for nothing else any more
 * @scope: CLIENT_OWN_NETNS or CLIENT_ALL_NETNS
 * @watcher: takes them
 * @error: filled on failure
 *
 * What gets lost on the way is no failure.  repeat_catch() was called before.
 *
 * Return: 0, also when nobody reads the output any more, or a negative errno:
 * -ENODEV when the module was unloaded.
 */
int client_monitor(struct client *client, const struct client_scope *scope,
		   const struct client_watcher *watcher, struct error *error);

/**
 * client_get_info() - read what the module says about itself
 *
 * @client: from client_open()
 * @scope: the namespace, not CLIENT_ALL_NETNS
 * @info: where it goes; only touched on success
 * @error: filled on failure
 *
 * Return: 0, or a negative errno.
 */
int client_get_info(struct client *client, const struct client_scope *scope,
		    struct client_info *info, struct error *error);

/**
 * client_reset() - have the module forget the samples
 *
 * @client: from client_open()
 * @scope: of which namespaces
 * @error: filled on failure
 *
 * Return: 0, or a negative errno.
 */
int client_reset(struct client *client, const struct client_scope *scope,
		 struct error *error);

/**
 * client_dump_copy() - copy a dump
 *
 * @to: where the copy goes
 * @from: the dump
 *
 * Return: 0, or -ENOMEM.
 */
int client_dump_copy(struct client_dump *to, const struct client_dump *from);

/**
 * client_dump_free() - free what a dump holds
 *
 * @dump: filled by a call above, or all zero
 */
void client_dump_free(struct client_dump *dump);

/**
 * client_info_free() - free what an info holds
 *
 * @info: filled by client_get_info(), or all zero
 */
void client_info_free(struct client_info *info);

#endif /* _SOCKWATCH_CLIENT_H */
