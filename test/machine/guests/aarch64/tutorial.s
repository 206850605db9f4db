// What tutorials' kernels do on the board, entered at EL2: down to EL1, translation with a granule of 64 KiB, who is on the PCI bus, an
// interrupt of the serial port and one of the physical timer with a GICv2, and off by `smc`.
    .set GICD, 0x08000000
    .set GICC, 0x08010000
    .set PORT, 0x09000000
    .set TIMER, 30
    .set SERIAL, 33

    .section .text.start
    .globl  _start
_start:
    mrs     x0, CurrentEL
    bl      print
    mov     x0, #(1 << 31)              // EL1 is 64-bit
    msr     HCR_EL2, x0
    mov     x0, #3                      // the counter and the physical timer are EL1's
    msr     CNTHCTL_EL2, x0
    msr     CNTVOFF_EL2, xzr
    mov     x0, #0x33ff
    msr     CPTR_EL2, x0
    mov     x0, #0x3c5
    msr     SPSR_EL2, x0
    adr     x0, lower
    msr     ELR_EL2, x0
    eret

lower:
    mrs     x0, CurrentEL
    bl      print
    mrs     x0, DAIF
    bl      print
    adr     x0, vectors
    msr     VBAR_EL1, x0

    // 39 bits of addresses: one table of blocks of 512 MiB.
    adrp    x1, table
    mov     x2, #0x401                  // a device: attribute 0
    str     x2, [x1]
    mov     x2, #0x705                  // memory: attribute 1, inner shareable
    movk    x2, #0x4000, lsl #16
    str     x2, [x1, #16]
    mov     x2, #0x401
    movk    x2, #0x40, lsl #32
    str     x2, [x1, #4096]             // PCI's configuration space
    msr     TTBR0_EL1, x1
    mov     x0, #0xff00
    msr     MAIR_EL1, x0
    mov     x0, #(25 | 1 << 14)         // T0SZ, TG0 = 64 KiB
    movk    x0, #(1 << 7), lsl #16      // EPD1
    movk    x0, #2, lsl #32             // 40 bits of physical addresses
    msr     TCR_EL1, x0
    dsb     sy
    isb
    mrs     x0, SCTLR_EL1
    mov     x2, #0x1005
    orr     x0, x0, x2
    msr     SCTLR_EL1, x0
    isb
    adr     x0, _start
    at      s1e1w, x0
    isb
    mrs     x0, PAR_EL1
    bl      print
    mov     x0, #0x20000000             // nothing
    at      s1e1r, x0
    isb
    mrs     x0, PAR_EL1
    bl      print
    mov     x1, #0x20000000
    ldr     x0, [x1]                    // told of by `sync`

    // Bus 0.
    mov     x19, #0
    mov     x20, #0x10000000
    movk    x20, #0x40, lsl #32
1:  ldr     w0, [x20, x19]
    cmn     w0, #1
    b.eq    2f
    bl      print
    add     x1, x20, x19
    ldr     w0, [x1, #8]                // class
    bl      print
2:  add     x19, x19, #0x8000
    cmp     x19, #0x100000
    b.ne    1b

    mov     x1, #GICD
    mov     w0, #1
    str     w0, [x1]
    mov     w0, #(1 << TIMER)
    str     w0, [x1, #0x100]
    mov     w0, #(1 << (SERIAL - 32))
    str     w0, [x1, #0x104]
    mov     w0, #0x101                  // to processor 0
    str     w0, [x1, #0x820]
    mov     x1, #GICC
    mov     w0, #0xff
    str     w0, [x1, #4]
    mov     w0, #1
    str     w0, [x1]
    msr     DAIFClr, #2
    mov     x22, #0
    mov     x1, #PORT
    mov     w0, #0x301
    str     w0, [x1, #0x30]
    mov     w0, #0x7ff                  // what there was
    str     w0, [x1, #0x44]
    mov     w0, #(1 << 5)               // as soon as it has sent something
    str     w0, [x1, #0x38]
    mov     w0, #'!'
    str     w0, [x1]
3:  cbz     x22, 3b
    mov     x22, #0
    msr     DAIFSet, #2                 // else it may come before the wait
    mov     x0, #1000
    msr     CNTP_TVAL_EL0, x0
    mov     x0, #1
    msr     CNTP_CTL_EL0, x0
4:  wfi
    msr     DAIFClr, #2
    cbz     x22, 4b
    mrs     x0, CNTP_CTL_EL0
    bl      print
    mov     x0, #0x0008
    movk    x0, #0x8400, lsl #16        // SYSTEM_OFF
    smc     #0
5:  b       5b

interrupt:
    mov     x4, x0
    mov     x3, #GICC
    ldr     w22, [x3, #0xc]
    mov     x3, #PORT
    str     wzr, [x3, #0x38]
    msr     CNTP_CTL_EL0, xzr
    mov     w12, #'\n'
    str     w12, [x3]
    mov     x0, x22
    bl      print
    mov     x3, #GICC
    str     w22, [x3, #0x10]
    mov     x0, x4
    eret

sync:
    mrs     x0, ESR_EL1
    bl      print
    mrs     x0, FAR_EL1
    bl      print
    mrs     x0, ELR_EL1
    add     x0, x0, #4
    msr     ELR_EL1, x0
    eret

    .include "console.inc"

    .balign 2048
vectors:
    .space  0x200                       // of the current level, with its own stack pointer
    b       sync
    .space  0x80 - 4
    b       interrupt
    .space  0x580 - 4

    .bss
    .balign 65536
table: .space 8192
