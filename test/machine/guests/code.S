/* Self-modifying code and FENCE.I; instructions and data across page borders; misaligned accesses. */
#include "bare.h"

    .globl main
main:
    CHECK   1                           /* code that was executed is rewritten: FENCE.I shows it */
    la      s0, patch
    jalr    s0
    EXPECT  a0, 1
    la      t0, two
    lw      t0, 0(t0)
    sw      t0, 0(s0)
    fence.i
    jalr    s0
    EXPECT  a0, 2
    CHECK   2                           /* a thousand times, so that it is decoded again each time */
    li      s1, 1000
    la      s2, one
    la      s3, two
1:  lw      t0, 0(s2)
    sw      t0, 0(s0)
    fence.i
    jalr    s0
    li      t6, 1
    bne     a0, t6, fail
    lw      t0, 0(s3)
    sw      t0, 0(s0)
    fence.i
    jalr    s0
    li      t6, 2
    bne     a0, t6, fail
    addi    s1, s1, -1
    bnez    s1, 1b
    CHECK   3                           /* a function copied to fresh memory and run there, then over-copied */
    la      a1, arena
    la      a2, seven
    call    copy
    la      s0, arena
    jalr    s0
    EXPECT  a0, 7
    la      a1, arena
    la      a2, nine
    call    copy
    jalr    s0
    EXPECT  a0, 9
    CHECK   4                           /* a 32-bit instruction whose halves lie on two pages */
    la      s0, border - 2
    la      t0, two
    lw      t0, 0(t0)
    sh      t0, 0(s0)
    srli    t0, t0, 16
    sh      t0, 2(s0)
    la      t0, ret_word
    lh      t0, 0(t0)
    sh      t0, 4(s0)
    fence.i
    jalr    s0
    EXPECT  a0, 2
    CHECK   5                           /* only its second half is rewritten (immediate 2 becomes 9) */
    la      t0, nine_word
    lw      t0, 0(t0)
    srli    t0, t0, 16
    sh      t0, 2(s0)
    fence.i
    jalr    s0
    EXPECT  a0, 9
    CHECK   6                           /* misaligned loads and stores, within and across pages */
    la      s0, border - 8
    li      t0, 0x1122334455667788
    sd      t0, 0(s0)
    li      t1, 0x99aabbccddeeff00
    sd      t1, 8(s0)
    ld      t2, 1(s0)
    EXPECT  t2, 0x0011223344556677
    ld      t2, 5(s0)
    EXPECT  t2, 0xccddeeff00112233
    lw      t2, 6(s0)
    EXPECT  t2, 0xffffffffff001122
    lwu     t2, 6(s0)
    EXPECT  t2, 0xff001122
    lh      t2, 7(s0)
    EXPECT  t2, 0x11
    lhu     t2, 9(s0)
    EXPECT  t2, 0xeeff
    CHECK   7
    li      t0, 0x0102030405060708
    sd      t0, 3(s0)
    ld      t2, 0(s0)
    EXPECT  t2, 0x0405060708667788
    ld      t2, 8(s0)
    EXPECT  t2, 0x99aabbccdd010203
    sw      t0, 6(s0)
    ld      t2, 0(s0)
    EXPECT  t2, 0x0708060708667788
    ld      t2, 8(s0)
    EXPECT  t2, 0x99aabbccdd010506
    sh      t0, 7(s0)
    ld      t2, 0(s0)
    EXPECT  t2, 0x0808060708667788
    ld      t2, 8(s0)
    EXPECT  t2, 0x99aabbccdd010507
    CHECK   8                           /* floating point across the border too */
    li      t0, FS_INITIAL
    csrs    mstatus, t0
    li      t0, 0x400921fb54442d18
    fmv.d.x fa0, t0
    fsd     fa0, 5(s0)
    fld     fa1, 5(s0)
    fmv.x.d t1, fa1
    SAME    t1, t0
    flw     fa2, 6(s0)
    fmv.x.w t1, fa2
    lw      t2, 6(s0)
    SAME    t1, t2
    CHECK   9                           /* a misaligned store into code that was executed */
    la      s0, patch
    la      t0, one
    lw      t0, 0(t0)
    sw      t0, 0(s0)
    fence.i
    jalr    s0
    EXPECT  a0, 1
    lhu     t1, 2(s0)
    la      t0, nine_word
    lw      t0, 0(t0)
    srli    t0, t0, 16                  /* the upper half alone, by a store that starts a byte before */
    lbu     t2, 1(s0)
    slli    t0, t0, 8
    or      t0, t0, t2
    lbu     t3, 4(s0)
    slli    t3, t3, 24
    or      t0, t0, t3
    sw      t0, 1(s0)
    fence.i
    jalr    s0
    EXPECT  a0, 9
    CHECK   10                          /* LR/SC: another store in between makes no difference here; SC twice fails */
    la      s0, arena
    li      t0, 5
    sd      t0, 0(s0)
    lr.d    t1, (s0)
    addi    t1, t1, 1
    sc.d    t2, t1, (s0)
    EXPECT  t2, 0
    sc.d    t2, t1, (s0)
    beqz    t2, fail
    ld      t1, 0(s0)
    EXPECT  t1, 6
    j       pass

copy:
    li      t1, 16
1:  lb      t0, 0(a2)
    sb      t0, 0(a1)
    addi    a1, a1, 1
    addi    a2, a2, 1
    addi    t1, t1, -1
    bnez    t1, 1b
    fence.i
    ret

    .option push
    .option norvc
    .balign 4
patch:
    li      a0, 1
    ret
    nop
one:        li a0, 1
two:        li a0, 2
nine_word:  li a0, 9
seven:
    li      a0, 7
    ret
    nop
    nop
nine:
    li      a0, 9
    ret
    nop
    nop
    .option pop
ret_word:
    c.jr    ra
    .balign 4

    .bss
    .balign 4096
arena:  .space 4096
border: .space 4096
