// SPDX-License-Identifier: GPL-2.0
/* Talks generic netlink: one request, its answer, and why there is none. */
#include <errno.h>
#include <string.h>

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/sockwatch.h>

#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/genl/genl.h>
#include <netlink/handlers.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

#include "decode.h"
#include "exchange.h"

/* The kernel's own limit for an errno. */
#define MAX_ERRNO 4095

static int on_sequence(struct nl_msg *msg, void *arg)
{
	const struct exchange *ex = arg;

	return nlmsg_hdr(msg)->nlmsg_seq == ex->seq ? NL_OK : NL_SKIP;
}

static int on_interrupted(struct nl_msg *msg, void *arg)
{
	struct exchange *ex = arg;

	(void)msg;
	ex->interrupted = true;
	return NL_OK;
}

static int on_reply(struct nl_msg *msg, void *arg)
{
	struct exchange *ex = arg;
	struct nlmsghdr *nlh = nlmsg_hdr(msg);

	if (nlh->nlmsg_type != ex->type || !ex->handle)
		return NL_SKIP;
	ex->broken = ex->handle(nlh, ex->arg, ex->error);
	ex->replies++;
	return ex->broken ? NL_STOP : NL_OK;
}

/* Keep the kernel's words, which stand as attributes behind an errno. */
static void keep_text(struct exchange *ex, struct nlmsghdr *nlh, size_t skip)
{
	size_t len = nlh->nlmsg_len - NLMSG_HDRLEN;
	struct nlattr *nla;

	skip = NLMSG_ALIGN(skip);
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS) || skip >= len)
		return;
	nla = nla_find((void *)((char *)nlmsg_data(nlh) + skip), len - skip,
		       NLMSGERR_ATTR_MSG);
	if (nla)
		decode_text(ex->text, sizeof(ex->text), nla_data(nla),
			    nla_len(nla));
}

static void keep_refusal(struct exchange *ex, int error)
{
	ex->finished = true;
	if (error < -MAX_ERRNO || error > 0)
		error = -EBADMSG;
	ex->refusal = error;
}

/* The end of a dump carries an errno too. */
static int on_done(struct nl_msg *msg, void *arg)
{
	struct exchange *ex = arg;
	struct nlmsghdr *nlh = nlmsg_hdr(msg);
	int error = 0;

	if (nlmsg_datalen(nlh) >= (int)sizeof(error)) {
		memcpy(&error, nlmsg_data(nlh), sizeof(error));
		keep_text(ex, nlh, sizeof(error));
	}
	keep_refusal(ex, error);
	return NL_STOP;
}

static int on_ack(struct nl_msg *msg, void *arg)
{
	struct exchange *ex = arg;

	(void)msg;
	ex->finished = true;
	return NL_STOP;
}

static int on_error(struct sockaddr_nl *from, struct nlmsgerr *e, void *arg)
{
	struct nlmsghdr *nlh = (void *)((char *)e - NLMSG_HDRLEN);
	struct exchange *ex = arg;
	size_t skip = sizeof(*e);

	(void)from;
	/* Unless capped, the request stands between the errno and the text. */
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED) &&
	    e->msg.nlmsg_len > NLMSG_HDRLEN)
		skip += e->msg.nlmsg_len - NLMSG_HDRLEN;
	keep_text(ex, nlh, skip);
	keep_refusal(ex, e->error);
	return NL_STOP;
}

static int put_scope(struct nl_msg *msg, const struct client_scope *scope)
{
	switch (scope->which) {
	case CLIENT_NETNS_FD:
		return nla_put_u32(msg, SOCKWATCH_A_NETNS_FD, scope->value);
	case CLIENT_NETNS_PID:
		return nla_put_u32(msg, SOCKWATCH_A_NETNS_PID, scope->value);
	case CLIENT_ALL_NETNS:
		return nla_put_flag(msg, SOCKWATCH_A_ALL_NETNS);
	case CLIENT_OWN_NETNS:
		break;
	}
	return 0;
}

static int send_request(struct nl_sock *sock, struct exchange *ex)
{
	bool ctrl = !ex->scope;
	struct nl_msg *msg;
	int rc = -NLE_NOMEM;

	msg = nlmsg_alloc();
	if (!msg)
		return rc;
	if (genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, ex->type, 0, ex->flags,
			ex->cmd, ctrl ? 1 : SOCKWATCH_GENL_VERSION)) {
		if (ctrl)
			rc = nla_put_string(msg, CTRL_ATTR_FAMILY_NAME,
					    SOCKWATCH_GENL_NAME);
		else
			rc = put_scope(msg, ex->scope);
		if (!rc && ex->metric)
			rc = nla_put_u8(msg, SOCKWATCH_A_METRIC, ex->metric);
		if (!rc && ex->filter_count)
			rc = nla_put(msg, SOCKWATCH_A_FILTER,
				     ex->filter_count * sizeof(*ex->filter),
				     ex->filter);
	}
	if (!rc) {
		rc = nl_send_auto(sock, msg);
		ex->seq = nlmsg_hdr(msg)->nlmsg_seq;
	}
	nlmsg_free(msg);
	return rc < 0 ? rc : 0;
}

static int receive_answer(struct nl_sock *sock, struct exchange *ex)
{
	struct nl_cb *own = nl_socket_get_cb(sock);
	struct nl_cb *cb = nl_cb_clone(own);
	int rc = 1;

	nl_cb_put(own);
	if (!cb)
		return -NLE_NOMEM;
	nl_cb_set(cb, NL_CB_SEQ_CHECK, NL_CB_CUSTOM, on_sequence, ex);
	nl_cb_set(cb, NL_CB_DUMP_INTR, NL_CB_CUSTOM, on_interrupted, ex);
	nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, on_reply, ex);
	nl_cb_set(cb, NL_CB_FINISH, NL_CB_CUSTOM, on_done, ex);
	nl_cb_set(cb, NL_CB_ACK, NL_CB_CUSTOM, on_ack, ex);
	nl_cb_err(cb, NL_CB_CUSTOM, on_error, ex);

	/* 0 is the end of the stream: only a recorded one has an end. */
	while (!ex->finished && !ex->broken && rc > 0)
		rc = nl_recvmsgs_report(sock, cb);
	nl_cb_put(cb);
	return rc < 0 ? rc : 0;
}

static int explain_refusal(const struct exchange *ex)
{
	bool other = ex->scope && ex->scope->which != CLIENT_OWN_NETNS;
	const char *hint = "";

	if (ex->text[0])
		return error_set(ex->error, ex->refusal,
				 "the kernel said no: %s (%s)", ex->text,
				 strerror(-ex->refusal));
	if (ex->refusal == -EPROTONOSUPPORT && ex->scope)
		return error_set(ex->error, ex->refusal,
				 "the module is being unloaded: modprobe sockwatch loads it again");
	if (ex->refusal == -EOPNOTSUPP && ex->scope)
		return error_set(ex->error, ex->refusal,
				 "the loaded module is older than this command and cannot answer this");
	/* Some kernels, 6.1 is one, drop what the module says to a dump. */
	if (ex->refusal == -EPERM && ex->privileged)
		hint = ": this needs CAP_NET_ADMIN over the namespace";
	else if (ex->refusal == -EPERM && other)
		hint = ": another namespace needs CAP_NET_ADMIN over it";
	return error_set(ex->error, ex->refusal, "the kernel said no: %s%s",
			 strerror(-ex->refusal), hint);
}

/* What libnl said about the socket; -EAGAIN when asking again may help. */
static int explain_socket(const struct exchange *ex, int rc)
{
	switch (-rc) {
	case NLE_INTR:
		return error_set(ex->error, -EAGAIN,
				 "reading was interrupted %d times, gave up",
				 EXCHANGE_TRIES);
	case NLE_NOMEM:
		/* libnl has one code for ENOBUFS and for ENOMEM. */
		return error_set(ex->error, -EAGAIN,
				 "the kernel's answer was lost %d times for want of buffer space, gave up",
				 EXCHANGE_TRIES);
	case NLE_AGAIN:
		return error_set(ex->error, -ETIMEDOUT,
				 "the kernel does not answer");
	default:
		return error_set(ex->error, -EIO,
				 "cannot talk to the kernel: %s",
				 nl_geterror(rc));
	}
}

static int judge(const struct exchange *ex, int rc)
{
	if (ex->broken)
		return ex->broken;
	if (ex->refusal)
		return explain_refusal(ex);
	if (!ex->finished && rc)
		return explain_socket(ex, rc);
	if (!ex->finished)
		return error_set(ex->error, -EBADMSG,
				 "the kernel's answer broke off");
	if (ex->interrupted)
		return error_set(ex->error, -EAGAIN,
				 "the numbers changed while they were read %d times, gave up",
				 EXCHANGE_TRIES);
	if (!ex->replies && ex->handle)
		return error_set(ex->error, -EBADMSG,
				 "the kernel's answer is empty");
	return 0;
}

int exchange_send(struct nl_sock *sock, struct exchange *ex)
{
	int rc = send_request(sock, ex);

	return rc ? explain_socket(ex, rc) : 0;
}

int exchange_answer(struct nlmsghdr *nlh, struct exchange *ex)
{
	struct nlmsgerr *e = nlmsg_data(nlh);

	if (nlmsg_datalen(nlh) < (int)sizeof(*e))
		return decode_bad(ex->error, "an answer of an odd size");
	if (!e->error)
		return 0;
	on_error(NULL, e, ex);
	return explain_refusal(ex);
}

int exchange_talk(struct nl_sock *sock, struct exchange *ex)
{
	int rc = send_request(sock, ex);

	if (!rc)
		rc = receive_answer(sock, ex);
	return judge(ex, rc);
}
