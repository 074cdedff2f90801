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

static void row_put(struct seq_file *m, const struct sockwatch_row *row)
{
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

static int file_show(struct seq_file *m, void *unused)
{
	const struct sockwatch_snapshot *snapshot = m->private;
	unsigned int i;

	seq_puts(m, PROC_VERSION);
	seq_puts(m, "family type protocol attempts failures created kernel accepted preexisting released open kernel_open cloned unaccepted lost\n");
	for (i = 0; i < snapshot->nr; i++)
		row_put(m, &snapshot->rows[i]);
	return 0;
}

/* Taken at open: however slowly it is read, the numbers are of one time. */
static struct sockwatch_snapshot *snapshot_of_reader(void)
{
	struct net *net = get_net(current->nsproxy->net_ns);
	struct sockwatch_snapshot *snapshot;

	snapshot = sockwatch_snapshot_kinds(sockwatch_net_held(net));
	put_net(net);
	return snapshot;
}

static int file_open(struct inode *inode, struct file *file)
{
	struct sockwatch_snapshot *snapshot = snapshot_of_reader();
	int err;

	if (IS_ERR(snapshot))
		return PTR_ERR(snapshot);
	err = single_open(file, file_show, snapshot);
	if (err)
		sockwatch_snapshot_free(snapshot);
	return err;
}

static int file_release(struct inode *inode, struct file *file)
{
	struct seq_file *m = file->private_data;

	sockwatch_snapshot_free(m->private);
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
