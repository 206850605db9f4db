// What surrounds the random programs of test/machine/lockstep: it loads all registers from a record, and afterwards stores
// them there, folds record and scratch memory into one number and prints it. sp and x27 point into the scratch memory (the
// latter at an odd address), x29 is a small index, x28 points at the record; x30 is the link register. An exception is
// folded into one word and its instruction skipped. A record: 31 general registers, sp, 32 vector registers, NZCV, FPCR,
// FPSR, and afterwards the word of the exceptions. EL1, with the MMU on: without it memory is a device's, and unaligned
// accesses fault.
    .set RECORD, 800
    .set VECTORS, 256
    .set NZCV_AT, 768
    .set FPCR_AT, 776
    .set FPSR_AT, 784
    .set EXCEPTIONS, 792
    .set RECORDS, 0x41000000
    .set PROGRAM, 0x40400000
    .set SCRATCH_WORDS, 1024
    .set UART, 0x09000000

    .section .text.start, "ax"
    .globl _start
_start:                                 // the generated program calls these by address
    b       start
    b       restore
    b       fold
    b       finish
    b       dump
    b       list

    .macro address register, symbol
    adrp    \register, \symbol
    add     \register, \register, :lo12:\symbol
    .endm

start:
    mov     x0, #(3 << 20)              // CPACR_EL1.FPEN
    msr     cpacr_el1, x0
    address x0, vectors
    msr     vbar_el1, x0
    address x0, table
    mov     x1, #0x401                  // a block of devices at 0, one of memory at 1 GiB
    str     x1, [x0]
    mov     x1, #0x705
    movk    x1, #0x4000, lsl #16
    str     x1, [x0, #8]
    msr     ttbr0_el1, x0
    mov     x0, #0xff00
    msr     mair_el1, x0
    ldr     x0, =0x100803519            // T0SZ 25, cacheable, EPD1, 36 bits
    msr     tcr_el1, x0
    isb
    mrs     x0, sctlr_el1
    orr     x0, x0, #1
    orr     x0, x0, #4
    bic     x0, x0, #8                  // SA: QEMU never checks the stack pointer's alignment
    msr     sctlr_el1, x0
    isb
    address x0, scratch
    mov     w1, #SCRATCH_WORDS
    ldr     x2, =0x2545f4914f6cdd1d
1:  eor     x2, x2, x2, lsl #13
    eor     x2, x2, x2, lsr #7
    eor     x2, x2, x2, lsl #17
    str     x2, [x0], #8
    subs    w1, w1, #1
    b.ne    1b
    ldr     x28, =RECORDS
    ldr     x0, =PROGRAM
    br      x0

    .macro each_x action
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 29
    \action x\n, [x28, #8 * \n]
    .endr
    .endm
    .macro each_v action
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    \action q\n, [x28, #VECTORS + 16 * \n]
    .endr
    .endm

restore:                                // the pointers, too, which some accesses move
    address x27, scratch
    add     x27, x27, #4096
    mov     sp, x27
    add     x27, x27, #3
    ldr     x0, [x28, #NZCV_AT]
    msr     nzcv, x0
    ldr     x0, [x28, #FPCR_AT]
    msr     fpcr, x0
    ldr     x0, [x28, #FPSR_AT]
    msr     fpsr, x0
    each_v  ldr
    each_x  ldr
    ret

fold:
    each_x  str
    mov     x26, x30
    bl      store_rest
    ldr     x0, =0x243f6a8885a308d3
    mov     x1, x28
    add     x2, x28, #RECORD
    bl      mix
    address x1, scratch
    address x2, scratch_end
    bl      mix
    bl      print
    add     x28, x28, #RECORD
    br      x26

// All words of the record, one a line.
dump:
    each_x  str
    bl      store_rest
    mov     x20, x28
    add     x21, x28, #RECORD
1:  ldr     x0, [x20], #8
    bl      print
    cmp     x20, x21
    b.ne    1b
    b       finish

// All words from the first record to where x28 is, one a line.
list:
    ldr     x20, =RECORDS
1:  ldr     x0, [x20], #8
    bl      print
    cmp     x20, x28
    b.lo    1b
    b       finish

store_rest:
    mrs     x0, nzcv
    str     x0, [x28, #NZCV_AT]
    mrs     x0, fpcr
    str     x0, [x28, #FPCR_AT]
    mrs     x0, fpsr
    str     x0, [x28, #FPSR_AT]
    str     x27, [x28, #8 * 27]
    str     xzr, [x28, #8 * 28]         // the record and the link are no result
    str     xzr, [x28, #8 * 30]
    mov     x0, sp
    str     x0, [x28, #8 * 31]
    each_v  str
    address x0, exceptions
    ldr     x0, [x0]
    str     x0, [x28, #EXCEPTIONS]
    ret

// Folds the words from x1 to x2 into x0.
mix:
    ldr     x3, =0x9e3779b97f4a7c15
1:  ldr     x4, [x1], #8
    eor     x0, x0, x4
    mul     x0, x0, x3
    eor     x0, x0, x0, lsr #29
    cmp     x1, x2
    b.lo    1b
    ret

// Prints x0 as 16 hexadecimal digits and a line end.
print:
    ldr     x1, =UART
    mov     w2, #60
1:  lsr     x3, x0, x2
    and     w3, w3, #15
    add     w4, w3, #48
    add     w5, w3, #87
    cmp     w3, #10
    csel    w3, w4, w5, lo
2:  ldr     w4, [x1, #0x18]             // UARTFR.TXFF
    tbnz    w4, #5, 2b
    str     w3, [x1]
    subs    w2, w2, #4
    b.ge    1b
3:  ldr     w4, [x1, #0x18]
    tbnz    w4, #5, 3b
    mov     w3, #10
    str     w3, [x1]
    ret

finish:
    ldr     x1, =UART
1:  ldr     w4, [x1, #0x18]             // UARTFR.BUSY
    tbnz    w4, #3, 1b
    ldr     w0, =0x84000008             // PSCI SYSTEM_OFF
    hvc     #0
    b       .

    .ltorg

// ESR, FAR and ELR go into the word of the exceptions, then the instruction is skipped. FAR only where it is given.
    .balign 2048
vectors:
    .rept 4
    .balign 128
    b       .
    .endr
    .balign 128
    msr     tpidr_el0, x0
    msr     tpidrro_el0, x1
    msr     tpidr_el1, x2
    address x0, exceptions
    mrs     x2, esr_el1
    and     x1, x2, #0x3f
    cmp     x1, #0x21                   // unaligned: an atomic access reads first, but QEMU says it writes (WnR)
    b.ne    1f
    bic     x2, x2, #0x40
1:  ldr     x1, [x0]
    add     x1, x1, x2
    add     x1, x1, x1, lsl #7
    b       trapped
    .rept 11
    .balign 128
    b       .
    .endr
    .balign 128
trapped:
    mrs     x2, esr_el1
    lsr     x2, x2, #26
    cmp     x2, #0x25
    b.eq    1f
    cmp     x2, #0x21
    b.ne    2f
1:  mrs     x2, far_el1
    eor     x1, x1, x2
    add     x1, x1, x1, lsl #5
2:  mrs     x2, elr_el1
    eor     x1, x1, x2
    str     x1, [x0]
    add     x2, x2, #4
    msr     elr_el1, x2
    mrs     x2, tpidr_el1
    mrs     x1, tpidrro_el0
    mrs     x0, tpidr_el0
    eret

    .bss
    .balign 4096
scratch: .space 8192
scratch_end:
exceptions: .space 8
    .balign 4096
table: .space 4096
