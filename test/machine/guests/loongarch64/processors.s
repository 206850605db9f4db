# Starts the second processor as kernels do, by MAIL_SEND and IPI_SEND, and lets it answer the same way. Prints what the
# second one found: its number, CRMD, ECFG, the interrupts that it has enabled and those that wait, its mailbox; then what the
# first one received.
    .set IPI_STATUS, 0x1000
    .set IPI_ENABLE, 0x1004
    .set IPI_CLEAR, 0x100c
    .set MAILBOX0, 0x1020
    .set IPI_SEND, 0x1040
    .set MAIL_SEND, 0x1048
    .set BLOCKING, 0x80000000
    .set HIGH_HALF, 4
    .set PROCESSOR, 0x10000             # one, in the fields that name it

    .macro iord reg, at, size
    li.w    $t8, \at
    iocsrrd.\size \reg, $t8
    .endm
    .macro iowr reg, at, size
    li.w    $t8, \at
    iocsrwr.\size \reg, $t8
    .endm
    # Sends the word in $t0 to half a mailbox of a processor.
    .macro mail half, processor
    slli.d  $t1, $t0, 32
    li.d    $t2, BLOCKING + \half + \processor
    or      $t1, $t1, $t2
    iowr    $t1, MAIL_SEND, d
    .endm

    .section .text.start, "ax"
    .globl _start
_start:
    # The second one's own start clears its mailbox: sleep until it is through.
    li.w    $t0, 0x800                  # the timer's interrupt
    csrwr   $t0, 4                      # ECFG
    li.w    $t0, 1000001
    csrwr   $t0, 0x41                   # TCFG: once
    idle    0
    csrwr   $zero, 4
    li.w    $t0, 1
    csrwr   $t0, 0x44                   # TICLR
    la.pcrel $s0, second
    move    $t0, $zero
    mail    HIGH_HALF, PROCESSOR
    move    $t0, $s0
    mail    0, PROCESSOR
    li.d    $t0, BLOCKING + PROCESSOR
    iowr    $t0, IPI_SEND, w
    la.pcrel $s1, report
1:  ld.d    $t0, $s1, 48
    beqz    $t0, 1b
    dbar    0
    li.w    $s2, 6
2:  ld.d    $a0, $s1, 0
    bl      print
    addi.d  $s1, $s1, 8
    addi.d  $s2, $s2, -1
    bnez    $s2, 2b
    # The answer: an interrupt that nobody has enabled, and a word in the mailbox.
3:  iord    $a0, IPI_STATUS, w
    beqz    $a0, 3b
    bl      print
    iord    $a0, MAILBOX0, d
    bl      print
    csrrd   $a0, 5                      # ESTAT
    bl      print
    b       finish

second:
    la.pcrel $s1, report
    csrrd   $t0, 32                     # CPUID
    st.d    $t0, $s1, 0
    csrrd   $t0, 0                      # CRMD
    st.d    $t0, $s1, 8
    csrrd   $t0, 4                      # ECFG
    st.d    $t0, $s1, 16
    iord    $t0, IPI_ENABLE, w
    bstrpick.d $t0, $t0, 31, 0
    st.d    $t0, $s1, 24
    iord    $t0, IPI_STATUS, w
    st.d    $t0, $s1, 32
    iord    $t0, MAILBOX0, w
    la.pcrel $t1, second
    sub.d   $t0, $t0, $t1
    st.d    $t0, $s1, 40
    dbar    0
    li.w    $t0, 1
    st.d    $t0, $s1, 48
    li.d    $t0, 0x600dcafe
    mail    0, 0
    li.d    $t0, BLOCKING + 3
    iowr    $t0, IPI_SEND, w
4:  idle    0
    b       4b
    .include "console.inc"

    .data
    .balign 8
report:
    .dword  0, 0, 0, 0, 0, 0, 0
