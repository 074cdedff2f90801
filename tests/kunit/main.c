// SPDX-License-Identifier: GPL-2.0
/* The KUnit suites of sockwatch, one a room, as a module of their own. */
#include <kunit/test.h>
#include <linux/module.h>

#include "suites.h"

kunit_test_suites(&sockwatch_classify_suite, &sockwatch_counters_suite,
		  &sockwatch_track_suite, &sockwatch_track_pin_suite,
		  &sockwatch_alloc_suite,
		  &sockwatch_account_suite, &sockwatch_account_child_suite,
		  &sockwatch_account_census_suite,
		  &sockwatch_account_netns_suite,
		  &sockwatch_account_model_suite,
		  &sockwatch_account_latency_suite, &sockwatch_snapshot_suite,
		  &sockwatch_clock_suite, &sockwatch_cost_suite,
		  &sockwatch_hist_suite, &sockwatch_hist_race_suite,
		  &sockwatch_hist_rare_suite, &sockwatch_samples_suite,
		  &sockwatch_tcpstat_suite, &sockwatch_tcp_suite,
		  &sockwatch_tcp_gauge_suite, &sockwatch_tcp_close_suite,
		  &sockwatch_tcp_near_suite, &sockwatch_tcp_behind_suite,
		  &sockwatch_tcp_gauge_behind_suite,
		  &sockwatch_tcp_close_behind_suite,
		  &sockwatch_listen_suite, &sockwatch_filter_suite,
		  &sockwatch_filter_random_suite, &sockwatch_list_suite,
		  &sockwatch_events_suite, &sockwatch_tcp_tell_suite,
		  &sockwatch_pages_suite);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("KUnit suites of sockwatch");
