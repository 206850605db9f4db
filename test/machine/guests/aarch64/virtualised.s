// A guest without a kernel for the hypervisor of kernels/guestmonolithickernel, mode stage2: what that has to do for guests, each
// once. It prints a letter for each part that went well, or its number, as a digit, and switches off.
    .set UART, 0x09000000
    .set GICD, 0x08000000
    .set GICC, 0x08010000
    .set RAM, 0x44200000
    .set RAM_END, 0x48000000
    // Where the image really is; in the guest's memory that is another place.
    .set IMAGE_AT, 0x46200000
    .set TIMER, 30

    .macro li register, value
    movz    \register, #((\value) & 0xffff)
    movk    \register, #((\value) >> 16 & 0xffff), lsl #16
    .endm

    // A PSCI call with up to one argument, and the low word of its answer.
    .macro expect conduit, function, argument, answer
    li      x0, \function
    li      x1, \argument
    \conduit #0
    li      w2, \answer
    cmp     w0, w2
    b.ne    failed
    .endm

    .macro passed letter
    mov     w0, #\letter
    str     w0, [x20]
    add     w19, w19, #1
    .endm

    .section .text.start, "ax"
    .globl _start
_start:
    b       start                       // Linux's Image header
    .long   0
    .quad   0
    .quad   end - _start
    .quad   0b1010
    .quad   0, 0, 0
    .ascii  "ARM\x64"
    .long   0

start:
    li      x20, UART
    mov     w19, #1
    // Entered as after a reset: EL1, MMU off, no device tree.
    cbnz    x0, failed
    mrs     x1, CurrentEL
    cmp     x1, #(1 << 2)
    b.ne    failed
    mrs     x1, SCTLR_EL1
    tst     x1, #1
    b.ne    failed
    passed  'a'

    // RAM that nobody has touched, and addresses that are not the real ones.
    li      x1, RAM + 0x200000
    li      x2, RAM_END - 8
    mov     x3, #0x1234
    str     x3, [x1]
    str     x3, [x2]
    ldr     x4, [x1]
    cmp     x3, x4
    b.ne    failed
    ldr     x4, [x2]
    cmp     x3, x4
    b.ne    failed
    li      x1, IMAGE_AT
    ldr     w4, [x1]
    ldr     w3, _start
    cmp     w3, w4
    b.eq    failed
    passed  'b'

    // Firmware by both ways: PSCI_VERSION, SMCCC_VERSION, PSCI_FEATURES, CPU_ON, AFFINITY_INFO, MIGRATE_INFO_TYPE, and none.
    expect  smc, 0x84000000, 0, 0x10001
    expect  hvc, 0x80000000, 0, 0x10001
    expect  smc, 0x8400000a, 0x84000008, 0
    expect  hvc, 0x8400000a, 0xc4000003, 0
    expect  smc, 0x8400000a, 0xc4000008, 0xffffffff
    expect  smc, 0xc4000003, 0, 0xfffffffc
    expect  hvc, 0xc4000003, 1, 0xfffffffe
    expect  smc, 0xc4000004, 0, 0
    expect  hvc, 0x84000006, 0, 2
    expect  smc, 0x8400007f, 0, 0xffffffff
    passed  'c'

    // Inter-processor interrupts from itself, the same one twice: it must not stay active.
    adr     x1, vectors
    msr     VBAR_EL1, x1
    isb
    li      x21, GICD
    li      x22, GICC
    mov     w1, #1
    str     w1, [x21]                   // GICD_CTLR
    li      w1, (1 << TIMER | 1 << 3)
    str     w1, [x21, #0x100]           // GICD_ISENABLER0
    mov     w1, #0x40
    strb    w1, [x21, #0x403]           // GICD_IPRIORITYR
    strb    w1, [x21, #(0x400 + TIMER)]
    mov     w1, #0xff
    str     w1, [x22, #4]               // GICC_PMR
    mov     w1, #1
    str     w1, [x22]                   // GICC_CTLR
    msr     DAIFClr, #2
    li      w1, (2 << 24 | 3)
    mov     w5, #2
1:  mov     w25, #0
    str     w1, [x21, #0xf00]           // GICD_SGIR
2:  cbz     w25, 2b
    cmp     w25, #3
    b.ne    failed
    subs    w5, w5, #1
    b.ne    1b
    passed  'd'

    // The timer, twice, awaited by wfi.
    mov     w5, #2
1:  mov     w25, #0
    mov     x1, #1000
    msr     CNTP_TVAL_EL0, x1
    mov     x1, #1
    msr     CNTP_CTL_EL0, x1
2:  wfi
    cbz     w25, 2b
    cmp     w25, #TIMER
    b.ne    failed
    subs    w5, w5, #1
    b.ne    1b
    passed  'e'

    // Floating point is the guest's own to switch on.
    mov     x1, #(0b11 << 20)
    msr     CPACR_EL1, x1
    isb
    fmov    d0, #1.0
    passed  'f'
    mov     w0, #'\n'
    str     w0, [x20]
    li      x0, 0x84000008              // SYSTEM_OFF
    hvc     #0

failed:
    add     w0, w19, #'0'
    str     w0, [x20]
    mov     w0, #'\n'
    str     w0, [x20]
    li      x0, 0x84000008
    smc     #0

irq:
    ldr     w10, [x22, #0xc]            // GICC_IAR
    and     w25, w10, #0x3ff
    cmp     w25, #TIMER
    b.ne    1f
    msr     CNTP_CTL_EL0, xzr           // the line falls before the interrupt ends
    isb
1:  str     w10, [x22, #0x10]           // GICC_EOIR
    eret

    .balign 2048
vectors:
    .rept 5
    b       failed
    .balign 128
    .endr
    b       irq                         // from EL1 with its own stack pointer
    .balign 128
    .rept 10
    b       failed
    .balign 128
    .endr
end:
