/* SPDX-License-Identifier: GPL-2.0 */
/* The ways to attach a probe to the kernel. */
#ifndef _SOCKWATCH_ATTACH_H
#define _SOCKWATCH_ATTACH_H

#include <linux/ftrace.h>
#include <linux/kprobes.h>
#include <linux/tracepoint.h>
#include <linux/types.h>

struct sockwatch_hook;

/**
 * struct sockwatch_hook_type - one way to attach
 * @name: as `sockwatch info` shows it
 * @attach: attach the hook; 0 or a negative errno
 * @detach: detach it; on return its probe is not running and never will, but
 *	for a wrapper: that is for sockwatch_wrappers_leave()
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
 * @probe: the handler; its type goes with @type, a wrapper's is its function's
 * @required: the module does not load without it
 * @attached: it is in place
 * @ops: for ftrace and the wrapper
 * @original: for a wrapper: told where the function goes on
 * @inside: for a wrapper: tasks that are in it, counted by itself
 * @rp: for a kretprobe; the row fills in handlers and data_size
 * @tp: for a tracepoint, looked up by name
 */
struct sockwatch_hook {
	const char *name;
	const struct sockwatch_hook_type *type;
	void *probe;
	bool required;
	bool attached;
	struct ftrace_ops ops;
	void (*original)(void *func);
	long __percpu *inside;
	struct kretprobe rp;
	struct tracepoint *tp;
};

extern const struct sockwatch_hook_type sockwatch_hook_ftrace;
extern const struct sockwatch_hook_type sockwatch_hook_wrapper;
extern const struct sockwatch_hook_type sockwatch_hook_kretprobe;
extern const struct sockwatch_hook_type sockwatch_hook_tracepoint;

void sockwatch_wrappers_leave(struct sockwatch_hook *const *hooks,
			      unsigned int nr);

#endif /* _SOCKWATCH_ATTACH_H */
