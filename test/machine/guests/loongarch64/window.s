# Linked into the cached window, as most kernels are: it takes addresses relative to pc before translation is on, turns
# windows on and goes on where it is. Prints where it is before and after, what the stack's address is, and what it reads
# through the other window, which leads to the same memory.
    .set CACHED, 0x9000000000000011     # DMW: segment 9, coherent cached, PLV0
    .set UNCACHED, 0x8000000000000001
    .set WINDOW, 0x8000000000000000     # devices are reached through the uncached one

    .section .text.start, "ax"
    .globl _start
_start:
    pcaddi  $s0, 0
    la.pcrel $sp, stack_end
    li.d    $t0, UNCACHED
    csrwr   $t0, 0x180                  # DMW0
    li.d    $t0, CACHED
    csrwr   $t0, 0x181                  # DMW1
    li.w    $t0, 0xb0                   # PG, DA off, PLV0
    csrwr   $t0, 0                      # CRMD
    pcaddi  $s1, 0
    move    $a0, $s0
    bl      print
    move    $a0, $s1
    bl      print
    move    $a0, $sp
    bl      print
    la.pcrel $t1, word
    bstrpick.d $t1, $t1, 47, 0
    li.d    $t2, 0x8000000000000000
    add.d   $t1, $t1, $t2
    ld.d    $a0, $t1, 0
    bl      print
    b       finish

    .include "console.inc"

    .data
    .balign 16
word: .dword 0x1122334455667788
    .space 256
stack_end:
