/* SPDX-License-Identifier: GPL-2.0 */
/* The suites that main.c registers. */
#ifndef _SOCKWATCH_SUITES_H
#define _SOCKWATCH_SUITES_H

#include <kunit/test.h>

extern struct kunit_suite sockwatch_classify_suite;
extern struct kunit_suite sockwatch_counters_suite;
extern struct kunit_suite sockwatch_track_suite;
extern struct kunit_suite sockwatch_track_pin_suite;
extern struct kunit_suite sockwatch_alloc_suite;
extern struct kunit_suite sockwatch_account_suite;
extern struct kunit_suite sockwatch_account_child_suite;
extern struct kunit_suite sockwatch_account_census_suite;
extern struct kunit_suite sockwatch_account_netns_suite;
extern struct kunit_suite sockwatch_account_model_suite;
extern struct kunit_suite sockwatch_account_latency_suite;
extern struct kunit_suite sockwatch_snapshot_suite;
extern struct kunit_suite sockwatch_clock_suite;
extern struct kunit_suite sockwatch_cost_suite;
extern struct kunit_suite sockwatch_hist_suite;
extern struct kunit_suite sockwatch_hist_race_suite;
extern struct kunit_suite sockwatch_hist_rare_suite;
extern struct kunit_suite sockwatch_samples_suite;
extern struct kunit_suite sockwatch_tcpstat_suite;
extern struct kunit_suite sockwatch_tcp_suite;
extern struct kunit_suite sockwatch_tcp_near_suite;
extern struct kunit_suite sockwatch_tcp_behind_suite;
extern struct kunit_suite sockwatch_tcp_gauge_suite;
extern struct kunit_suite sockwatch_tcp_gauge_behind_suite;
extern struct kunit_suite sockwatch_tcp_close_suite;
extern struct kunit_suite sockwatch_tcp_close_behind_suite;
extern struct kunit_suite sockwatch_listen_suite;
extern struct kunit_suite sockwatch_filter_suite;
extern struct kunit_suite sockwatch_filter_random_suite;
extern struct kunit_suite sockwatch_list_suite;
extern struct kunit_suite sockwatch_events_suite;
extern struct kunit_suite sockwatch_tcp_tell_suite;
extern struct kunit_suite sockwatch_pages_suite;

#endif /* _SOCKWATCH_SUITES_H */
