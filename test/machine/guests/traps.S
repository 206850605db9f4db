/* Exceptions to M-mode and, delegated, to S-mode: cause, epc, tval, and what the trap does to mstatus. */
#include "bare.h"

    .globl main
main:
    OPEN_MEMORY
    CHECK   1                           /* all zeros is no instruction; tval is the instruction */
    TRY
1:  .insn   0x00000000
    CAUGHT
    EXPECT  a0, 2
    la      t0, 1b
    SAME    a1, t0
    EXPECT  a2, 0
    CHECK   2                           /* a reserved 32-bit encoding */
    TRY
1:  .word   0x0000707f
    CAUGHT
    EXPECT  a0, 2
    la      t0, 1b
    SAME    a1, t0
    EXPECT  a2, 0x707f
    CHECK   3                           /* EBREAK: tval is its address */
    TRY
    .option push
    .option norvc
1:  ebreak
    .option pop
    CAUGHT
    EXPECT  a0, 3
    la      t0, 1b
    SAME    a1, t0
    CHECK   4                           /* C.EBREAK */
    TRY
1:  c.ebreak
    CAUGHT
    EXPECT  a0, 3
    la      t0, 1b
    SAME    a1, t0
    CHECK   5                           /* ECALL by mode; tval 0 */
    TRY
    ecall
    CAUGHT
    EXPECT  a0, 11
    EXPECT  a2, 0
    CHECK   6
    TRY
    ENTER   MPP_S
    ecall
    CAUGHT
    EXPECT  a0, 9
    li      t0, MPP_MASK
    and     t0, t0, a3
    EXPECT  t0, MPP_S
    CHECK   7
    TRY
    ENTER   0
    ecall
    CAUGHT
    EXPECT  a0, 8
    li      t0, MPP_MASK
    and     t0, t0, a3
    EXPECT  t0, 0
    CHECK   8                           /* nothing at 0x18000000: load, store, fetch */
    TRY
    li      t1, 0x18000008
1:  ld      t0, 8(t1)
    CAUGHT
    EXPECT  a0, 5
    EXPECT  a2, 0x18000010
    la      t0, 1b
    SAME    a1, t0
    CHECK   9
    TRY
    li      t1, 0x18000008
    sb      t0, 1(t1)
    CAUGHT
    EXPECT  a0, 7
    EXPECT  a2, 0x18000009
    CHECK   10
    TRY
    li      t1, 0x18000004
    jr      t1
    CAUGHT
    EXPECT  a0, 1
    EXPECT  a1, 0x18000004
    EXPECT  a2, 0x18000004
    CHECK   11                          /* a faulting load leaves its target alone */
    li      t0, 77
    TRY
    li      t1, 0x18000008
    lw      t0, 0(t1)
    CAUGHT
    EXPECT  t0, 77
    CHECK   12                          /* MIE moves to MPIE and back */
    csrsi   mstatus, MIE
    TRY
    ecall
    CAUGHT
    csrr    t0, mstatus
    andi    t1, t0, MIE
    EXPECT  t1, 0
    andi    t1, t0, MPIE
    EXPECT  t1, MPIE
    la      t0, 1f
    csrw    mepc, t0
    mret
    .balign 4
1:  csrr    t0, mstatus
    andi    t1, t0, MIE
    EXPECT  t1, MIE
    andi    t1, t0, MPIE
    EXPECT  t1, MPIE
    li      t1, MPP_MASK
    and     t1, t1, t0
    EXPECT  t1, 0                       /* mret leaves U in MPP */
    csrci   mstatus, MIE
    CHECK   13                          /* delegated: from U to S, with the S registers */
    li      t0, 1 << 8 | 1 << 2
    csrw    medeleg, t0
    la      t0, in_s
    csrw    stvec, t0
    csrwi   scause, 0
    csrsi   mstatus, SIE
    TRY
    ENTER   0
1:  ecall
    j       fail
    .balign 4
in_s:
    csrr    s0, scause
    csrr    s1, sepc
    csrr    s2, stval
    csrr    s3, sstatus
    ecall                               /* from S: to M, not delegated */
    CAUGHT
    EXPECT  a0, 9
    EXPECT  s0, 8
    la      t0, 1b
    SAME    s1, t0
    EXPECT  s2, 0
    andi    t0, s3, SIE
    EXPECT  t0, 0
    andi    t0, s3, SPP
    EXPECT  t0, 0
    CHECK   14                          /* illegal in S, delegated to S itself: SPP is S */
    TRY
    ENTER   MPP_S
    .word   0x0000707f
    j       fail
    CAUGHT
    j       2f
2:  EXPECT  a0, 9
    EXPECT  s0, 2
    EXPECT  s2, 0x707f
    andi    t0, s3, SPP
    EXPECT  t0, SPP
    CHECK   15                          /* a delegated cause in M stays in M */
    TRY
    .word   0x0000707f
    CAUGHT
    EXPECT  a0, 2
    CHECK   16                          /* misaligned LR traps, with the address */
    la      s4, scratch
    TRY
    addi    t1, s4, 2
    lr.w    t0, (t1)
    CAUGHT
    EXPECT  a0, 4
    addi    t1, s4, 2
    SAME    a2, t1
    CHECK   17                          /* CSRs that are not there, read-only ones, and those of higher modes */
    TRY
    csrr    t0, 0x5c0
    CAUGHT
    EXPECT  a0, 2
    CHECK   18
    TRY
    csrw    mhartid, t0
    CAUGHT
    EXPECT  a0, 2
    CHECK   19
    li      t0, 1 << 8
    csrw    medeleg, t0
    TRY
    ENTER   MPP_S
    csrr    t0, mstatus
    CAUGHT
    EXPECT  a0, 2
    CHECK   20
    TRY
    ENTER   0
    csrr    t0, sstatus
    CAUGHT
    EXPECT  a0, 2
    j       pass

    .data
    .balign 16
scratch: .space 16
