// SPDX-License-Identifier: GPL-2.0
/* What the module says of itself: one message. */
#include <linux/err.h>
#include <linux/module.h>
#include <linux/timekeeping.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>
#include <uapi/linux/sockwatch.h>

#include "account.h"
#include "genl.h"
#include "genl_events.h"
#include "genl_info.h"
#include "genl_net.h"
#include "genl_rows.h"
#include "listen.h"
#include "netns.h"
#include "snapshot.h"
#include "track.h"

static int hook_counts_put(struct sk_buff *skb,
			   const struct sockwatch_hook_status *hook)
{
	if (nla_put_u64_64bit(skb, SOCKWATCH_A_HOOK_HITS, hook->hits,
			      SOCKWATCH_A_HOOK_PAD) ||
	    nla_put_u64_64bit(skb, SOCKWATCH_A_HOOK_MISSED, hook->missed,
			      SOCKWATCH_A_HOOK_PAD))
		return -EMSGSIZE;
	if (hook->is_timed &&
	    (nla_put_u64_64bit(skb, SOCKWATCH_A_HOOK_TIMED, hook->timed,
			       SOCKWATCH_A_HOOK_PAD) ||
	     nla_put_u64_64bit(skb, SOCKWATCH_A_HOOK_TIME_NS, hook->time_ns,
			       SOCKWATCH_A_HOOK_PAD)))
		return -EMSGSIZE;
	return 0;
}

static int hook_put(struct sk_buff *skb,
		    const struct sockwatch_hook_status *hook, bool whole)
{
	struct nlattr *nest = nla_nest_start(skb, SOCKWATCH_A_HOOK);

	if (!nest)
		return -EMSGSIZE;
	if (nla_put_string(skb, SOCKWATCH_A_HOOK_NAME, hook->name) ||
	    nla_put_string(skb, SOCKWATCH_A_HOOK_KIND, hook->kind) ||
	    (hook->required &&
	     nla_put_flag(skb, SOCKWATCH_A_HOOK_REQUIRED)) ||
	    (hook->attached &&
	     nla_put_flag(skb, SOCKWATCH_A_HOOK_ATTACHED)) ||
	    (whole && hook_counts_put(skb, hook))) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

static int hooks_put(struct sk_buff *skb, bool whole)
{
	struct sockwatch_hook_status hook;
	unsigned int id;
	int err;

	for (id = 0; sockwatch_snapshot_hook(id, &hook); id++) {
		err = hook_put(skb, &hook, whole);
		if (err)
			return err;
	}
	return 0;
}

static int totals_put(struct sk_buff *skb)
{
	struct sockwatch_totals totals;

	sockwatch_account_totals(&totals);
	if (sockwatch_u64_put(skb, SOCKWATCH_A_TRACKED, sockwatch_track_used()) ||
	    sockwatch_u64_put(skb, SOCKWATCH_A_UNTRACKED, totals.untracked) ||
	    sockwatch_u64_put(skb, SOCKWATCH_A_DISCARDED, totals.discarded) ||
	    sockwatch_u64_put(skb, SOCKWATCH_A_CENSUS_NS, totals.census_ns) ||
	    sockwatch_u64_put(skb, SOCKWATCH_A_TABLE_BYTES,
			      sockwatch_track_bytes()))
		return -EMSGSIZE;
	return 0;
}

static int net_put(struct sk_buff *skb, const struct sockwatch_net *snet)
{
	if (nla_put_u32(skb, SOCKWATCH_A_NETNS, snet->net->ns.inum) ||
	    sockwatch_u64_put(skb, SOCKWATCH_A_TIME_NS,
			      ktime_get_real_ns()) ||
	    nla_put_u32(skb, SOCKWATCH_A_MAX_KINDS, snet->kinds.nr) ||
	    nla_put_u32(skb, SOCKWATCH_A_KINDS,
			sockwatch_counters_used(&snet->kinds)) ||
	    sockwatch_u64_put(skb, SOCKWATCH_A_LOST,
			      sockwatch_snapshot_lost(snet)) ||
	    sockwatch_u64_put(skb, SOCKWATCH_A_LISTENERS_LOST,
			      atomic_read(&snet->listeners_lost)) ||
	    sockwatch_u64_put(skb, SOCKWATCH_A_NO_MEMORY,
			      atomic_read(&snet->grow_failed)) ||
	    sockwatch_u64_put(skb, SOCKWATCH_A_MEMORY_BYTES,
			      sockwatch_net_bytes(snet, false)) ||
	    sockwatch_u64_put(skb, SOCKWATCH_A_MEMORY_MAX_BYTES,
			      sockwatch_net_bytes(snet, true)) ||
	    sockwatch_events_put(skb, snet))
		return -EMSGSIZE;
	return 0;
}

static int info_fill(struct sk_buff *skb, struct genl_info *info,
		     const struct sockwatch_net *snet)
{
	bool whole = net_eq(genl_info_net(info), &init_net);
	void *msg;

	msg = sockwatch_genl_put_reply(skb, info, SOCKWATCH_CMD_GET_INFO);
	if (!msg)
		return -EMSGSIZE;
	if (nla_put_string(skb, SOCKWATCH_A_VERSION, THIS_MODULE->version) ||
	    net_put(skb, snet) ||
	    nla_put_u32(skb, SOCKWATCH_A_MAX_SOCKETS, sockwatch_track_max()) ||
	    nla_put_u32(skb, SOCKWATCH_A_MAX_LISTENERS,
			sockwatch_listen_max()) ||
	    (whole && totals_put(skb)) || hooks_put(skb, whole)) {
		genlmsg_cancel(skb, msg);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, msg);
	return 0;
}

static int info_reply(struct genl_info *info, const struct sockwatch_net *snet)
{
	struct sk_buff *skb = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	int err;

	if (!skb)
		return -ENOMEM;
	err = info_fill(skb, info, snet);
	if (err)
		goto err_skb;
	return genlmsg_reply(skb, info);

err_skb:
	nlmsg_free(skb);
	return err;
}

/**
 * sockwatch_genl_info() - SOCKWATCH_CMD_GET_INFO
 * @skb: the request
 * @info: what was made of it
 *
 * Context: process, may sleep.
 * Return: 0 or a negative errno, with the reason in the extack.
 */
int sockwatch_genl_info(struct sk_buff *skb, struct genl_info *info)
{
	struct net *net = sockwatch_genl_net(skb, info->attrs, info->extack);
	int err;

	if (IS_ERR(net))
		return PTR_ERR(net);
	err = info_reply(info, sockwatch_net_held(net));
	put_net(net);
	return err;
}
