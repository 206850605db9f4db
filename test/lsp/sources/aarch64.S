// The entry of a kernel on AArch64.
    .arch armv8.2-a
    .equ    STACK_BYTES, 0x4000
pc_of   .req x19

    .globl  _start
_start:
    mrs     x0, CurrentEL
    cmp     x0, #(2 << 2)
    b.eq    1f
    b       halt
1:  msr     vbar_el1, x1
    ldr     x1, =boot_stack + STACK_BYTES
    mov     sp, x1
    adrp    pc_of, boot_stack
    add     x2, x2, :lo12:boot_stack
    ldp     x29, x30, [sp], #16
    stp     x29, x30, [sp, #-16]!
    ld1     { v0.16b, v1.16b }, [x0]
    tlbi    vmalle1
    dsb     ish
    bl      main
halt:
    wfi
    b       halt

broken:
    add     x0, x1, w2
    ldr     x0, [x1, #9000000]
    mrs     x0, no_such_register
    and     x0, x0, #0x1234567
    lsl     x0, x0, #64
    movq    x0, x1
    ret     w0
