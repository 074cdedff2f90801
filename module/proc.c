// SPDX-License-Identifier: GPL-2.0
/* /proc/sockwatch: the counters of the reader's network namespace. */
#include <linux/err.h>
#include <linux/nsproxy.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <net/net_namespace.h>

#include "../include/sockwatch_names.h"
#include "netns.h"
#include "proc.h"
#include "snapshot.h"

#define PROC_NAME	"sockwatch"
/* The first line; the number grows when a column changes its meaning. */
#define PROC_VERSION	"sockwatch 1\n"

#define NAME(number, name) [number] = name,
static const char *const families[] = { SOCKWATCH_FAMILIES(NAME) };
static const char *const types[] = { SOCKWATCH_TYPES(NAME) };
static const char *const states[] = { SOCKWATCH_TCP_STATES(NAME) };
static const char *const metrics[] = { SOCKWATCH_METRICS(NAME) };
static const char *const scopes[] = { SOCKWATCH_SCOPES(NAME) };
static const char *const options[] = { SOCKWATCH_OPTIONS(NAME) };
#undef NAME

#define NAME(family, number, name) { family, number, name },
static const struct {
	u16 family;
	u16 number;
	const char *name;
} protocols[] = { SOCKWATCH_PROTOCOLS(NAME) };
#undef NAME

static void name_put(struct seq_file *m, const char *const *names,
		     unsigned int nr, unsigned int number)
{
	if (number < nr && names[number])
		seq_printf(m, "%s ", names[number]);
	else
		seq_printf(m, "%u ", number);
}

static void protocol_put(struct seq_file *m, struct sockwatch_kind kind)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(protocols); i++) {
		if (protocols[i].family == kind.family &&
		    protocols[i].number == kind.protocol) {
			seq_puts(m, protocols[i].name);
			return;
		}
	}
	seq_printf(m, "%u", kind.protocol);
}

static void kind_put(struct seq_file *m, u64 key)
{
	struct sockwatch_kind kind = sockwatch_kind_unpack(key);

	if (key == SOCKWATCH_KIND_OTHER) {
		seq_puts(m, "other other other");
		return;
	}
	name_put(m, families, ARRAY_SIZE(families), kind.family);
	name_put(m, types, ARRAY_SIZE(types), kind.type);
	protocol_put(m, kind);
}

static void row_put(struct seq_file *m, const void *data)
{
	const struct sockwatch_row *row = data;

	kind_put(m, row->key);
	seq_put_decimal_ull(m, " ", sockwatch_row_attempts(row));
	seq_put_decimal_ull(m, " ", row->failures);
	seq_put_decimal_ull(m, " ", row->count[SOCKWATCH_C_CREATED]);
	seq_put_decimal_ull(m, " ", row->count[SOCKWATCH_C_KERNEL]);
	seq_put_decimal_ull(m, " ", row->count[SOCKWATCH_C_ACCEPTED]);
	seq_put_decimal_ull(m, " ", row->count[SOCKWATCH_C_PREEXISTING]);
	seq_put_decimal_ull(m, " ", row->count[SOCKWATCH_C_RELEASED]);
	seq_put_decimal_ull(m, " ", sockwatch_row_open(row));
	seq_put_decimal_ull(m, " ", sockwatch_row_kernel_open(row));
	seq_put_decimal_ull(m, " ", row->count[SOCKWATCH_C_CLONED]);
	seq_put_decimal_ull(m, " ", row->count[SOCKWATCH_C_UNACCEPTED]);
	seq_put_decimal_ull(m, " ", row->count[SOCKWATCH_C_LOST]);
	seq_putc(m, '\n');
}

static void number_put(struct seq_file *m, bool known, u64 number)
{
	if (known)
		seq_printf(m, "%llu ", number);
	else
		seq_puts(m, "- ");
}

static void state_put(struct seq_file *m, const void *data)
{
	const struct sockwatch_state_row *row = data;

	name_put(m, families, ARRAY_SIZE(families), row->family);
	name_put(m, states, ARRAY_SIZE(states), row->state);
	number_put(m, row->known, row->sockets);
	number_put(m, row->known || row->state != TCP_TIME_WAIT, row->entered);
	seq_putc(m, '\n');
}

static void transition_put(struct seq_file *m, const void *data)
{
	const struct sockwatch_transition_row *row = data;

	name_put(m, families, ARRAY_SIZE(families), row->family);
	if (row->from)
		name_put(m, states, ARRAY_SIZE(states), row->from);
	else
		seq_puts(m, "new ");
	name_put(m, states, ARRAY_SIZE(states), row->to);
	seq_printf(m, "%llu\n", row->count);
}

static void segment_put(struct seq_file *m, const void *data)
{
	const struct sockwatch_segment_row *row = data;
	unsigned int i;

	name_put(m, families, ARRAY_SIZE(families), row->family);
	name_put(m, scopes, ARRAY_SIZE(scopes), row->scope);
	for (i = 0; i < SOCKWATCH_SEGMENT_MAX; i++)
		number_put(m, row->known & BIT(i), row->count[i]);
	seq_putc(m, '\n');
}

static void name_or_none_put(struct seq_file *m, const char *const *names,
			     unsigned int nr, unsigned int number)
{
	if (number)
		name_put(m, names, nr, number);
	else
		seq_puts(m, "- ");
}

static void latency_put(struct seq_file *m, const void *data)
{
	const struct sockwatch_latency_row *row = data;
	const struct sockwatch_hist_sum *sum = &row->sum;

	if (row->unknown)
		return;
	name_put(m, metrics, ARRAY_SIZE(metrics), row->metric);
	name_put(m, families, ARRAY_SIZE(families), row->family);
	name_or_none_put(m, scopes, ARRAY_SIZE(scopes), row->scope);
	name_or_none_put(m, states, ARRAY_SIZE(states), row->state);
	seq_printf(m, "%llu %llu %llu %llu %llu %llu %llu\n", sum->count,
		   sum->sum_ns, sum->max_ns,
		   sockwatch_hist_quantile(sum, 500),
		   sockwatch_hist_quantile(sum, 900),
		   sockwatch_hist_quantile(sum, 990),
		   sockwatch_hist_quantile(sum, 999));
}

static void unknown_put(struct seq_file *m, const void *data)
{
	const struct sockwatch_latency_row *row = data;

	if (!row->unknown)
		return;
	name_put(m, metrics, ARRAY_SIZE(metrics), row->metric);
	name_put(m, families, ARRAY_SIZE(families), row->family);
	seq_printf(m, "%llu\n", row->sum.count);
}

static void option_put(struct seq_file *m, const void *data)
{
	const struct sockwatch_option_row *row = data;

	name_put(m, families, ARRAY_SIZE(families), row->family);
	seq_puts(m, row->protocol == IPPROTO_TCP ? "tcp " : "udp ");
	if (*row->name)
		seq_printf(m, "congestion:%.*s ", (int)sizeof(row->name),
			   row->name);
	else
		name_put(m, options, ARRAY_SIZE(options), row->option);
	seq_printf(m, "%llu %llu\n", row->count, row->total);
}

/*
 * The file: the first has no title.  Without @take a section shows the rows of
 * the one before.
 */
static const struct {
	const char *title;
	const char *columns;
	struct sockwatch_snapshot *(*take)(const struct sockwatch_net *snet,
					   unsigned int metric);
	void (*put)(struct seq_file *m, const void *row);
} sections[] = {
	{ NULL, "family type protocol attempts failures created kernel accepted preexisting released open kernel_open cloned unaccepted lost",
	  sockwatch_snapshot_kinds, row_put },
	{ "tcp_states", "family state sockets entered",
	  sockwatch_snapshot_states, state_put },
	{ "tcp_transitions", "family from to count",
	  sockwatch_snapshot_transitions, transition_put },
	{ "tcp_counters", "family scope retransmits synack_retransmits resets_sent resets_received",
	  sockwatch_snapshot_segments, segment_put },
	{ "latency", "metric family scope state count sum_ns max_ns p50_ns p90_ns p99_ns p999_ns",
	  sockwatch_snapshot_latency, latency_put },
	{ "latency_unknown", "metric family count", NULL, unknown_put },
	{ "options", "family protocol option count total",
	  sockwatch_snapshot_options, option_put },
};

static int file_show(struct seq_file *m, void *unused)
{
	const struct sockwatch_snapshot *snapshot = NULL;
	unsigned int s, i;

	seq_puts(m, PROC_VERSION);
	for (s = 0; s < ARRAY_SIZE(sections); s++) {
		if (sections[s].title)
			seq_printf(m, "\n%s\n", sections[s].title);
		seq_printf(m, "%s\n", sections[s].columns);
		if (sections[s].take)
			snapshot = snapshot ? snapshot->next : m->private;
		for (i = 0; i < snapshot->nr; i++)
			sections[s].put(m, sockwatch_snapshot_row(snapshot, i));
	}
	return 0;
}

static void snapshots_free(struct sockwatch_snapshot *first)
{
	struct sockwatch_snapshot *next;

	for (; first; first = next) {
		next = first->next;
		sockwatch_snapshot_free(first);
	}
}

/* Taken at open: however slowly it is read, the numbers are of one time. */
static struct sockwatch_snapshot *
snapshots_take(const struct sockwatch_net *snet)
{
	struct sockwatch_snapshot *first = NULL, **last = &first;
	struct sockwatch_snapshot *snapshot;
	unsigned int s;

	for (s = 0; s < ARRAY_SIZE(sections); s++) {
		if (!sections[s].take)
			continue;
		snapshot = sections[s].take(snet, 0);
		if (IS_ERR(snapshot)) {
			snapshots_free(first);
			return snapshot;
		}
		*last = snapshot;
		last = &snapshot->next;
	}
	return first;
}

static struct sockwatch_snapshot *snapshots_of_reader(void)
{
	struct net *net = get_net(current->nsproxy->net_ns);
	struct sockwatch_snapshot *first;

	first = snapshots_take(sockwatch_net_held(net));
	put_net(net);
	return first;
}

static int file_open(struct inode *inode, struct file *file)
{
	struct sockwatch_snapshot *first = snapshots_of_reader();
	int err;

	if (IS_ERR(first))
		return PTR_ERR(first);
	err = single_open(file, file_show, first);
	if (err)
		snapshots_free(first);
	return err;
}

static int file_release(struct inode *inode, struct file *file)
{
	struct seq_file *m = file->private_data;

	snapshots_free(m->private);
	return single_release(inode, file);
}

static const struct proc_ops file_ops = {
	.proc_open = file_open,
	.proc_read = seq_read,
	.proc_lseek = seq_lseek,
	.proc_release = file_release,
};

/**
 * sockwatch_proc_init() - make /proc/sockwatch
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int sockwatch_proc_init(void)
{
	return proc_create(PROC_NAME, 0444, NULL, &file_ops) ? 0 : -ENOMEM;
}

/**
 * sockwatch_proc_exit() - take /proc/sockwatch away
 *
 * Context: process, may sleep.  Files that are still open are released.
 */
void sockwatch_proc_exit(void)
{
	remove_proc_entry(PROC_NAME, NULL);
}
