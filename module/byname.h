/* SPDX-License-Identifier: GPL-2.0 */
/* Functions that are called by their name only. */
#ifndef _SOCKWATCH_BYNAME_H
#define _SOCKWATCH_BYNAME_H

#ifdef CONFIG_X86_64
#include <asm/ibt.h>
#endif

/*
 * The kernel's own mark: such a function needs no ENDBR, the instruction that a
 * call through a pointer must find where CONFIG_X86_KERNEL_IBT is set.  The
 * compiler omits it by itself only in what is static, and these are ends of a
 * hook that lie in another file.  objtool looks for pointers to them.
 */
#ifndef __noendbr
#define __noendbr
#endif

#endif /* _SOCKWATCH_BYNAME_H */
