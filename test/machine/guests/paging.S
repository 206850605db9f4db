/*
 * Sv39, Sv48 and Sv57 with the same tables below: rights of every kind, superpages, bits A and D, SUM and MXR, accesses and
 * instructions across a border to a missing page, addresses that are not canonical, and changes under SFENCE.VMA.
 */
#include "bare.h"

#define V 1
#define R 2
#define W 4
#define X 8
#define U 16
#define A 64
#define D 128
#define RW (V | R | W | A | D)
#define RWX (RW | X)

#define BASE 0xc0000000                 /* tables[3] of the 1 GiB level */
#define PAGE(n) (BASE + (n) * 4096)

    .macro PTE table, index, target, flags
    la      t0, \table
    la      t1, \target
    srli    t1, t1, 12
    slli    t1, t1, 10
    ori     t1, t1, \flags
    li      t2, 8 * (\index)
    add     t0, t0, t2
    sd      t1, 0(t0)
    .endm
    /* The same for a physical address that is no label. */
    .macro LEAF table, index, address, flags
    la      t0, \table
    li      t1, ((\address) >> 12 << 10) | (\flags)
    li      t2, 8 * (\index)
    add     t0, t0, t2
    sd      t1, 0(t0)
    .endm

    .globl main
main:
    OPEN_MEMORY
    /* 1 GiB level: devices and RAM one to one, the test pages, and RAM again at the top. */
    LEAF    gib, 0, 0, RW
    LEAF    gib, 2, 0x80000000, RWX
    PTE     gib, 3, mib, V
    LEAF    gib, 511, 0x80000000, RWX
    /* 2 MiB level. */
    PTE     mib, 0, pages, V
    LEAF    mib, 1, 0x80000000, RW
    LEAF    mib, 2, 0x80001000, RW      /* misaligned superpage */
    LEAF    mib, 3, 0x80000000, (V | A | D | U)   /* a pointer with A, D or U is reserved */
    /* 4 KiB level. */
    PTE     pages, 0, frame_a, RW
    PTE     pages, 1, frame_a, (V | R | A)
    PTE     pages, 2, frame_c, (V | X | A)
    PTE     pages, 3, frame_a, (RW | U)
    PTE     pages, 4, frame_a, (V | W | A | D)
    PTE     pages, 6, frame_b, (V | R | W)
    PTE     pages, 7, frame_b, RW
    PTE     pages, 9, frame_c, RWX
    PTE     pages, 11, frame_c, (V | X | U | A)
    /* Above: Sv48 and Sv57 reach the 1 GiB level through their first and last entries. */
    PTE     gib512, 0, gib, V
    PTE     gib512, 511, gib, V
    PTE     top, 0, gib512, V
    PTE     top, 511, gib512, V
    li      t0, 0x1111
    la      t1, frame_a
    sd      t0, 0(t1)
    li      t0, 0x2222
    la      t1, frame_b
    sd      t0, 0(t1)
    lla     t0, answer
    lw      t0, 0(t0)
    la      t1, frame_c
    sw      t0, 0(t1)
    lla     t0, back
    lw      t0, 0(t0)
    sw      t0, 4(t1)
    fence.i

    li      s8, 8
    la      s9, gib
    call    rights
    li      s8, 9
    la      s9, gib512
    call    rights
    li      s8, 10
    la      s9, top
    call    rights

    CHECK   60                          /* Sv39: bits 63 to 39 must equal bit 38 */
    la      t0, gib
    srli    t0, t0, 12
    li      t1, 8 << 60
    or      t0, t0, t1
    csrw    satp, t0
    sfence.vma
    li      s0, 0x4000000000
    REFUSED 13, ld t0, 0(s0)
    SAME    a2, s0
    REFUSED 12, jr s0
    SAME    a2, s0
    CHECK   61                          /* an unknown scheme leaves satp as it is */
    csrr    t0, satp
    li      t1, 5 << 60
    csrw    satp, t1
    csrr    t1, satp
    SAME    t0, t1
    CHECK   62                          /* MPRV: M-mode data through the tables of S */
    li      s0, PAGE(0)
    li      t0, MPP_MASK
    csrc    mstatus, t0
    li      t0, MPP_S | MPRV
    csrs    mstatus, t0
    ld      t1, 0(s0)
    li      t0, MPRV
    csrc    mstatus, t0
    li      t0, 0x3333
    SAME    t1, t0
    CHECK   63                          /* no translation in M-mode, whatever satp says */
    la      t1, frame_b
    ld      t1, 0(t1)
    EXPECT  t1, 0x2222
    j       pass

/* All checks under one scheme: s8 its number, s9 its root. Numbers 1 to 30. */
rights:
    mv      s7, ra
    la      t0, frame_a
    li      t1, 0x1111
    sd      t1, 0(t0)
    PTE     pages, 0, frame_a, RW
    PTE     pages, 6, frame_b, (V | R | W)
    srli    t0, s9, 12
    slli    t1, s8, 60
    or      t0, t0, t1
    csrw    satp, t0
    csrr    t1, satp
    CHECK   1
    SAME    t0, t1
    sfence.vma
    CHECK   2
    li      s0, PAGE(0)
    ALLOWED ld s1, 0(s0)
    EXPECT  s1, 0x1111
    CHECK   3
    li      s1, 0x3333
    ALLOWED sd s1, 0(s0)
    la      t0, frame_a
    ld      t0, 0(t0)
    EXPECT  t0, 0x3333
    CHECK   4
    REFUSED 12, jr s0
    SAME    a2, s0
    SAME    a1, s0
    CHECK   5                           /* read only */
    li      s0, PAGE(1)
    ALLOWED ld s1, 0(s0)
    EXPECT  s1, 0x3333
    REFUSED 15, sb s1, 5(s0)
    addi    t0, s0, 5
    SAME    a2, t0
    CHECK   6                           /* an AMO on it is a store fault */
    REFUSED 15, amoadd.d s1, s1, (s0)
    CHECK   7                           /* execute only; MXR makes it readable */
    li      s0, PAGE(2)
    ALLOWED jalr t0, s0
    EXPECT  s1, 42
    REFUSED 13, lw t0, 0(s0)
    li      t0, MXR
    csrs    mstatus, t0
    ALLOWED lw s1, 0(s0)
    li      t0, MXR
    csrc    mstatus, t0
    la      t0, frame_c
    lw      t0, 0(t0)
    SAME    s1, t0
    CHECK   8                           /* a user page: S only with SUM, and never to execute */
    li      s0, PAGE(3)
    REFUSED 13, ld s1, 0(s0)
    REFUSED 15, sd s1, 0(s0)
    li      t0, SUM
    csrs    mstatus, t0
    ALLOWED ld s1, 0(s0)
    EXPECT  s1, 0x3333
    li      s0, PAGE(11)
    REFUSED 12, jr s0
    li      t0, SUM
    csrc    mstatus, t0
    CHECK   9                           /* U-mode: its own page yes, the kernel's no */
    la      t0, user_code
    la      t1, frame_c
    lw      t2, 0(t0)
    sw      t2, 8(t1)
    lw      t2, 4(t0)
    sw      t2, 12(t1)
    fence.i
    li      t0, MPP_MASK
    csrc    mstatus, t0
    li      t0, PAGE(11) + 8
    csrw    mepc, t0
    li      s0, PAGE(3)
    TRY
    mret                                /* into: ld s1, 0(s0); ecall */
    CAUGHT
    EXPECT  a0, 8
    EXPECT  s1, 0x3333
    li      t0, PAGE(11) + 8
    csrw    mepc, t0
    li      s0, PAGE(0)
    TRY
    mret
    CAUGHT
    EXPECT  a0, 13
    SAME    a2, s0
    CHECK   10                          /* W without R is reserved; not valid; misaligned superpage; pointer with U */
    li      s0, PAGE(4)
    REFUSED 13, ld s1, 0(s0)
    REFUSED 15, sd s1, 0(s0)
    CHECK   11
    li      s0, PAGE(5)
    REFUSED 13, ld s1, 0(s0)
    CHECK   12
    li      s0, BASE + (2 << 21)
    REFUSED 13, ld s1, 0(s0)
    CHECK   13
    li      s0, BASE + (3 << 21)
    REFUSED 13, ld s1, 0(s0)
    CHECK   14                          /* 2 MiB and 1 GiB pages */
    li      s0, BASE + (1 << 21)
    la      t0, frame_a
    li      t1, 0x80000000
    sub     t0, t0, t1
    add     s0, s0, t0
    ALLOWED ld s1, 0(s0)
    EXPECT  s1, 0x3333
    li      s0, 0xffffffffc0000000
    add     s0, s0, t0
    la      t0, frame_a
    li      t1, 0x80000000
    sub     t0, t0, t1
    li      s0, 0xffffffffc0000000
    add     s0, s0, t0
    ALLOWED ld s1, 0(s0)
    EXPECT  s1, 0x3333
    CHECK   15                          /* A and D are set by the first read and the first write */
    li      s0, PAGE(6)
    ALLOWED ld s1, 0(s0)
    EXPECT  s1, 0x2222
    la      t0, pages
    ld      t1, 48(t0)
    andi    t2, t1, A | D
    EXPECT  t2, A
    ALLOWED sd s1, 0(s0)
    la      t0, pages
    ld      t1, 48(t0)
    andi    t2, t1, A | D
    EXPECT  t2, A | D
    CHECK   16                          /* another frame behind the same address, after SFENCE.VMA for it */
    li      s0, PAGE(0)
    ALLOWED ld s1, 0(s0)
    PTE     pages, 0, frame_b, RW
    ALLOWED sfence.vma s0
    ALLOWED ld s1, 0(s0)
    EXPECT  s1, 0x2222
    PTE     pages, 0, frame_a, RW
    sfence.vma
    ALLOWED ld s1, 0(s0)
    EXPECT  s1, 0x3333
    CHECK   17                          /* a load and a store that reach into a missing page: nothing is written */
    li      s0, PAGE(8) - 4
    REFUSED 13, ld s1, 0(s0)
    li      t0, PAGE(8)
    SAME    a2, t0
    li      s1, -1
    REFUSED 15, sd s1, 0(s0)
    li      t0, PAGE(8)
    SAME    a2, t0
    la      t0, frame_b
    li      t1, 4092
    add     t0, t0, t1
    lw      t1, 0(t0)
    EXPECT  t1, 0
    CHECK   18                          /* an instruction whose second half is missing: tval is that half's address */
    la      t0, frame_c
    li      t1, 4094
    add     t0, t0, t1
    li      t1, 0x0513                  /* low half of li a0, x */
    sh      t1, 0(t0)
    fence.i
    li      s0, PAGE(10) - 2
    REFUSED 12, jr s0
    SAME    a1, s0
    li      t0, PAGE(10)
    SAME    a2, t0
    jr      s7

    .balign 8
    .option push
    .option norvc
answer: li      s1, 42
back:   jr      t0
user_code:
    ld      s1, 0(s0)
    ecall
    .option pop

    .bss
    .balign 4096
top:     .space 4096
gib512:  .space 4096
gib:     .space 4096
mib:     .space 4096
pages:   .space 4096
frame_a: .space 4096
frame_b: .space 4096
frame_c: .space 4096
