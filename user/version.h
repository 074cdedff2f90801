/* SPDX-License-Identifier: GPL-2.0 */
/* The release that this command belongs to, the same as the module's. */
#ifndef _SOCKWATCH_VERSION_H
#define _SOCKWATCH_VERSION_H

#define SOCKWATCH_VERSION "0.1.0"

#endif /* _SOCKWATCH_VERSION_H */
