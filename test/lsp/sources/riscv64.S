/* The entry of a kernel, with what can go wrong in it. */
#include "riscv64.h"

    .option norvc
    .equ STACK_BYTES, 16 * 1024
    .macro save reg, offset
    sd \reg, \offset(sp)
    .endm

    .section .text.entry, "ax", @progbits
    .globl _start
# Where the machine begins: a0 is the hart.
_start:
    la sp, boot_stack
    li t0, STACK_BYTES
    add sp, sp, t0
    csrw satp, zero
    csrr t1, sstatus
    save ra, 8
1:  amoadd.w.aqrl t2, t1, (a0)
    bnez t2, 1b
    ld a1, BOOT_ARGUMENT(a0)
    call main
    j 1f
1:  wfi; j 1b

broken:
    addi a0, a1, 5000
    addi a0, fa1, 4
    ld a0, 8(a1
    csrr a0, sstatsu
    adddi a0, a0, 1
    csrwi satp, 32
    slli a0, a0, 64
    .sectoin .data
    beq a0, a1, 4097
    ret a0

    .bss
    .align 12
boot_stack:
    .space STACK_BYTES
