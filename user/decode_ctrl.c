// SPDX-License-Identifier: GPL-2.0
/* Reads what the netlink controller says about our family. */
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/sockwatch.h>

#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>

#include "decode.h"

/* The number of a group, if it is the one of events. */
static int get_group(struct nlattr *nest, uint32_t *events, struct error *error)
{
	struct nlattr *tb[CTRL_ATTR_MCAST_GRP_MAX + 1];
	struct client_number id;

	if (nla_parse_nested(tb, CTRL_ATTR_MCAST_GRP_MAX, nest, NULL) < 0)
		return decode_bad(error, "a multicast group does not parse");
	if (!tb[CTRL_ATTR_MCAST_GRP_NAME] || !tb[CTRL_ATTR_MCAST_GRP_ID] ||
	    nla_strcmp(tb[CTRL_ATTR_MCAST_GRP_NAME], SOCKWATCH_GENL_EVENTS))
		return 0;
	if (decode_number(tb[CTRL_ATTR_MCAST_GRP_ID], &id))
		return decode_bad(error, "a multicast group without a number");
	*events = id.value;
	return 0;
}

static int get_groups(struct nlattr *list, uint32_t *events,
		      struct error *error)
{
	struct nlattr *group;
	int rc = 0, left;

	nla_for_each_nested(group, list, left) {
		rc = get_group(group, events, error);
		if (rc)
			break;
	}
	return rc;
}

int decode_ctrl(struct nlmsghdr *nlh, void *arg, struct error *error)
{
	struct nlattr *tb[CTRL_ATTR_MAX + 1];
	struct client_number id = { 0 }, version = { 0 };
	struct decode_family *family = arg;
	int rc;

	rc = decode_parse(nlh, tb, CTRL_ATTR_MAX, error);
	if (rc)
		return rc;
	if (!tb[CTRL_ATTR_FAMILY_ID] || !tb[CTRL_ATTR_VERSION] ||
	    decode_number(tb[CTRL_ATTR_FAMILY_ID], &id) ||
	    decode_number(tb[CTRL_ATTR_VERSION], &version) ||
	    id.value < NLMSG_MIN_TYPE || id.value > UINT16_MAX)
		return decode_bad(error, "a netlink family without a number");
	family->id = id.value;
	family->version = version.value;
	if (!tb[CTRL_ATTR_MCAST_GROUPS])
		return 0;
	return get_groups(tb[CTRL_ATTR_MCAST_GROUPS], &family->events, error);
}

bool decode_gone(struct nlmsghdr *nlh, uint16_t id)
{
	struct decode_family family = { 0 };
	const struct genlmsghdr *head = nlmsg_data(nlh);
	struct error error;

	return nlmsg_datalen(nlh) >= (int)sizeof(*head) &&
	       head->cmd == CTRL_CMD_DELFAMILY &&
	       !decode_ctrl(nlh, &family, &error) && family.id == id;
}
