# Start and end of the benchmark programs: M-mode, one hart, no paging, the console at the virt board's UART.
    .section .text.start, "ax"
    .globl _start
_start:
    csrr    t0, mhartid
    bnez    t0, park
    la      sp, stack_top
    li      t0, 0x6000                  # mstatus.FS: floating point on
    csrs    mstatus, t0
    la      t0, trap
    csrw    mtvec, t0
    call    main
    li      t1, 0x5555                  # sifive_test: pass
    beqz    a0, off
fail:
    li      t1, 0x13333                 # sifive_test: fail, code 1
off:
    li      t0, 0x100000
    sw      t1, 0(t0)
park:
    wfi
    j       park
    .balign 4
trap:
    j       fail

    .bss
    .balign 16
    .space  65536
stack_top:
