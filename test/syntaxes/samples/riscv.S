# Entry of a hart: the device tree comes in a1.
#include "layout.h"
#define STACK_SIZE  (4 << 12)   /* four pages */
#ifdef DEBUG
# warning "slow"
#endif

        .section .text.boot, "ax", @progbits
        .globl  _start, trap_entry
        .option norvc
        .equ    UART, 0x1000_0000
limit = STACK_SIZE - 8

.macro SAVE reg, slot=0
        sd      \reg, 8*\slot(sp)
.endm

_start: csrw    satp, zero; la sp, stack_top
        li      t0, 'A'
        lui     a5, %hi(message)
        addi    a5, a5, %lo(message)
1:      auipc   t1, %pcrel_hi(table)
        ld      t1, %pcrel_lo(1b)(t1)
        beqz    a0, 2f
        amoswap.w.aq  a0, a1, (a2)
        fence   rw, w
        SAVE    ra, 1
        bgtu    s0, s1, .Ldone // the C preprocessor takes this away
2:      wfi
        j       2b
.Ldone: mret
        .align  3
message:
        .asciz  "hart \"%d\"\n\x1b[0m"
        .word   0b1010, 017, 1.5e3, -1
        .rept 2
        nop
        .endr
