/* Checks in which QEMU 7.2 does not do what the manual says; run here only. */
#include "bare.h"

    .globl main
main:
    OPEN_MEMORY
    la      s4, scratch
    /* Store/AMO address misaligned, also on one hart. */
    CHECK   1
    TRY
    addi    t1, s4, 4
    amoadd.d t0, t0, (t1)
    CAUGHT
    EXPECT  a0, 6
    addi    t1, s4, 4
    SAME    a2, t1
    CHECK   2                           /* mepc keeps bit 1 (C is there), never bit 0 */
    li      t0, 0x80000003
    csrw    mepc, t0
    csrr    t1, mepc
    EXPECT  t1, 0x80000002
    CHECK   3                           /* mret to a lower mode clears MPRV */
    li      t0, MPRV
    csrs    mstatus, t0
    li      t0, MPP_MASK
    csrc    mstatus, t0
    TRY
    la      t0, 1f
    csrw    mepc, t0
    mret
    .balign 4
1:  ecall
    CAUGHT
    EXPECT  a0, 8
    csrr    t0, mstatus
    li      t1, MPRV
    and     t0, t0, t1
    EXPECT  t0, 0
    CHECK   4                           /* mstatus.MPP holds no reserved mode */
    li      t0, MPP_MASK
    csrc    mstatus, t0
    li      t0, 0x1000
    csrs    mstatus, t0
    csrr    t0, mstatus
    li      t1, MPP_MASK
    and     t0, t0, t1
    li      t1, 0x1000
    beq     t0, t1, fail
    j       pass

    .data
    .balign 16
scratch: .space 16
