/* Returns between the modes, and what mstatus forbids S-mode: TVM, TW, TSR; counters by mcounteren. */
#include "bare.h"

    .globl main
main:
    OPEN_MEMORY
    CHECK   1                           /* mret to S, sret to U, ecall to M */
    TRY
    ENTER   MPP_S
    la      t0, 1f
    csrw    sepc, t0
    li      t0, SPP
    csrc    sstatus, t0
    li      t0, SPIE
    csrs    sstatus, t0
    csrci   sstatus, SIE
    sret
    .balign 4
1:  ecall
    CAUGHT
    EXPECT  a0, 8
    andi    t0, a3, SIE
    EXPECT  t0, SIE                     /* sret moved SPIE to SIE */
    andi    t0, a3, SPIE
    EXPECT  t0, SPIE
    CHECK   2                           /* sret back to S itself */
    TRY
    ENTER   MPP_S
    la      t0, 1f
    csrw    sepc, t0
    li      t0, SPP
    csrs    sstatus, t0
    sret
    .balign 4
1:  csrr    s0, sstatus
    ecall
    CAUGHT
    EXPECT  a0, 9
    andi    t0, s0, SPP
    EXPECT  t0, 0                       /* sret leaves U in SPP */
    CHECK   3                           /* sret in M-mode is allowed and enters what SPP says */
    la      t0, 1f
    csrw    sepc, t0
    li      t0, SPP
    csrs    mstatus, t0
    TRY
    sret
    .balign 4
1:  ecall
    CAUGHT
    EXPECT  a0, 9
    CHECK   4                           /* mret in S, sret in U: illegal */
    TRY
    ENTER   MPP_S
    mret
    CAUGHT
    EXPECT  a0, 2
    CHECK   5
    TRY
    ENTER   0
    sret
    CAUGHT
    EXPECT  a0, 2
    CHECK   6                           /* TSR: sret in S traps */
    li      t0, TSR
    csrs    mstatus, t0
    TRY
    ENTER   MPP_S
    sret
    CAUGHT
    EXPECT  a0, 2
    EXPECT  a2, 0x10200073
    li      t0, TSR
    csrc    mstatus, t0
    CHECK   7                           /* TVM: satp and sfence.vma in S trap */
    li      t0, TVM
    csrs    mstatus, t0
    TRY
    ENTER   MPP_S
    csrr    t0, satp
    CAUGHT
    EXPECT  a0, 2
    CHECK   8
    TRY
    ENTER   MPP_S
    sfence.vma
    CAUGHT
    EXPECT  a0, 2
    li      t0, TVM
    csrc    mstatus, t0
    TRY
    ENTER   MPP_S
    sfence.vma
    csrr    t0, satp
    ecall
    CAUGHT
    EXPECT  a0, 9
    CHECK   9                           /* TW: WFI in S traps */
    li      t0, TW
    csrs    mstatus, t0
    TRY
    ENTER   MPP_S
    wfi
    CAUGHT
    EXPECT  a0, 2
    li      t0, TW
    csrc    mstatus, t0
    CHECK   10                          /* counters: mcounteren for S, scounteren besides for U */
    csrwi   mcounteren, 0
    TRY
    ENTER   MPP_S
    csrr    t0, instret
    CAUGHT
    EXPECT  a0, 2
    CHECK   11
    csrwi   mcounteren, 7
    csrwi   scounteren, 0
    TRY
    ENTER   MPP_S
    csrr    t0, instret
    csrr    t0, time
    ecall
    CAUGHT
    EXPECT  a0, 9
    TRY
    ENTER   0
    csrr    t0, cycle
    CAUGHT
    EXPECT  a0, 2
    CHECK   12
    csrwi   scounteren, 7
    TRY
    ENTER   0
    csrr    s0, time
    csrr    s1, cycle
    ecall
    CAUGHT
    EXPECT  a0, 8
    CHECK   13                          /* FS off: floating point and its CSRs are illegal; any use makes it dirty */
    li      t0, 3 << 13
    csrc    mstatus, t0
    TRY
    fadd.d  fa0, fa1, fa2
    CAUGHT
    EXPECT  a0, 2
    TRY
    csrr    t0, fcsr
    CAUGHT
    EXPECT  a0, 2
    li      t0, FS_INITIAL
    csrs    mstatus, t0
    fcvt.d.l fa0, t0
    csrr    t0, mstatus
    srli    t1, t0, 13
    andi    t1, t1, 3
    EXPECT  t1, 3
    srli    t1, t0, 63
    EXPECT  t1, 1                       /* SD */
    CHECK   14                          /* a rounding mode that is reserved */
    TRY
    csrwi   frm, 5
    fcvt.d.l fa0, t0                    /* exact for a long: still illegal through frm */
    fadd.d  fa0, fa0, fa0
    CAUGHT
    EXPECT  a0, 2
    csrwi   frm, 0
    j       pass
