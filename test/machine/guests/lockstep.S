/*
 * What surrounds the random programs of test/machine/lockstep: it loads all registers from a record, and afterwards stores
 * them there, folds record and scratch memory into one number and prints it. sp and s1 point into the scratch memory, gp at
 * the record; tp is the link register. A record: 32 integer registers, 32 floating-point registers, fcsr, one word unused.
 */
#include "bare.h"

#define RECORD 528
#define RECORDS 0x80800000
#define PROGRAM 0x80020000
#define SCRATCH_WORDS 1024

    .option norvc
    .section .text.start, "ax"
    .globl _start
_start:                                 /* the generated program calls these by address */
    j       start
    j       restore
    j       fold
    j       finish
    j       dump

start:
    li      t0, 0x6000
    csrs    mstatus, t0
    la      t0, trapped
    csrw    mtvec, t0
    la      t0, scratch
    li      t1, SCRATCH_WORDS
    li      t2, 0x2545f4914f6cdd1d
1:  slli    t3, t2, 13
    xor     t2, t2, t3
    srli    t3, t2, 7
    xor     t2, t2, t3
    slli    t3, t2, 17
    xor     t2, t2, t3
    sd      t2, 0(t0)
    addi    t0, t0, 8
    addi    t1, t1, -1
    bnez    t1, 1b
    la      sp, scratch + 4096
    mv      s1, sp
    li      gp, RECORDS
    li      t0, PROGRAM
    jr      t0

    .macro each_x action
    .irp n, 1, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    \action x\n, 8 * \n(gp)
    .endr
    .endm
    .macro each_f action
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    \action f\n, 256 + 8 * \n(gp)
    .endr
    .endm

restore:
    ld      x1, 512(gp)
    csrw    fcsr, x1
    each_f  fld
    each_x  ld
    jr      tp

fold:
    each_x  sd
    call    store_rest
    li      a0, 0x243f6a8885a308d3
    mv      t0, gp
    addi    t1, gp, 520
    call    mix
    la      t0, scratch
    la      t1, scratch_end
    call    mix
    call    print
    addi    gp, gp, RECORD
    jr      tp

/* All words of the record, one a line. */
dump:
    each_x  sd
    call    store_rest
    mv      s2, gp
    addi    s3, gp, 520
1:  ld      a0, 0(s2)
    call    print
    addi    s2, s2, 8
    bne     s2, s3, 1b
    j       finish

store_rest:
    sd      x0, 0(gp)
    sd      x0, 24(gp)
    sd      x0, 32(gp)
    sd      sp, 16(gp)
    sd      s1, 72(gp)
    each_f  fsd
    csrr    t0, fcsr
    sd      t0, 512(gp)
    ret

/* Folds the words from t0 to t1 into a0. */
mix:
    li      t2, 0x9e3779b97f4a7c15
1:  ld      t3, 0(t0)
    xor     a0, a0, t3
    mul     a0, a0, t2
    srli    t4, a0, 29
    xor     a0, a0, t4
    addi    t0, t0, 8
    bltu    t0, t1, 1b
    ret

/* Prints a0 as 16 hexadecimal digits and a line end. */
print:
    li      t0, UART
    li      t1, 60
1:  srl     t2, a0, t1
    andi    t2, t2, 15
    addi    t3, t2, 48
    li      t4, 10
    blt     t2, t4, 2f
    addi    t3, t2, 87
2:  lbu     t2, 5(t0)                   /* QEMU loses what is written while it sends */
    andi    t2, t2, 0x20
    beqz    t2, 2b
    sb      t3, 0(t0)
    addi    t1, t1, -4
    bgez    t1, 1b
3:  lbu     t2, 5(t0)
    andi    t2, t2, 0x20
    beqz    t2, 3b
    li      t3, 10
    sb      t3, 0(t0)
    ret

finish:
    li      t0, UART
1:  lbu     t1, 5(t0)
    andi    t1, t1, 0x40
    beqz    t1, 1b
    li      t0, TEST_DEVICE
    li      t1, 0x5555
    sw      t1, 0(t0)
1:  j       1b

    .balign 4
trapped:
    li      t0, UART
    li      t1, 84                      /* T: cause, address, value */
    sb      t1, 0(t0)
    csrr    a0, mcause
    call    print
    csrr    a0, mepc
    call    print
    csrr    a0, mtval
    call    print
    j       finish

    .bss
    .balign 4096
scratch: .space 8192
scratch_end:
