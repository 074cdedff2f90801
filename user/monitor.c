// SPDX-License-Identifier: GPL-2.0
/*
 * Receives events, one datagram after the other, and finds out what was lost.
 *
 * The group is joined first, and then the kernel is asked to begin.  Before its
 * acknowledgment it tells for each namespace how far that is: what comes after
 * that is complete or known to be lost.  When the socket had no room for some,
 * the kernel is asked again, and tells how far each namespace is by then: all
 * in one queue, so that the order says what came before what.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/sockwatch.h>

#include <netlink/msg.h>

#include "decode.h"
#include "exchange.h"
#include "monitor.h"
#include "repeat.h"
#include "sequence.h"
#include "transport.h"

/* More than any message of the module has. */
#define MONITOR_BYTES (128 * 1024)

/*
 * Netlink aligns to 4 bytes.  This far into memory that is aligned to 8, the
 * events of a message are so too, where no attribute before them is padded.
 */
#define MONITOR_SHIFT 4

/**
 * struct monitor - all about one run
 *
 * @plan: what is received, and for whom
 * @request: what the kernel is asked
 * @sequences: how far the namespaces are
 * @own: our own one, which the first answer names
 * @begun: the kernel has acknowledged the request
 * @overrun: the socket had no room for something since it was last asked
 * @taken: something came that may have to be flushed
 * @buf: room for a datagram, and MONITOR_SHIFT before it
 */
struct monitor {
	const struct monitor_plan *plan;
	struct exchange request;
	struct sequences sequences;
	struct client_number own;
	bool begun;
	bool overrun;
	bool taken;
	void *buf;
};

static bool wants_all(const struct monitor *monitor)
{
	return monitor->plan->scope->which == CLIENT_ALL_NETNS;
}

static int out_of_memory(const struct monitor *monitor)
{
	return error_set(monitor->request.error, -ENOMEM, "out of memory");
}

static int unloaded(const struct monitor *monitor)
{
	return error_set(monitor->request.error, -ENODEV,
			 "the module was unloaded");
}

/* Before the acknowledgment: how far a namespace is. */
static int begin_netns(struct monitor *monitor, const struct client_batch *batch)
{
	monitor->own = (struct client_number) { true, batch->netns };
	return sequence_begin(&monitor->sequences, batch->netns, batch->seq) ?
	       out_of_memory(monitor) : 0;
}

/*
 * What another reader makes the kernel send into this namespace is not for us,
 * and what came before the answer about a namespace is older than that.
 */
static bool is_wanted(const struct monitor *monitor,
		      const struct client_batch *batch)
{
	if (!monitor->begun &&
	    !sequence_has(&monitor->sequences, batch->netns))
		return false;
	return wants_all(monitor) || batch->netns == monitor->own.value;
}

static int take_batch(struct monitor *monitor, struct nlmsghdr *nlh)
{
	const struct client_watcher *watcher = monitor->plan->watcher;
	struct error *error = monitor->request.error;
	struct client_batch batch;
	uint64_t lost;
	int rc;

	rc = decode_batch(nlh, &batch, error);
	if (rc)
		return rc;
	if (!monitor->begun && !batch.count)
		return begin_netns(monitor, &batch);
	if (!is_wanted(monitor, &batch))
		return 0;
	if (sequence_take(&monitor->sequences, batch.netns, batch.seq,
			  batch.count, &lost))
		return out_of_memory(monitor);
	if (lost)
		rc = watcher->lost(watcher->arg, batch.netns, lost, error);
	if (!rc && batch.count)
		rc = watcher->events(watcher->arg, &batch, error);
	return rc;
}

static int take_answer(struct monitor *monitor, struct nlmsghdr *nlh)
{
	int rc = exchange_answer(nlh, &monitor->request);

	if (rc == -ENOENT && !monitor->request.text[0])
		return unloaded(monitor);
	if (rc)
		return rc;
	if (!monitor->own.known && !wants_all(monitor))
		return decode_bad(monitor->request.error, "it is empty");
	monitor->begun = true;
	return 0;
}

static int take_message(struct monitor *monitor, struct nlmsghdr *nlh)
{
	if (nlh->nlmsg_type == monitor->plan->family_id)
		return take_batch(monitor, nlh);
	if (nlh->nlmsg_type == NLMSG_ERROR)
		return take_answer(monitor, nlh);
	if (nlh->nlmsg_type == GENL_ID_CTRL &&
	    decode_gone(nlh, monitor->plan->family_id))
		return unloaded(monitor);
	return 0;
}

static void *datagram_of(const struct monitor *monitor)
{
	return (char *)monitor->buf + MONITOR_SHIFT;
}

static int take_datagram(struct monitor *monitor, int bytes)
{
	struct nlmsghdr *nlh = datagram_of(monitor);
	int rc = 0;

	for (; !rc && nlmsg_ok(nlh, bytes); nlh = nlmsg_next(nlh, &bytes))
		rc = take_message(monitor, nlh);
	monitor->taken |= rc >= 0;
	return rc;
}

static int take_next(struct monitor *monitor, bool *more)
{
	ssize_t bytes = transport_receive(monitor->plan->sock,
					  datagram_of(monitor), MONITOR_BYTES);

	*more = bytes != -EAGAIN;
	if (bytes > 0)
		return take_datagram(monitor, bytes);
	if (bytes == -ENOBUFS)
		monitor->overrun = true;
	else if (bytes && bytes != -EINTR && *more)
		return error_set(monitor->request.error, bytes,
				 "cannot talk to the kernel: %s",
				 strerror(-bytes));
	return 0;
}

/* Until there is nothing more, or a signal comes. */
static int take_all(struct monitor *monitor)
{
	bool more = true;
	int rc = 0;

	while (!rc && more && !repeat_stopped())
		rc = take_next(monitor, &more);
	return rc;
}

/* What came before a failure is printed too. */
static int receive(struct monitor *monitor)
{
	const struct client_watcher *watcher = monitor->plan->watcher;
	int rc = take_all(monitor), flushed = 0;
	struct error unused;

	if (monitor->taken)
		flushed = watcher->flush(watcher->arg, rc < 0 ? &unused :
					 monitor->request.error);
	monitor->taken = false;
	return rc < 0 || !flushed ? rc : flushed;
}

static int follow(struct monitor *monitor)
{
	struct nl_sock *sock = monitor->plan->sock;
	int rc = exchange_send(sock, &monitor->request);

	while (!rc && !repeat_stopped()) {
		rc = receive(monitor);
		if (rc || repeat_stopped())
			break;
		if (monitor->overrun)
			rc = exchange_send(sock, &monitor->request);
		else if (!transport_wait(sock))
			break;
		monitor->overrun = false;
	}
	return rc < 0 ? rc : 0;
}

static int listen_to(const struct monitor_plan *plan, struct error *error)
{
	int rc;

	if (!plan->group)
		return error_set(error, -EOPNOTSUPP,
				 "the loaded module is older than this command and has no events");
	rc = transport_listen(plan->sock, plan->group);
	if (!rc)
		return 0;
	return error_set(error, rc, "the kernel said no: %s%s", strerror(-rc),
			 rc != -EPERM ? "" :
			 ": events need CAP_NET_ADMIN over the namespace");
}

int monitor_run(const struct monitor_plan *plan, struct error *error)
{
	struct monitor monitor = {
		.plan = plan,
		.request = {
			.type = plan->family_id,
			.cmd = SOCKWATCH_CMD_MONITOR,
			.scope = plan->scope,
			.privileged = true,
			.error = error,
		},
	};
	int rc = listen_to(plan, error);

	if (rc)
		return rc;
	monitor.buf = malloc(MONITOR_SHIFT + MONITOR_BYTES);
	rc = monitor.buf ? follow(&monitor) : out_of_memory(&monitor);
	free(monitor.buf);
	sequence_free(&monitor.sequences);
	return rc;
}
