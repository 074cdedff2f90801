// SPDX-License-Identifier: GPL-2.0
/* The probe of security_sk_alloc, by which every sock comes. */
#include <linux/build_bug.h>
#include <linux/hash.h>
#include <linux/stddef.h>

#include "account.h"
#include "alloc.h"
#include "attach.h"
#include "cost.h"
#include "hooks.h"
#include "track.h"

SOCKWATCH_PART(allocated, SOCKWATCH_HOOK_ALLOC, (const struct sock *sk), (sk))
{
	sockwatch_account_alloc(sk);
}

/**
 * sockwatch_alloc_probe() - a sock is allocated
 * @sk: the first argument of security_sk_alloc(struct sock *sk, int family,
 *	gfp_t priority)
 *
 * Context: any but NMI.
 */
notrace void sockwatch_alloc_probe(const struct sock *sk)
{
	allocated(sk);
}

#ifdef SOCKWATCH_HAS_ALLOC_STUB
SOCKWATCH_STUB(sockwatch_alloc_probe, 3);
SOCKWATCH_STUB(sockwatch_track_add, 3);

/* As far as the stub goes nobody says that sockwatch_track.last rises. */
static_assert(SOCKWATCH_TRACK_NEAR > 4);

/* The one before is taken, unless it is stale: see sockwatch_track_add(). */
#define ANOTHER(label, nr, else_label)					\
	label ":\n\t"							\
	"and $%c[mask], %%rax\n\t"					\
	"cmp %%rax, %%rdi\n\t"						\
	"je sockwatch_track_add_stub\n\t"				\
	"xor $%c[step" #nr "], %%r10\n\t"				\
	"xor %%eax, %%eax\n\t"						\
	"lock cmpxchg %%rdi, (%%r11, %%r10)\n\t"			\
	"jne " else_label "\n\t"					\
	ASM_RET

/*
 * sockwatch_alloc_stub() - the stub of sockwatch_alloc_probe()
 *
 * What that does is so short, as a rule, that to keep the function's arguments
 * would be half of it.  So here it is once more, with five of the places that
 * sockwatch_track_add() looks at, in the registers that nothing is kept in when
 * a function begins; what is rare goes to the stubs that keep them.
 *
 * In a function, which nobody calls, for the sake of the operands.
 */
static __used noinline __noclone void stub_text(void)
{
	asm volatile(".pushsection .text.sockwatch, \"ax\", @progbits\n"
		     ".globl sockwatch_alloc_stub\n"
		     ".type sockwatch_alloc_stub, @function\n"
		     "sockwatch_alloc_stub:\n\t"
		     ASM_ENDBR
		     "decq %%gs:sockwatch_cost_left+%c[left](%%rip)\n\t"
		     "jle 5f\n\t"
		     "imul $%c[factor], %%rdi, %%r10\n\t"
		     "mov sockwatch_track+%c[keys](%%rip), %%r11\n\t"
		     "shr $%c[shift], %%r10\n\t"
		     "and sockwatch_track+%c[places](%%rip), %%r10d\n\t"
		     "xor %%eax, %%eax\n\t"
		     "lock cmpxchg %%rdi, (%%r11, %%r10)\n\t"
		     "jne 1f\n\t"
		     ASM_RET
		     ANOTHER("1", 1, "2f")
		     ANOTHER("2", 2, "3f")
		     ANOTHER("3", 3, "4f")
		     ANOTHER("4", 4, "sockwatch_track_add_stub")
		     /* Timed, by the probe, which counts it too. */
		     "5:\n\t"
		     "incq %%gs:sockwatch_cost_left+%c[left](%%rip)\n\t"
		     "jmp sockwatch_alloc_probe_stub\n\t"
		     ".size sockwatch_alloc_stub, . - sockwatch_alloc_stub\n"
		     ".popsection\n" : :
		     [left] "i" (SOCKWATCH_HOOK_ALLOC * sizeof(s64)),
		     [factor] "i" (GOLDEN_RATIO_32),
		     [keys] "i" (offsetof(struct sockwatch_track, keys)),
		     [shift] "i" (SOCKWATCH_TRACK_SHIFT),
		     [places] "i" (offsetof(struct sockwatch_track, places)),
		     [mask] "i" (~SOCKWATCH_TRACK_PINNED),
		     [step1] "i" (sockwatch_track_step(1)),
		     [step2] "i" (sockwatch_track_step(2)),
		     [step3] "i" (sockwatch_track_step(3)),
		     [step4] "i" (sockwatch_track_step(4)));
}
#endif
