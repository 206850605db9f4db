// Start and end of the benchmark programs: EL1, one processor, physical addresses, the console at the virt board's UART.
    .section .text.start, "ax"
    .globl _start
_start:
    mrs     x0, mpidr_el1
    and     x0, x0, #0xff
    cbnz    x0, park
    adrp    x0, stack_top
    add     x0, x0, :lo12:stack_top
    mov     sp, x0
    mov     x0, #(3 << 20)              // CPACR_EL1.FPEN: floating point on
    msr     cpacr_el1, x0
    isb
    bl      main
    cbnz    w0, park                    // never ends: there is no power-off that says failure
    movz    w0, #0x8400, lsl #16        // PSCI SYSTEM_OFF
    movk    w0, #0x0008
    hvc     #0
park:
    wfi
    b       park

    .bss
    .balign 16
    .space  65536
stack_top:
