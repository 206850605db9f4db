# The entry of a kernel on LoongArch.
    .globl  _start
_start:
    li.d    $t0, 0x9000000000000011
    csrwr   $t0, 0x180
    la.pcrel $sp, boot_stack
    pcaddi  $t1, 0
    ld.d    $a0, $sp, -8
    amadd_db.w $a1, $a2, $a3
    beqz    $a1, halt
    bl      main
halt:
    idle    0
    b       halt

broken:
    addi.d  $a0, $a1, 5000
    addi.d  $a0, $fa1, 1
    ld.dd   $a0, $sp, 0
    csrwr   $t0, 70000
    slli.d  $a0, $a0, 64
