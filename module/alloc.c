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

/*
 * sockwatch_alloc_stub() - the stub of sockwatch_alloc_probe()
 *
 * What that does is so short, as a rule, that to keep the function's arguments
 * would be half of it.  So here it is once more, as far as the places go that
 * sockwatch_track_near() looks at, in the registers that nothing is kept in
 * when a function begins; what is rare goes to the stubs that keep them.
 *
 * A stale entry, see sockwatch_track_add(), is met in the first place only.
 * One behind is still as it was when it was added, and is what is found for the
 * sock from then on; the place that it gets here too becomes the stale one.
 *
 * As far as this goes nobody says that sockwatch_track.last rises: it begins
 * there.
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
		     "jle 2f\n\t"
		     "imul $%c[factor], %%rdi, %%r10\n\t"
		     "mov sockwatch_track+%c[keys](%%rip), %%r11\n\t"
		     "shr $%c[shift], %%r10\n\t"
		     "and sockwatch_track+%c[places](%%rip), %%r10d\n\t"
		     "xor %%eax, %%eax\n\t"
		     "lock cmpxchg %%rdi, (%%r11, %%r10)\n\t"
		     "jne 1f\n\t"
		     ASM_RET
		     "1:\n\t"
		     "cmp %%rax, %%rdi\n\t"
		     "je sockwatch_track_add_stub\n\t"
		     /* sockwatch_track_step(), and that place if it is free. */
		     ".set .Lnr, 1\n"
		     ".rept %c[near] - 1\n\t"
		     ".set .Lto, .Lnr * (.Lnr - 1) / 2 ^ .Lnr * (.Lnr + 1) / 2\n\t"
		     "xor $(.Lto & (%c[all] - 1)) * %c[key], %%r10\n\t"
		     "cmpq $0, (%%r11, %%r10)\n\t"
		     "jne 1f\n\t"
		     "xor %%eax, %%eax\n\t"
		     "lock cmpxchg %%rdi, (%%r11, %%r10)\n\t"
		     "jne 1f\n\t"
		     ASM_RET
		     "1:\n\t"
		     ".set .Lnr, .Lnr + 1\n"
		     ".endr\n\t"
		     "jmp sockwatch_track_add_stub\n\t"
		     /* Timed, by the probe, which counts it too. */
		     "2:\n\t"
		     "incq %%gs:sockwatch_cost_left+%c[left](%%rip)\n\t"
		     "jmp sockwatch_alloc_probe_stub\n\t"
		     ".size sockwatch_alloc_stub, . - sockwatch_alloc_stub\n"
		     ".popsection\n" : :
		     [left] "i" (SOCKWATCH_HOOK_ALLOC * sizeof(s64)),
		     [factor] "i" (GOLDEN_RATIO_32),
		     [keys] "i" (offsetof(struct sockwatch_track, keys)),
		     [shift] "i" (SOCKWATCH_TRACK_SHIFT),
		     [places] "i" (offsetof(struct sockwatch_track, places)),
		     [near] "i" (SOCKWATCH_TRACK_NEAR),
		     [all] "i" (SOCKWATCH_TRACK_PLACES),
		     [key] "i" (sizeof(void *)));
}
#endif
