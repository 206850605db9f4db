/*
 * Hypervisors that get nowhere, and two that do. Each global label is a program of its own for S-mode (HS) under the
 * machine's SBI; the test starts where it wants. The handlers at `again` re-enter the guest and mend nothing.
 */
    .option arch, +h

#define SPP 0x100
#define SPV 0x80
#define SPVP 0x100
#define VTW 0x200000
#define SV39X4 (8 << 60)
#define RESERVED_MODE (5 << 60)
#define ILLEGAL (1 << 2)
/* V, R, W, X, U, A, D. */
#define ALL 0xdf

#define DEVICE 0x10000000
/* Guest physical memory as host physical memory: one entry for the gigabyte at 0x80000000. */
    .macro SECOND_STAGE
    la      t0, root
    li      t1, (0x80000000 >> 12 << 10) | ALL
    sd      t1, 16(t0)
    srli    t0, t0, 12
    li      t1, SV39X4
    or      t0, t0, t1
    csrw    hgatp, t0
    hfence.gvma
    .endm

/* Enters the guest at `entry` in VS. */
    .macro ENTER entry, handler
    la      t0, \handler
    csrw    stvec, t0
    li      t0, SPV | SPVP
    csrs    hstatus, t0
    li      t0, SPP
    csrs    sstatus, t0
    la      t0, \entry
    csrw    sepc, t0
    sret
    .endm

    .text
    .globl _start
_start:
    j       .

    .balign 4
again:
    sret

    .balign 4
behind:                                 /* goes on behind the instruction, of 4 bytes */
    csrr    t0, sepc
    addi    t0, t0, 4
    csrw    sepc, t0
    sret

    .balign 4
mends_late:                             /* opens the devices to the guest when it has been asked 2000 times */
    addi    s0, s0, 1
    li      t0, 2000
    blt     s0, t0, 1f
    la      t0, root
    li      t1, ALL
    sd      t1, 0(t0)
    hfence.gvma
1:  sret

    .globl store_to_device
store_to_device:
    SECOND_STAGE
    ENTER   guest_store, again
guest_store:
    li      a0, DEVICE
    .globl guest_store_at
guest_store_at:
    sb      zero, 7(a0)
    j       .

    .globl no_second_stage              /* the root is empty */
no_second_stage:
    la      t0, empty
    srli    t0, t0, 12
    li      t1, SV39X4
    or      t0, t0, t1
    csrw    hgatp, t0
    ENTER   guest_store, again

    .globl nowhere                      /* the root is where there is no RAM */
nowhere:
    li      t0, SV39X4 | (0x7000000000 >> 12)
    csrw    hgatp, t0
    ENTER   guest_store, again

    .globl reserved_mode                /* a0: what hgatp keeps of a mode that there is not */
reserved_mode:
    SECOND_STAGE
    li      t0, RESERVED_MODE
    csrw    hgatp, t0
    csrr    a0, hgatp
    wfi
    j       .

    .globl calls
calls:
    SECOND_STAGE
    ENTER   guest_call, again
    .globl guest_call
guest_call:
    ecall
    j       .

    .globl waits                        /* WFI of a guest that may not wait */
waits:
    SECOND_STAGE
    li      t0, VTW
    csrs    hstatus, t0
    ENTER   guest_wait, again
guest_wait:
    wfi
    j       .

    .globl inside                       /* the guest's own handler mends nothing */
inside:
    SECOND_STAGE
    li      t0, ILLEGAL
    csrs    hedeleg, t0
    la      t0, again
    csrw    vstvec, t0
    ENTER   guest_illegal, again
    .globl guest_illegal
guest_illegal:
    .word   0x0000707f
    j       .

    .globl emulates                     /* the same store traps 30000 times, and each time the guest gets on */
emulates:
    SECOND_STAGE
    ENTER   guest_stores, behind
guest_stores:
    li      a0, DEVICE
    li      a1, 30000
1:  sb      zero, 7(a0)
    .balign 4
    addi    a1, a1, -1
    bnez    a1, 1b
    ecall                               /* is skipped like the rest */
    nop
    wfi
    j       .

    .globl late
late:
    SECOND_STAGE
    li      s0, 0
    ENTER   guest_store_once, mends_late
guest_store_once:
    li      a0, DEVICE
    lbu     a1, 5(a0)
    wfi
    j       .

    .bss
    .balign 16384
root:
    .space  16384
empty:
    .space  16384
