/* Start, ends and the M-mode trap handler of the bare test programs; see bare.h. */
#include "bare.h"

    .section .text.start, "ax"
    .globl _start
_start:
    csrr    t0, mhartid
    bnez    t0, other_hart
    la      sp, stack_top
    la      t0, trap_entry
    csrw    mtvec, t0
    li      s10, 0
    li      s11, 0
    j       main

    .globl pass, fail
pass:
    li      t0, TEST_DEVICE
    li      t1, 0x5555
    sw      t1, 0(t0)
1:  j       1b

fail:
    slli    t1, s11, 16
    li      t0, 0x3333
    or      t1, t1, t0
    li      t0, TEST_DEVICE
    sw      t1, 0(t0)
1:  j       1b

/* Every trap to M-mode: an expected one goes to the address in s10, back in M-mode; any other ends the run. */
    .balign 4
    .globl trap_entry
trap_entry:
    beqz    s10, fail
    csrr    a0, mcause
    csrr    a1, mepc
    csrr    a2, mtval
    csrr    a3, mstatus
    jr      s10

    .weak   other_hart
other_hart:
    wfi
    j       other_hart

    .bss
    .balign 16
    .space  16384
stack_top:
