// SPDX-License-Identifier: GPL-2.0
/* Loading and unloading: the init ladder and its mirror image. */
#include <linux/module.h>

static int __init sockwatch_init(void)
{
	return 0;
}

static void __exit sockwatch_exit(void)
{
}

module_init(sockwatch_init);
module_exit(sockwatch_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Counts every socket by family, type and protocol");
MODULE_VERSION("0.1.0");
