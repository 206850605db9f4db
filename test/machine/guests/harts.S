/*
 * All harts raise one counter under three kinds of lock: LR/SC, AMOSWAP with acquire and release, and AMOADD alone. Each
 * also does work of its own between, so that they meet the locks at different times. The boot hart wakes the others by
 * software interrupt, waits for them, prints a line each and checks the sums. Runs with any number of harts.
 */
#include "bare.h"

#define ROUNDS 400

    .globl main
main:
    la      t0, start_flag
    li      t1, 1
    fence
    sw      t1, 0(t0)
    /* Wake the other harts out of WFI; writes to harts that are not there go nowhere. */
    li      t0, MSIP
    sw      t1, 4(t0)
    sw      t1, 8(t0)
    sw      t1, 12(t0)
    csrr    s0, mhartid
    call    work
    /* How many harts are here is how many have announced themselves; a late one still counts itself first. */
1:  la      t0, present
    lw      s1, 0(t0)
    la      t0, finished
    lw      t1, 0(t0)
    bne     s1, t1, 1b
    li      t2, 200                     /* time for one that has not even started */
2:  addi    t2, t2, -1
    bnez    t2, 2b
    lw      t1, 0(t0)
    la      t0, present
    lw      s1, 0(t0)
    bne     s1, t1, 1b

    li      t3, ROUNDS
    mul     t3, t3, s1
    CHECK   1
    la      t0, counter_lrsc
    ld      t1, 0(t0)
    SAME    t1, t3
    CHECK   2
    la      t0, counter_swap
    ld      t1, 0(t0)
    SAME    t1, t3
    CHECK   3
    la      t0, counter_add
    ld      t1, 0(t0)
    SAME    t1, t3
    j       pass

    .globl other_hart
other_hart:
    csrr    s0, mhartid
    la      t0, trap_entry
    csrw    mtvec, t0
    csrwi   mie, 8                      /* wakes WFI; interrupts stay off globally */
1:  wfi
    la      t0, start_flag
    lw      t1, 0(t0)
    beqz    t1, 1b
    call    work
2:  csrwi   mie, 0
    wfi
    j       2b

/* s0: hart. */
work:
    la      t0, present
    li      t1, 1
    amoadd.w.aqrl x0, t1, (t0)
    li      s2, ROUNDS
    addi    s3, s0, 3                   /* own work: differs from hart to hart */
    li      s5, 0
next:
    /* A lock word taken by LR/SC. */
    la      t0, lock
1:  lr.w.aq t1, (t0)
    bnez    t1, 1b
    li      t2, 1
    sc.w    t3, t2, (t0)
    bnez    t3, 1b
    la      t4, counter_lrsc
    ld      t5, 0(t4)
    addi    t5, t5, 1
    sd      t5, 0(t4)
    fence   rw, w
    sw      x0, 0(t0)
    /* A lock word taken by AMOSWAP. */
    la      t0, lock + 64
    li      t2, 1
2:  amoswap.w.aq t1, t2, (t0)
    bnez    t1, 2b
    la      t4, counter_swap
    ld      t5, 0(t4)
    addi    t5, t5, 1
    sd      t5, 0(t4)
    amoswap.w.rl x0, x0, (t0)
    /* No lock. */
    la      t4, counter_add
    li      t5, 1
    amoadd.d x0, t5, (t4)
    mv      s4, s3
3:  addi    s4, s4, -1
    mul     s5, s5, s3
    addi    s5, s5, 7
    bnez    s4, 3b
    addi    s2, s2, -1
    bnez    s2, next
    la      t0, finished
    li      t1, 1
    amoadd.w.aqrl x0, t1, (t0)
    ret

    .data
    .balign 64
lock:           .space 128
counter_lrsc:   .dword 0
counter_swap:   .dword 0
counter_add:    .dword 0
start_flag:     .word 0
present:        .word 0
finished:       .word 0
