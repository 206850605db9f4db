/* The hypervisor extension: guests in VS and VU, two stages of translation, delegation, virtual instructions, interrupts. */
#include "bare.h"
    .option arch, +h

#define MPV (1 << 39)
#define MSTATUS_GVA (1 << 38)
#define SPV 0x80
#define SPVP 0x100
#define HU 0x200
#define HSTATUS_GVA 0x40
#define VTVM 0x100000
#define VTW 0x200000
#define VTSR 0x400000
#define SV39 (8 << 60)
#define ADUE (1 << 61)
#define STCE (1 << 63)

/* Bits of entries. */
#define V 1
#define R 2
#define W 4
#define X 8
#define U 16
#define A 64
#define D 128
#define ALL (V | R | W | X | A | D)

#define GUEST_PAGE 0x40000000           /* guest physical: a page of its own */
#define WINDOW 0x40000000               /* guest virtual: pages under tables of its own */

/* Drops from M-mode into a guest, VS (MPP_S) or VU (0), going on with the next instruction. */
    .macro ENTER_GUEST mode
    li      t6, MPV
    csrs    mstatus, t6
    ENTER   \mode
    .endm
    .macro ENTER_HOST mode
    li      t6, MPV
    csrc    mstatus, t6
    ENTER   \mode
    .endm

/* Runs one instruction in a guest, which must trap with `cause` and, for 2 and 22, its own word in mtval. */
    .macro GUEST_REFUSED mode, cause, instruction:vararg
    TRY
    ENTER_GUEST \mode
1:  \instruction
    ecall
    CAUGHT
    EXPECT  a0, \cause
    la      t5, 1b
    SAME    a1, t5
    lwu     t5, 0(t5)
    SAME    a2, t5
    .endm
/* Runs one instruction in a guest, which must not trap before the ecall. */
    .macro GUEST_ALLOWED mode, instruction:vararg
    TRY
    ENTER_GUEST \mode
    \instruction
    ecall
    CAUGHT
    .if \mode
    EXPECT  a0, 10
    .else
    EXPECT  a0, 8
    .endif
    .endm

/* Sets or clears bits of a CSR. */
    .macro SET csr, value
    li      t6, \value
    csrs    \csr, t6
    .endm
    .macro CLEAR csr, value
    li      t6, \value
    csrc    \csr, t6
    .endm

/* Puts an entry for physical address `target` with `flags` at `index` of `table`. */
    .macro ENTRY table, index, target, flags
    la      t0, \target
    srli    t0, t0, 2
    ori     t0, t0, \flags
    la      t1, \table
    li      t2, \index * 8
    add     t1, t1, t2
    sd      t0, 0(t1)
    .endm
    .macro RAW_ENTRY table, index, value
    li      t0, \value
    la      t1, \table
    li      t2, \index * 8
    add     t1, t1, t2
    sd      t0, 0(t1)
    .endm

/* mtval2 and mtinst of the last trap. */
    .macro EXPECT_GUEST_ADDRESS value
    csrr    t5, mtval2
    li      t6, (\value) >> 2
    bne     t5, t6, fail
    .endm
    .macro EXPECT_TINST value
    csrr    t5, mtinst
    li      t6, \value
    bne     t5, t6, fail
    .endm
    .macro EXPECT_FROM_GUEST
    csrr    t5, mstatus
    li      t6, MPV | MSTATUS_GVA
    and     t5, t5, t6
    bne     t5, t6, fail
    .endm

    .globl main
main:
    OPEN_MEMORY
    csrwi   satp, 0
    csrw    vsatp, zero
    csrw    hgatp, zero

    CHECK   1                           /* the extension is there; fields that cannot be written */
    csrr    t0, misa
    andi    t0, t0, 0x80
    EXPECT  t0, 0x80
    li      t0, -1
    csrw    hedeleg, t0
    csrr    t1, hedeleg
    li      t2, 0xf0ffff                /* QEMU has exceptions between them that our harts lack */
    and     t1, t1, t2
    EXPECT  t1, 0xb1ff
    csrw    hideleg, t0
    csrr    t1, hideleg
    slli    t1, t1, 52                  /* QEMU has SGEI (bit 12), though its GEILEN is 0, too */
    srli    t1, t1, 52
    EXPECT  t1, 0x444
    csrr    t1, mideleg
    andi    t1, t1, 0x444
    EXPECT  t1, 0x444
    csrw    hvip, t0
    csrr    t1, hvip
    andi    t1, t1, 0x444               /* QEMU shows mip.MTIP there, too */
    EXPECT  t1, 0x444
    csrw    hvip, zero
    csrw    hedeleg, zero
    csrw    hideleg, zero
    csrw    hgeie, zero

    CHECK   2                           /* ecall from VS and VU to M */
    TRY
    ENTER_GUEST MPP_S
    ecall
    CAUGHT
    EXPECT  a0, 10
    li      t0, MPV
    and     t1, a3, t0
    SAME    t1, t0
    li      t0, MPP_MASK
    and     t1, a3, t0
    EXPECT  t1, MPP_S
    CHECK   3
    TRY
    ENTER_GUEST 0
    ecall
    CAUGHT
    EXPECT  a0, 8
    li      t0, MPV
    and     t1, a3, t0
    SAME    t1, t0

    CHECK   4                           /* to HS, and back with sret */
    li      t0, (1 << 10)
    csrw    medeleg, t0
    la      t0, 2f
    csrw    stvec, t0
    TRY
    ENTER_GUEST MPP_S
    ecall
    li      s0, 77                      /* after the hypervisor's sret */
    ebreak
    .balign 4
2:  csrr    s1, scause
    csrr    s2, hstatus
    csrr    s3, sstatus
    csrr    t0, sepc
    addi    t0, t0, 4
    csrw    sepc, t0
    sret
    CAUGHT
    EXPECT  a0, 3
    EXPECT  s0, 77
    EXPECT  s1, 10
    andi    t0, s2, SPV | SPVP | HSTATUS_GVA
    EXPECT  t0, SPV | SPVP
    andi    t0, s3, SPP
    EXPECT  t0, SPP
    csrr    t0, hstatus
    andi    t0, t0, SPV
    EXPECT  t0, 0                       /* sret leaves SPV = 0 */

    CHECK   5                           /* VU's ecall to VS, which sees supervisor registers as its own */
    li      t0, (1 << 8) | (1 << 10)
    csrw    medeleg, t0
    li      t0, 1 << 8
    csrw    hedeleg, t0
    la      t0, 3f
    csrw    vstvec, t0
    la      t0, fail
    csrw    stvec, t0
    TRY
    ENTER_GUEST 0
    ecall
    .balign 4
3:  csrr    s1, scause
    csrr    s2, sstatus
    csrr    s3, stvec
    csrr    s4, sepc
    csrw    sscratch, s4
    ebreak
    CAUGHT
    EXPECT  a0, 3
    li      t0, MPP_MASK
    and     t1, a3, t0
    EXPECT  t1, MPP_S
    EXPECT  s1, 8
    andi    t0, s2, SPP
    EXPECT  t0, 0
    csrr    t0, vstvec
    SAME    t0, s3
    csrr    t0, vsscratch
    SAME    t0, s4
    csrr    t0, vscause
    EXPECT  t0, 8
    csrw    medeleg, zero
    csrw    hedeleg, zero

    CHECK   6                           /* what a guest may not do, but its hypervisor may: virtual instruction */
    GUEST_REFUSED MPP_S, 22, csrr t0, hstatus
    GUEST_REFUSED MPP_S, 22, csrr t0, vsstatus
    GUEST_REFUSED MPP_S, 22, csrw hgatp, zero
    GUEST_REFUSED MPP_S, 22, hlv.d t0, (t1)
    GUEST_REFUSED MPP_S, 22, hsv.b t0, (t1)
    GUEST_REFUSED MPP_S, 22, hfence.vvma
    GUEST_REFUSED MPP_S, 22, hfence.gvma
    CHECK   7
    GUEST_REFUSED 0, 22, csrr t0, hstatus
    /* Reading sstatus and sret are, too, but QEMU 10 calls them illegal: see the unit tests. */
    GUEST_REFUSED 0, 22, wfi
    GUEST_REFUSED 0, 22, sfence.vma
    CHECK   8                           /* and what neither may: illegal */
    GUEST_REFUSED MPP_S, 2, csrr t0, mstatus
    GUEST_REFUSED MPP_S, 2, csrw hgeip, zero
    GUEST_REFUSED 0, 2, csrr t0, mscratch
    GUEST_REFUSED 0, 2, csrr t0, 0x5c0
    CHECK   9                           /* hstatus: VTVM, VTW, VTSR; TW comes first */
    GUEST_ALLOWED MPP_S, csrr t0, satp
    GUEST_ALLOWED MPP_S, sfence.vma
    SET     hstatus, VTVM
    GUEST_REFUSED MPP_S, 22, csrr t0, satp
    GUEST_REFUSED MPP_S, 22, sfence.vma
    CLEAR   hstatus, VTVM
    SET     hstatus, VTSR
    GUEST_REFUSED MPP_S, 22, sret
    CLEAR   hstatus, VTSR
    SET     hstatus, VTW
    GUEST_REFUSED MPP_S, 22, wfi
    SET     mstatus, TW
    GUEST_REFUSED MPP_S, 2, wfi
    CLEAR   mstatus, TW
    CLEAR   hstatus, VTW
    CHECK   10                          /* TVM is about HS only; TSR, too */
    SET     mstatus, TVM | TSR
    GUEST_ALLOWED MPP_S, csrr t0, satp
    TRY
    ENTER_HOST MPP_S
    csrr    t0, hgatp
    CAUGHT
    EXPECT  a0, 2
    TRY
    ENTER_HOST MPP_S
    hfence.gvma
    CAUGHT
    EXPECT  a0, 2
    TRY
    ENTER_HOST MPP_S
    csrr    t0, vsatp
    hfence.vvma
    ecall
    CAUGHT
    EXPECT  a0, 9
    CLEAR   mstatus, TVM | TSR

    CHECK   11                          /* counters: mcounteren, hcounteren, scounteren */
    csrwi   mcounteren, 0
    csrwi   hcounteren, 7
    csrwi   scounteren, 7
    GUEST_REFUSED MPP_S, 2, csrr t0, instret
    csrwi   mcounteren, 7
    csrwi   hcounteren, 0
    GUEST_REFUSED MPP_S, 22, csrr t0, instret
    csrwi   hcounteren, 7
    GUEST_ALLOWED MPP_S, csrr t0, instret
    GUEST_ALLOWED 0, csrr t0, instret
    csrwi   scounteren, 0
    GUEST_ALLOWED MPP_S, csrr t0, instret
    GUEST_REFUSED 0, 22, csrr t0, instret
    csrwi   scounteren, 7
    CHECK   12                          /* htimedelta */
    li      t0, 1 << 40
    csrw    htimedelta, t0
    GUEST_ALLOWED MPP_S, csrr s0, time
    csrw    htimedelta, zero
    srli    s0, s0, 40
    EXPECT  s0, 1

    CHECK   13                          /* FS of both levels */
    SET     mstatus, FS_INITIAL
    CLEAR   vsstatus, 3 << 13
    GUEST_REFUSED MPP_S, 2, fcvt.d.l fa0, t0
    SET     vsstatus, FS_INITIAL
    GUEST_ALLOWED MPP_S, fcvt.d.l fa0, t0
    csrr    t0, vsstatus
    srli    t0, t0, 13
    andi    t0, t0, 3
    EXPECT  t0, 3

    CHECK   14                          /* second stage alone: guest physical pages */
    RAW_ENTRY second_root, 2, (0x80000000 >> 2) | ALL | U
    ENTRY   second_root, 1, second_1, V
    ENTRY   second_1, 0, second_0, V
    ENTRY   second_0, 0, data, ALL | U
    ENTRY   second_0, 1, data, V | X | A | U
    ENTRY   second_0, 2, data, V | R | A | U
    ENTRY   second_0, 3, data, ALL      /* U = 0 */
    la      t0, second_root
    srli    t0, t0, 12
    li      t1, SV39 | (5 << 44)
    or      t0, t0, t1
    csrw    hgatp, t0
    csrr    t1, hgatp
    SAME    t0, t1
    hfence.gvma
    li      t0, GUEST_PAGE
    GUEST_ALLOWED MPP_S, ld s0, 8(t0)
    EXPECT  s0, 0x1122334455667788
    CHECK   15
    li      t0, GUEST_PAGE + 0x4000
    TRY
    ENTER_GUEST MPP_S
    ld      s0, 8(t0)
    CAUGHT
    EXPECT  a0, 21
    EXPECT  a2, GUEST_PAGE + 0x4008
    EXPECT_GUEST_ADDRESS GUEST_PAGE + 0x4008
    EXPECT_FROM_GUEST
    CHECK   16                          /* the transformed instruction */
    li      t1, GUEST_PAGE + 0x5000
    .option push
    .option norvc
    TRY
    ENTER_GUEST MPP_S
    lw      s0, 0x10(t1)
    CAUGHT
    EXPECT_TINST 0x00002403             /* lw s0, without address */
    TRY
    ENTER_GUEST MPP_S
    sh      s1, -2(t1)
    CAUGHT
    EXPECT  a0, 23
    EXPECT_TINST 0x00901023             /* sh s1 */
    EXPECT_GUEST_ADDRESS GUEST_PAGE + 0x4ffe
    TRY
    ENTER_GUEST MPP_S
    amoadd.d.aq s0, s1, (t1)
    CAUGHT
    EXPECT  a0, 23
    EXPECT_TINST 0x0490342f             /* amoadd.d.aq s0, s1 */
    .option pop
    CHECK   17                          /* a 16-bit instruction is expanded; bit 1 tells */
    li      a4, GUEST_PAGE + 0x5000
    TRY
    ENTER_GUEST MPP_S
    c.ld    a5, 8(a4)
    CAUGHT
    EXPECT  a0, 21
    EXPECT_TINST 0x00003781             /* ld a5 with bit 1 clear */
    TRY
    ENTER_GUEST MPP_S
    c.sw    a5, 4(a4)
    CAUGHT
    EXPECT  a0, 23
    EXPECT_TINST 0x00f02021
    CHECK   18                          /* rights of the second stage */
    li      t1, GUEST_PAGE + 0x1000
    TRY
    ENTER_GUEST MPP_S
    ld      s0, 0(t1)
    CAUGHT
    EXPECT  a0, 21
    SET     mstatus, MXR
    GUEST_ALLOWED MPP_S, ld s0, 8(t1)
    EXPECT  s0, 0x1122334455667788
    CLEAR   mstatus, MXR
    SET     vsstatus, MXR               /* the guest's own MXR does not reach the second stage */
    TRY
    ENTER_GUEST MPP_S
    ld      s0, 0(t1)
    CAUGHT
    EXPECT  a0, 21
    CLEAR   vsstatus, MXR
    li      t1, GUEST_PAGE + 0x2000
    TRY
    ENTER_GUEST MPP_S
    sd      s0, 0(t1)
    CAUGHT
    EXPECT  a0, 23
    li      t1, GUEST_PAGE + 0x3000
    TRY
    ENTER_GUEST MPP_S
    ld      s0, 0(t1)
    CAUGHT
    EXPECT  a0, 21                      /* U = 0 */
    CHECK   19                          /* fetches; addresses beyond 41 bits */
    li      t1, GUEST_PAGE + 0x4000
    TRY
    ENTER_GUEST MPP_S
    jr      t1
    CAUGHT
    EXPECT  a0, 20
    EXPECT  a2, GUEST_PAGE + 0x4000
    EXPECT_GUEST_ADDRESS GUEST_PAGE + 0x4000
    EXPECT_TINST 0
    li      t1, 1 << 41
    TRY
    ENTER_GUEST MPP_S
    ld      s0, 0(t1)
    CAUGHT
    EXPECT  a0, 21
    EXPECT_GUEST_ADDRESS 1 << 41

    CHECK   20                          /* both stages */
    RAW_ENTRY first_root, 2, (0x80000000 >> 2) | ALL
    ENTRY   first_root, 1, first_1, V
    ENTRY   first_1, 0, first_0, V
    RAW_ENTRY first_0, 0, (GUEST_PAGE >> 2) | ALL
    RAW_ENTRY first_0, 1, (GUEST_PAGE >> 2) | ALL | U
    RAW_ENTRY first_0, 2, ((GUEST_PAGE + 0x4000) >> 2) | ALL
    RAW_ENTRY first_0, 3, ((GUEST_PAGE + 0x1000) >> 2) | V | X | A
    RAW_ENTRY first_0, 4, (GUEST_PAGE >> 2) | V | R | W
    RAW_ENTRY first_1, 1, ((GUEST_PAGE + 0x6000) >> 2) | V
    la      t0, first_root
    srli    t0, t0, 12
    li      t1, SV39
    or      t0, t0, t1
    csrw    vsatp, t0
    hfence.vvma
    li      t0, WINDOW
    GUEST_ALLOWED MPP_S, ld s0, 8(t0)
    EXPECT  s0, 0x1122334455667788
    CHECK   21                          /* the first stage's faults are page faults */
    li      t0, WINDOW + 0x1000
    TRY
    ENTER_GUEST MPP_S
    ld      s0, 8(t0)
    CAUGHT
    EXPECT  a0, 13
    EXPECT  a2, WINDOW + 0x1008
    EXPECT_GUEST_ADDRESS 0
    EXPECT_FROM_GUEST
    SET     vsstatus, SUM
    GUEST_ALLOWED MPP_S, ld s0, 8(t0)
    EXPECT  s0, 0x1122334455667788
    CLEAR   vsstatus, SUM
    CHECK   22                          /* the second stage's tell both addresses */
    li      t0, WINDOW + 0x2000
    TRY
    ENTER_GUEST MPP_S
    ld      s0, 0x18(t0)
    CAUGHT
    EXPECT  a0, 21
    EXPECT  a2, WINDOW + 0x2018
    EXPECT_GUEST_ADDRESS GUEST_PAGE + 0x4018
    CHECK   23                          /* an entry of the first stage where the second has no page */
    li      t0, WINDOW + 0x203000
    TRY
    ENTER_GUEST MPP_S
    sd      s0, 0(t0)
    CAUGHT
    EXPECT  a0, 23
    EXPECT  a2, WINDOW + 0x203000
    EXPECT_GUEST_ADDRESS GUEST_PAGE + 0x6018
    EXPECT_TINST 0x3000
    CHECK   24                          /* MPRV with MPV: M-mode accesses as the guest */
    li      t0, WINDOW
    li      t1, MPP_MASK
    csrc    mstatus, t1
    li      t1, MPRV | MPP_S | MPV
    csrs    mstatus, t1
    ld      s0, 8(t0)
    csrc    mstatus, t1
    EXPECT  s0, 0x1122334455667788

    CHECK   25                          /* HLV, HSV, HLVX in HS-mode */
    SET     hstatus, SPVP
    li      t0, WINDOW
    TRY
    ENTER_HOST MPP_S
    hlv.d   s0, (t0)
    addi    t1, t0, 8
    hlv.w   s1, (t1)
    hlv.bu  s2, (t1)
    li      t2, 0x99
    addi    t1, t0, 16
    hsv.b   t2, (t1)
    hlv.bu  s3, (t1)
    li      t1, WINDOW + 0x3000
    hlvx.wu s4, (t1)
    ecall
    CAUGHT
    EXPECT  a0, 9
    EXPECT  s1, 0x55667788
    EXPECT  s2, 0x88
    EXPECT  s3, 0x99
    la      t0, data
    lbu     t1, 16(t0)
    EXPECT  t1, 0x99
    lwu     t1, 0(t0)
    SAME    s4, t1
    CHECK   26                          /* their rights are the guest's, and their faults say so */
    li      t1, WINDOW + 0x3000
    TRY
    ENTER_HOST MPP_S
1:  hlv.w   s0, (t1)                    /* only executable */
    CAUGHT
    EXPECT  a0, 13
    csrr    t2, mstatus
    li      t3, MPV | MSTATUS_GVA
    and     t2, t2, t3
    li      t3, MSTATUS_GVA
    SAME    t2, t3
    CLEAR   hstatus, SPVP               /* as VU */
    li      t1, WINDOW
    TRY
    ENTER_HOST MPP_S
    hlv.w   s0, (t1)
    CAUGHT
    EXPECT  a0, 13
    li      t1, WINDOW + 0x1000
    TRY
    ENTER_HOST MPP_S
    hlv.d   s0, (t1)
    ecall
    CAUGHT
    EXPECT  a0, 9
    SET     hstatus, SPVP
    li      t1, WINDOW + 0x2000
    TRY
    ENTER_HOST MPP_S
    hsv.w   s0, (t1)
    CAUGHT
    EXPECT  a0, 23
    EXPECT_GUEST_ADDRESS GUEST_PAGE + 0x4000
    EXPECT_TINST 0x6a804073             /* hsv.w s0 */
    CHECK   27                          /* in U-mode only with HU */
    li      t1, WINDOW
    TRY
    ENTER_HOST 0
    hlv.w   s0, (t1)
    CAUGHT
    EXPECT  a0, 2
    SET     hstatus, HU
    TRY
    ENTER_HOST 0
    hlv.w   s0, (t1)
    ecall
    CAUGHT
    EXPECT  a0, 8
    CLEAR   hstatus, HU

    CHECK   28                          /* A and D: by hardware with ADUE, else a page fault */
    CLEAR   menvcfg, ADUE
    SET     menvcfg, ADUE
    CLEAR   henvcfg, ADUE
    hfence.vvma
    li      t0, WINDOW + 0x4000
    TRY
    ENTER_GUEST MPP_S
    ld      s0, 0(t0)
    CAUGHT
    EXPECT  a0, 13
    SET     henvcfg, ADUE
    hfence.vvma
    GUEST_ALLOWED MPP_S, sd zero, 0x20(t0)
    la      t1, first_0
    ld      t2, 32(t1)
    andi    t2, t2, A | D
    EXPECT  t2, A | D

    CHECK   29                          /* an interrupt for the guest, delegated to it */
    csrw    vsatp, zero
    hfence.vvma
    li      t0, 4
    csrw    hideleg, t0
    csrw    hvip, t0
    csrw    hie, t0
    la      t0, 3f
    csrw    vstvec, t0
    SET     vsstatus, SIE
    TRY
    ENTER_GUEST MPP_S
    nop
    j       fail
    .balign 4
3:  csrr    s0, scause
    csrr    s1, sip
    csrr    s2, sie
    csrwi   sip, 0                      /* the guest may clear its software interrupt */
    csrr    s3, sip
    ebreak
    CAUGHT
    EXPECT  a0, 3
    li      t0, (1 << 63) | 1
    SAME    s0, t0
    /* What sip and sie show is left to the unit tests: QEMU 10 differs. */
    csrw    hvip, zero
    CHECK   30                          /* and one that HS handles: whatever sstatus.SIE, under its own number */
    csrw    hideleg, zero
    li      t0, 0x40
    csrw    hvip, t0
    csrw    hie, t0
    la      t0, 2f
    csrw    stvec, t0
    TRY
    ENTER_GUEST MPP_S
    nop
    j       fail
    .balign 4
2:  csrr    s0, scause
    csrr    s1, hip
    ebreak
    CAUGHT
    EXPECT  a0, 3
    li      t0, (1 << 63) | 6
    SAME    s0, t0
    andi    s1, s1, 0x444
    EXPECT  s1, 0x40
    csrw    hvip, zero
    csrw    hie, zero
    CHECK   31                          /* the guest's own timer */
    li      t0, 0x40
    csrw    hideleg, t0
    csrw    hie, t0
    li      t0, -1
    csrw    vstimecmp, t0
    SET     menvcfg, STCE
    GUEST_REFUSED MPP_S, 22, csrw stimecmp, zero
    SET     henvcfg, STCE
    csrr    t0, hip
    andi    t0, t0, 0x444
    EXPECT  t0, 0
    la      t0, 3f
    csrw    vstvec, t0
    SET     vsstatus, SIE
    TRY
    ENTER_GUEST MPP_S
    csrr    t0, time
    addi    t0, t0, 20
    csrw    stimecmp, t0
1:  j       1b
    .balign 4
3:  csrr    s0, scause
    csrr    s1, sip
    li      t0, -1
    csrw    stimecmp, t0
    csrr    s2, sip
    ebreak
    CAUGHT
    EXPECT  a0, 3
    li      t0, (1 << 63) | 5
    SAME    s0, t0
    csrw    hie, zero
    CHECK   32                          /* the supervisor's */
    li      t0, 0x20
    csrw    mideleg, t0
    csrs    mie, t0
    la      t0, 2f
    csrw    stvec, t0
    TRY
    ENTER_HOST MPP_S
    csrsi   sstatus, SIE
    csrr    t0, time
    addi    t0, t0, 20
    csrw    stimecmp, t0
1:  wfi
    j       1b
    .balign 4
2:  csrr    s0, scause
    li      t0, -1
    csrw    stimecmp, t0
    csrr    s1, sip
    ebreak
    CAUGHT
    EXPECT  a0, 3
    li      t0, (1 << 63) | 5
    SAME    s0, t0
    andi    s1, s1, 0x222
    EXPECT  s1, 0
    j       pass

    .data
    .balign 4096
data:
    .quad   0x0123456789abcdef, 0x1122334455667788
    .balign 16384
second_root:
    .space  16384
second_1:
    .space  4096
second_0:
    .space  4096
first_root:
    .space  4096
first_1:
    .space  4096
first_0:
    .space  4096
