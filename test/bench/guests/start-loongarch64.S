# Start and end of the benchmark programs: PLV0, one processor, direct addresses, the console at the virt board's UART.
    .section .text.start, "ax"
    .globl _start
_start:
    csrrd   $t0, 0x20                   # CPUID
    bnez    $t0, park
    la.pcrel $sp, stack_top
    ori     $t0, $zero, 1               # EUEN.FPE: floating point on
    csrwr   $t0, 0x2
    bl      main
    bnez    $a0, park                   # never ends: there is no power-off that says failure
    lu12i.w $t0, 0x100e0                # GED, sleep control: S5
    ori     $t1, $zero, 0x34
    st.b    $t1, $t0, 0x1c
park:
    idle    0
    b       park

    .bss
    .balign 16
    .space  65536
stack_top:
