/* SPDX-License-Identifier: GPL-2.0 */
/* The generic netlink family: see include/uapi/linux/sockwatch.h. */
#ifndef _SOCKWATCH_GENL_H
#define _SOCKWATCH_GENL_H

int sockwatch_genl_init(void);
void sockwatch_genl_exit(void);

#endif /* _SOCKWATCH_GENL_H */
