# Prints the words that cpucfg gives for 0 to 24, and for one that no processor has.
    .section .text.start, "ax"
    .globl _start
_start:
    move    $s0, $zero
1:  cpucfg  $a0, $s0
    bstrpick.d $a0, $a0, 31, 0
    bl      print
    addi.d  $s0, $s0, 1
    li.w    $s1, 25
    bltu    $s0, $s1, 1b
    li.w    $s0, 0x1000
    cpucfg  $a0, $s0
    bl      print
    b       finish
    .include "console.inc"
