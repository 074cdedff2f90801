// SPDX-License-Identifier: GPL-2.0
/* account: many random facts against a model, and many at the same time. */
#include <kunit/test.h>
#include <linux/prandom.h>

#include "crowd.h"
#include "event.h"
#include "fake.h"
#include "netns.h"
#include "suites.h"
#include "track.h"

#define SOCKS	40
#define STEPS	4000

/**
 * struct model_sock - what has happened to a sock
 * @sk: the sock
 * @stage: of its present life
 * @kernel: it is counted as held by the kernel
 */
struct model_sock {
	struct sock *sk;
	enum { GONE, ALLOCATED, CLONED, OPEN } stage;
	bool kernel;
};

/**
 * struct model - what the numbers must be
 * @rnd: the source of all chance
 * @socks: the socks
 * @want: the row
 * @untracked: socks freed unseen
 * @discarded: socks freed before they were anything
 */
struct model {
	struct rnd_state rnd;
	struct model_sock socks[SOCKS];
	struct fake_row want;
	u64 untracked;
	u64 discarded;
};

static void model_open(struct model *model, struct model_sock *s, bool kernel,
		       u64 *origin)
{
	(*origin)++;
	model->want.open++;
	model->want.kernel_open += kernel;
	s->kernel = kernel;
	s->stage = OPEN;
}

static void step_create(struct model *model, struct model_sock *s)
{
	bool kernel = prandom_u32_state(&model->rnd) & 1;

	if (s->stage != GONE && s->stage != ALLOCATED)
		return;
	fake_create(&init_net, s->sk, kernel, 1);
	model->want.attempts++;
	model_open(model, s, kernel,
		   kernel ? &model->want.kernel : &model->want.created);
}

static void step_accept(struct model *model, struct model_sock *s)
{
	s->sk->sk_kern_sock = prandom_u32_state(&model->rnd) & 1;
	fake_accept(s->sk, s->sk->sk_type, 1);
	if (s->stage == OPEN)
		return;
	if (s->stage != CLONED)
		model->want.cloned++;
	model_open(model, s, s->sk->sk_kern_sock, &model->want.accepted);
}

static void step_found(struct model *model, struct model_sock *s)
{
	bool installed = prandom_u32_state(&model->rnd) & 1;

	/* A descriptor leads to no sock that is still in a queue. */
	if (s->stage == CLONED)
		return;
	s->sk->sk_kern_sock = 0;
	sockwatch_account_found(s->sk, installed);
	if (s->stage == GONE || (s->stage == ALLOCATED && installed))
		model_open(model, s, false, &model->want.preexisting);
}

static void step_clone(struct model *model, struct model_sock *s)
{
	sockwatch_account_clone(s->sk, s->sk->sk_type, 1);
	if (s->stage != ALLOCATED)
		return;
	s->stage = CLONED;
	model->want.cloned++;
}

static void step_free(struct model *model, struct model_sock *s)
{
	sockwatch_account_free(s->sk);
	switch (s->stage) {
	case GONE:
		model->untracked++;
		break;
	case ALLOCATED:
		model->discarded++;
		break;
	case CLONED:
		model->want.unaccepted++;
		break;
	case OPEN:
		model->want.released++;
		model->want.open--;
		model->want.kernel_open -= s->kernel;
		break;
	}
	s->stage = GONE;
}

static void model_step(struct model *model)
{
	struct model_sock *s;

	s = &model->socks[prandom_u32_state(&model->rnd) % SOCKS];
	switch (prandom_u32_state(&model->rnd) % 8) {
	case 0:
	case 1:
		/* An address is in use again only after it was freed. */
		if (s->stage != GONE)
			break;
		sockwatch_account_alloc(s->sk);
		s->stage = ALLOCATED;
		break;
	case 2:
		step_create(model, s);
		break;
	case 3:
		step_clone(model, s);
		break;
	case 4:
		step_accept(model, s);
		break;
	case 5:
		step_found(model, s);
		break;
	case 6:
		step_free(model, s);
		break;
	case 7:
		sockwatch_account_create_failed(&init_net, AF_INET,
						SOCK_STREAM, IPPROTO_TCP,
						-EPERM);
		model->want.attempts++;
		model->want.failures++;
		break;
	}
}

/* The promises that hold whatever the model says. */
static void expect_identity(struct kunit *test, const struct fake_row *row)
{
	KUNIT_EXPECT_EQ(test, row->created + row->kernel + row->accepted +
			row->preexisting - row->released, row->open);
	KUNIT_EXPECT_EQ(test, row->attempts,
			row->failures + row->created + row->kernel);
	KUNIT_EXPECT_LE(test, row->kernel_open, row->open);
	KUNIT_EXPECT_GE(test, row->cloned, row->accepted + row->unaccepted);
}

static void model_run(struct kunit *test)
{
	struct model *model = kunit_kzalloc(test, sizeof(*model), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, model);
	prandom_seed_state(&model->rnd, 4711);
	for (i = 0; i < SOCKS; i++)
		model->socks[i].sk = fake_sock(test, &init_net, TCP);
	for (i = 0; i < STEPS; i++) {
		model_step(model);
		if (i % 8)
			continue;
		fake_expect_row(test, i, &init_net, TCP, &model->want);
		expect_identity(test, &model->want);
		cond_resched();
	}
	for (i = 0; i < SOCKS; i++)
		if (model->socks[i].stage != GONE)
			step_free(model, &model->socks[i]);
	KUNIT_EXPECT_EQ(test, model->want.open, 0ULL);
	fake_expect_row(test, i, &init_net, TCP, &model->want);
	EXPECT_TOTALS(test, model->untracked, model->discarded);
	KUNIT_EXPECT_EQ(test, sockwatch_track_used(), 0ULL);
}

static void random_facts(struct kunit *test)
{
	model_run(test);
}

/* With nobody to be told, things go their short ways. */
static void random_facts_untold(struct kunit *test)
{
	sockwatch_event_set_sink(NULL);
	model_run(test);
}

#define CROWD_ROUNDS	2000
#define CROWD_SOCKS	8

static struct sock *crowd_socks[CROWD_SIZE][CROWD_SOCKS];

/* Half are created and half accepted; in each round all come and go. */
static void crowd_member(unsigned int who, void *arg)
{
	unsigned int round, i;
	struct sock *sk;

	for (round = 0; round < CROWD_ROUNDS; round++) {
		for (i = 0; i < CROWD_SOCKS; i++) {
			sk = crowd_socks[who][i];
			sockwatch_account_alloc(sk);
			if (i & 1) {
				sockwatch_account_clone(sk, SOCK_STREAM, 1);
				fake_accept(sk, sk->sk_type, 1);
			} else {
				fake_create(&init_net, sk, false, 1);
			}
		}
		for (i = 0; i < CROWD_SOCKS; i++)
			sockwatch_account_free(crowd_socks[who][i]);
		cond_resched();
	}
}

static void at_once(struct kunit *test)
{
	const u64 half = CROWD_SIZE * CROWD_ROUNDS * CROWD_SOCKS / 2;
	unsigned int who, i;

	/* The fake sink counts without a lock. */
	sockwatch_event_set_sink(NULL);
	for (who = 0; who < CROWD_SIZE; who++)
		for (i = 0; i < CROWD_SOCKS; i++)
			crowd_socks[who][i] = fake_sock(test, &init_net, TCP);
	KUNIT_ASSERT_EQ(test, crowd_run(test, crowd_member, NULL), 0);
	EXPECT_ROW(test, &init_net, TCP, .attempts = half, .created = half,
		   .accepted = half, .cloned = half, .released = 2 * half);
	EXPECT_TOTALS(test, 0, 0);
	KUNIT_EXPECT_EQ(test, sockwatch_track_used(), 0ULL);
}

static struct kunit_case model_cases[] = {
	KUNIT_CASE(random_facts),
	KUNIT_CASE(random_facts_untold),
	KUNIT_CASE(at_once),
	{}
};

struct kunit_suite sockwatch_account_model_suite = {
	.name = "sockwatch_account_model",
	.init = fake_start,
	.exit = fake_stop,
	.test_cases = model_cases,
};
