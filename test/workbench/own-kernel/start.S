    .section .text.entry, "ax"
    .globl _start
_start:
    .cfi_startproc
    .cfi_undefined ra
    la sp, stack_top
    call kmain
1:  wfi
    j 1b
    .cfi_endproc
