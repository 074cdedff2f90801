/* SPDX-License-Identifier: GPL-2.0 */
/* The ways to attach a probe to the kernel. */
#ifndef _SOCKWATCH_ATTACH_H
#define _SOCKWATCH_ATTACH_H

#include <linux/ftrace.h>
#include <linux/kprobes.h>
#include <linux/tracepoint.h>
#include <linux/types.h>
#ifdef CONFIG_X86_64
#include <asm/frame.h>
#include <asm/ibt.h>
#include <asm/linkage.h>
#endif

struct sockwatch_hook;

/**
 * struct sockwatch_hook_type - one way to attach
 * @name: as `sockwatch info` shows it
 * @attach: attach the hook; 0 or a negative errno
 * @detach: detach it: its probe is not called any more; one of a tracepoint or
 *	a wrapper may still run, until sockwatch_hooks_leave()
 * @missed: how often the kernel could not call the probe, NULL: never
 */
struct sockwatch_hook_type {
	const char *name;
	int (*attach)(struct sockwatch_hook *hook);
	void (*detach)(struct sockwatch_hook *hook);
	u64 (*missed)(const struct sockwatch_hook *hook);
};

/**
 * struct sockwatch_hook - a place in the kernel and the probe for it
 * @name: function or tracepoint
 * @type: how it is attached
 * @probe: the handler; a tracepoint's and a wrapper's has the type of the
 *	tracepoint or the function, that of ftrace takes the first arguments of
 *	the function, three at the most
 * @stub: SOCKWATCH_STUB() of @probe, or SOCKWATCH_WRAP_STUB() of a wrapper;
 *	NULL: it is not called directly
 * @required: the module does not load without it
 * @attached: it is in place
 * @ops: for ftrace, direct and the wrapper
 * @original: for a wrapper: told where the function goes on
 * @inside: for a wrapper: tasks that are in it, counted by itself
 * @rp: for a kretprobe; the row fills in handlers and data_size
 * @tp: for a tracepoint, looked up by name
 */
struct sockwatch_hook {
	const char *name;
	const struct sockwatch_hook_type *type;
	void *probe;
	void *stub;
	bool required;
	bool attached;
	struct ftrace_ops ops;
	void (*original)(void *func);
	long __percpu *inside;
	struct kretprobe rp;
	struct tracepoint *tp;
};

/* Whether a function can be made to call a stub where it begins. */
#if defined(CONFIG_X86_64) && defined(CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS)
#define SOCKWATCH_HAS_STUBS
#endif

/**
 * SOCKWATCH_STUB() - let a probe be called where a function begins
 * @probe: takes the first arguments of the function
 * @nr: how many arguments the function has, one to three
 *
 * The function, of which the first instruction calls the stub, has its
 * arguments in registers: those are kept for it.
 */
#ifdef SOCKWATCH_HAS_STUBS
#define SOCKWATCH_STUB(probe, nr)					\
	void probe##_stub(void);					\
	asm(".pushsection .text, \"ax\", @progbits\n"			\
	    ".type " #probe "_stub, @function\n"			\
	    #probe "_stub:\n\t"						\
	    ASM_ENDBR							\
	    FRAME_BEGIN							\
	    SOCKWATCH_PUSH_##nr						\
	    "call " #probe "\n\t"					\
	    SOCKWATCH_POP_##nr						\
	    FRAME_END							\
	    ASM_RET							\
	    ".size " #probe "_stub, . - " #probe "_stub\n"		\
	    ".popsection\n")
#define SOCKWATCH_PUSH_1	"push %rdi\n\t"
#define SOCKWATCH_PUSH_2	SOCKWATCH_PUSH_1 "push %rsi\n\t"
#define SOCKWATCH_PUSH_3	SOCKWATCH_PUSH_2 "push %rdx\n\t"
#define SOCKWATCH_POP_1		"pop %rdi\n\t"
#define SOCKWATCH_POP_2		"pop %rsi\n\t" SOCKWATCH_POP_1
#define SOCKWATCH_POP_3		"pop %rdx\n\t" SOCKWATCH_POP_2
#else
#define SOCKWATCH_STUB(probe, nr)					\
	static void *const probe##_stub = NULL
#endif

/**
 * SOCKWATCH_WRAP_STUB() - let a wrapper be called where a function begins
 * @wrapper: has the signature of the function, at most six arguments
 *
 * The wrapper has called the function, behind its first instruction; so that
 * goes back to its caller, by way of a return of its own.
 */
#ifdef SOCKWATCH_HAS_STUBS
#define SOCKWATCH_WRAP_STUB(wrapper)					\
	void wrapper##_stub(void);					\
	asm(".pushsection .text, \"ax\", @progbits\n"			\
	    ".type " #wrapper "_stub, @function\n"			\
	    #wrapper "_stub:\n\t"					\
	    ASM_ENDBR							\
	    FRAME_BEGIN							\
	    "call " #wrapper "\n\t"					\
	    FRAME_END							\
	    "lea " #wrapper "_back(%rip), %rdx\n\t"			\
	    "mov %rdx, (%rsp)\n\t"					\
	    ASM_RET							\
	    ".size " #wrapper "_stub, . - " #wrapper "_stub\n"		\
	    ".type " #wrapper "_back, @function\n"			\
	    #wrapper "_back:\n\t"					\
	    ASM_RET							\
	    ".size " #wrapper "_back, . - " #wrapper "_back\n"		\
	    ".popsection\n")
#else
#define SOCKWATCH_WRAP_STUB(wrapper)					\
	static void *const wrapper##_stub = NULL
#endif

extern const struct sockwatch_hook_type sockwatch_hook_direct;
extern const struct sockwatch_hook_type sockwatch_hook_direct_wrapper;
extern const struct sockwatch_hook_type sockwatch_hook_ftrace;
extern const struct sockwatch_hook_type sockwatch_hook_wrapper;
extern const struct sockwatch_hook_type sockwatch_hook_kretprobe;
extern const struct sockwatch_hook_type sockwatch_hook_tracepoint;

void sockwatch_hooks_leave(struct sockwatch_hook *const *hooks,
			   unsigned int nr);

#endif /* _SOCKWATCH_ATTACH_H */
