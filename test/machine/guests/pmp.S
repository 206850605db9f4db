/* Physical memory protection: TOR, NA4 and NAPOT for S and U, locked entries for M, MPRV, partial matches. */
#include "bare.h"

#define R 1
#define W 2
#define X 4
#define TOR 0x08
#define NA4 0x10
#define NAPOT 0x18
#define L 0x80

    .globl main
main:
    la      s0, zone
    CHECK   1                           /* entry 7: everything; entry 0: 4 KiB NAPOT, read only */
    li      t0, -1
    csrw    pmpaddr7, t0
    li      t0, (NAPOT | R | W | X) << 56
    csrw    pmpcfg0, t0
    srli    t0, s0, 2
    ori     t0, t0, 0x1ff
    csrw    pmpaddr0, t0
    li      t0, ((NAPOT | R | W | X) << 56) | NAPOT | R
    csrw    pmpcfg0, t0
    ALLOWED ld t0, 0(s0)
    CHECK   2
    REFUSED 7, sd t0, 8(s0)
    addi    t0, s0, 8
    SAME    a2, t0
    CHECK   3
    REFUSED 1, jr s0
    SAME    a2, s0
    CHECK   4                           /* M-mode is not bound by entries that are not locked */
    sd      t0, 0(s0)
    CHECK   5                           /* behind the zone the last entry counts again */
    li      s1, 4096
    add     s1, s1, s0
    ALLOWED sd t0, 0(s1)
    CHECK   6                           /* TOR between two addresses: entry 0 is the bottom */
    srli    t0, s0, 2
    csrw    pmpaddr0, t0
    addi    t0, t0, 16
    csrw    pmpaddr1, t0
    li      t0, ((NAPOT | R | W | X) << 56) | ((TOR | W | R) << 8)
    csrw    pmpcfg0, t0
    ALLOWED sw t0, 60(s0)
    REFUSED 1, jr s0
    ALLOWED lw t0, 64(s0)
    CHECK   7                           /* NA4: one word without any right */
    srli    t0, s0, 2
    addi    t0, t0, 4
    csrw    pmpaddr0, t0
    li      t0, ((NAPOT | R | W | X) << 56) | NA4
    csrw    pmpcfg0, t0
    REFUSED 5, lw t0, 16(s0)
    ALLOWED lw t0, 12(s0)
    ALLOWED lw t0, 20(s0)
    CHECK   8                           /* MPRV: M-mode accesses with the rights of MPP */
    li      t0, MPP_MASK
    csrc    mstatus, t0
    li      t0, MPP_S | MPRV
    TRY
    csrs    mstatus, t0
    lw      t1, 16(s0)
    CAUGHT
    EXPECT  a0, 5
    li      t0, MPRV
    csrc    mstatus, t0
    lw      t1, 16(s0)
    CHECK   9                          /* locked: binds M-mode and can no longer be written */
    srli    t0, s0, 2
    ori     t0, t0, 0x1ff
    csrw    pmpaddr0, t0
    li      t0, ((NAPOT | R | W | X) << 56) | NAPOT | R | L
    csrw    pmpcfg0, t0
    TRY
    sd      x0, 0(s0)
    CAUGHT
    EXPECT  a0, 7
    ld      t0, 0(s0)
    csrw    pmpaddr0, x0
    csrr    t0, pmpaddr0
    srli    t1, s0, 2
    ori     t1, t1, 0x1ff
    SAME    t0, t1
    li      t0, (NAPOT | R | W | X) << 56
    csrw    pmpcfg0, t0
    csrr    t0, pmpcfg0
    andi    t0, t0, 0xff
    EXPECT  t0, NAPOT | R | L
    CHECK   10                          /* where no entry matches, S-mode may nothing: it cannot even fetch */
    csrw    pmpcfg0, x0
    TRY
    ENTER   MPP_S
    nop
    CAUGHT
    EXPECT  a0, 1
    j       pass

    .bss
    .balign 8192
zone:   .space 8192
