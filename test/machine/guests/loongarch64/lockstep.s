# What surrounds the random programs of test/machine/lockstep: it loads all registers from a record, and afterwards stores
# them there, folds record and scratch memory into one number and prints it. $sp and $s0 point into the scratch memory (the
# latter at an odd address), $fp is a small index, $r21 points at the record; $ra is the link register. An exception is
# folded into one word and its instruction skipped. A record: 32 general registers, 32 vector registers, 8 condition flags,
# fcsr0, and afterwards the word of the exceptions.
    .set RECORD, 848
    .set VECTORS, 256
    .set CONDITIONS, 768
    .set FCSR, 832
    .set EXCEPTIONS, 840
    .set RECORDS, 0x1000000
    .set PROGRAM, 0x400000
    .set SCRATCH_WORDS, 1024
    .set UART, 0x1fe001e0
    .set POWER, 0x100e001c
    .set POWER_OFF, 0x34

    .section .text.start, "ax"
    .globl _start
_start:                                 # the generated program calls these by address
    b       start
    b       restore
    b       fold
    b       finish
    b       dump
    b       list

start:
    li.w    $t0, 3
    csrwr   $t0, 2                      # EUEN.FPE and SXE
    la.pcrel $t0, trapped
    csrwr   $t0, 12                     # EENTRY
    la.pcrel $t0, scratch
    li.w    $t1, SCRATCH_WORDS
    li.d    $t2, 0x2545f4914f6cdd1d
1:  slli.d  $t3, $t2, 13
    xor     $t2, $t2, $t3
    srli.d  $t3, $t2, 7
    xor     $t2, $t2, $t3
    slli.d  $t3, $t2, 17
    xor     $t2, $t2, $t3
    st.d    $t2, $t0, 0
    addi.d  $t0, $t0, 8
    addi.d  $t1, $t1, -1
    bnez    $t1, 1b
    la.pcrel $sp, scratch + 4096
    addi.d  $s0, $sp, 3
    li.d    $r21, RECORDS
    li.d    $t0, PROGRAM
    jr      $t0

    .macro each_r action
    .irp n, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 22, 24, 25, 26, 27, 28, 29, 30, 31
    \action $r\n, $r21, 8 * \n
    .endr
    .endm
    .macro each_v action
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    \action $vr\n, $r21, VECTORS + 16 * \n
    .endr
    .endm

restore:
    ld.d    $t0, $r21, FCSR
    movgr2fcsr $fcsr0, $t0
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7
    ld.d    $t0, $r21, CONDITIONS + 8 * \n
    movgr2cf $fcc\n, $t0
    .endr
    each_v  vld
    each_r  ld.d
    jr      $ra

fold:
    each_r  st.d
    move    $s8, $ra
    bl      store_rest
    li.d    $a0, 0x243f6a8885a308d3
    move    $t0, $r21
    addi.d  $t1, $r21, RECORD
    bl      mix
    la.pcrel $t0, scratch
    la.pcrel $t1, scratch_end
    bl      mix
    bl      print
    addi.d  $r21, $r21, RECORD
    jr      $s8

# All words of the record, one a line.
dump:
    each_r  st.d
    bl      store_rest
    move    $s1, $r21
    addi.d  $s2, $r21, RECORD
1:  ld.d    $a0, $s1, 0
    bl      print
    addi.d  $s1, $s1, 8
    bne     $s1, $s2, 1b
    b       finish

# All words from the first record to where $r21 is, one a line.
list:
    li.d    $s1, RECORDS
1:  ld.d    $a0, $s1, 0
    bl      print
    addi.d  $s1, $s1, 8
    bltu    $s1, $r21, 1b
    b       finish

store_rest:
    st.d    $zero, $r21, 0
    st.d    $zero, $r21, 8              # the link and the record are no result
    st.d    $sp, $r21, 24
    st.d    $zero, $r21, 8 * 21
    st.d    $s0, $r21, 8 * 23
    each_v  vst
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7
    movcf2gr $t0, $fcc\n
    st.d    $t0, $r21, CONDITIONS + 8 * \n
    .endr
    movfcsr2gr $t0, $fcsr0
    st.d    $t0, $r21, FCSR
    la.pcrel $t0, exceptions
    ld.d    $t0, $t0, 0
    st.d    $t0, $r21, EXCEPTIONS
    jr      $ra

# Folds the words from $t0 to $t1 into $a0.
mix:
    li.d    $t2, 0x9e3779b97f4a7c15
1:  ld.d    $t3, $t0, 0
    xor     $a0, $a0, $t3
    mul.d   $a0, $a0, $t2
    srli.d  $t4, $a0, 29
    xor     $a0, $a0, $t4
    addi.d  $t0, $t0, 8
    bltu    $t0, $t1, 1b
    jr      $ra

# Prints $a0 as 16 hexadecimal digits and a line end.
print:
    li.d    $t0, UART
    li.w    $t1, 60
1:  srl.d   $t2, $a0, $t1
    andi    $t2, $t2, 15
    addi.d  $t3, $t2, 48
    li.w    $t4, 10
    blt     $t2, $t4, 2f
    addi.d  $t3, $t2, 87
2:  ld.bu   $t2, $t0, 5                 # QEMU loses what is written while it sends
    andi    $t2, $t2, 0x20
    beqz    $t2, 2b
    st.b    $t3, $t0, 0
    addi.d  $t1, $t1, -4
    bge     $t1, $zero, 1b
3:  ld.bu   $t2, $t0, 5
    andi    $t2, $t2, 0x20
    beqz    $t2, 3b
    li.w    $t3, 10
    st.b    $t3, $t0, 0
    jr      $ra

finish:
    li.d    $t0, UART
1:  ld.bu   $t1, $t0, 5
    andi    $t1, $t1, 0x40
    beqz    $t1, 1b
    li.d    $t0, POWER
    li.w    $t1, POWER_OFF
    st.b    $t1, $t0, 0
1:  b       1b

# ESTAT, BADV and ERA go into the word of the exceptions, then the instruction is skipped.
    .balign 4096
trapped:
    csrwr   $t0, 0x30                   # SAVE0 to SAVE2
    csrwr   $t1, 0x31
    csrwr   $t2, 0x32
    la.pcrel $t0, exceptions
    ld.d    $t1, $t0, 0
    csrrd   $t2, 5                      # ESTAT
    add.d   $t1, $t1, $t2
    slli.d  $t2, $t1, 7
    sub.d   $t1, $t2, $t1
    csrrd   $t2, 7                      # BADV
    xor     $t1, $t1, $t2
    slli.d  $t2, $t1, 5
    add.d   $t1, $t1, $t2
    csrrd   $t2, 6                      # ERA
    xor     $t1, $t1, $t2
    st.d    $t1, $t0, 0
    addi.d  $t2, $t2, 4
    csrwr   $t2, 6
    csrrd   $t2, 0x32
    csrrd   $t1, 0x31
    csrrd   $t0, 0x30
    ertn

    .bss
    .balign 4096
scratch: .space 8192
scratch_end:
exceptions: .space 8
