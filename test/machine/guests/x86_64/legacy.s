// Protected mode without paging: call gates, gates of 16 bits, tasks, level 3, virtual-8086 mode, questions about selectors.
    .include "pc.inc"
    .set LOW, 0x7000
    .set STACK0, 0x1e0000
    .set STACK3, 0x1d0000
    .set STACK_OF_TASK, 0x1c0000
    .macro  expect32 number, condition
    j\condition     9f
    movl    $\number, %eax
    jmp     finish32
9:
    .endm
    .macro  expect_value number, place, value
    movl    \place, %eax
    cmpl    $\value, %eax
    expect32 \number, e
    .endm
// A gate at `place`: to `selector`:`handler`, its type and level in `kind`, parameters in `more`.
    .macro  gate place, selector, handler, kind, more=0
    movl    $\handler, %eax
    movw    %ax, \place
    movw    $\selector, \place + 2
    movb    $\more, \place + 4
    movb    $\kind, \place + 5
    shrl    $16, %eax
    movw    %ax, \place + 6
    .endm
// The base of the descriptor at `place` becomes `base`.
    .macro  set_base place, base
    movl    $\base, %eax
    movw    %ax, \place + 2
    shrl    $16, %eax
    movb    %al, \place + 4
    movb    %ah, \place + 7
    .endm

main:
    pushq   $0x18
    pushq   $down
    lretq
    .code32
finish32:
    movw    $EXIT, %dx
    outl    %eax, %dx
1:  hlt
    jmp     1b
down:
    movl    %cr0, %eax
    andl    $0x7fffffff, %eax
    movl    %eax, %cr0
    set_base task_descriptor, task
    set_base other_descriptor, other_task
    gate    call_gate, 0x08, by_call_gate, 0xec, 1
    gate    task_gate, 0x30, 0, 0xe5
    gate    interrupts + 13 * 8, 0x08, by_protection, 0x8e
    gate    interrupts + 0x20 * 8, 0x08, by_interrupt, 0xee
    gate    interrupts + 0x21 * 8, 0x30, 0, 0x85
    gate    interrupts + 0x22 * 8, 0x08, LOW, 0x86
    movl    $low, %esi
    movl    $LOW, %edi
    movl    $(low_end - low), %ecx
    rep movsb
    lgdt    table_pointer
    lidt    interrupts_pointer
    ljmp    $8, $1f
1:  movw    $0x10, %ax
    movw    %ax, %ds
    movw    %ax, %es
    movw    %ax, %ss
    movl    $STACK0, %esp
    movw    $0x28, %ax
    ltr     %ax
// 1. The TSS is busy now, and cannot be loaded again.
    movb    task_descriptor + 5, %al
    cmpb    $0x8b, %al
    expect32 1, e
// 2. Access rights and limits of selectors, and which there are none of.
    movl    $0x1b, %ecx
    lar     %ecx, %eax
    expect32 2, e
    cmpl    $0x00c0fa00, %eax
    expect32 3, e
    movl    $0x28, %ecx
    lsl     %ecx, %eax
    expect32 4, e
    cmpl    $0x67, %eax
    expect32 5, e
    movl    $0x200, %ecx
    lar     %ecx, %eax
    expect32 6, ne
    movl    $0x08, %ecx
    verw    %cx
    expect32 7, ne
    verr    %cx
    expect32 8, e
    movl    $0x10, %eax
    movl    $3, %ecx
    arpl    %cx, %ax
    expect32 9, e
    cmpl    $0x13, %eax
    expect32 10, e
// 11. A gate of 16 bits pushes six bytes.
    movl    %esp, kept
    int     $0x22
behind_16:
    expect_value 11, depth, 6
// 12. Another task by a far call: it knows who called, and CR0.TS is set; then this one goes on, and the other is free.
    movl    $0x1111, %ebx
    lcall   $0x30, $0
    cmpl    $0x1111, %ebx
    expect32 12, e
    expect_value 13, link, 0x28
    movl    task_flags, %eax
    testl   $0x4000, %eax
    expect32 14, ne
    movl    task_cr0, %eax
    testl   $8, %eax
    expect32 15, ne
    pushfl
    popl    %eax
    testl   $0x4000, %eax
    expect32 16, e
    movb    other_descriptor + 5, %al
    cmpb    $0x89, %al
    expect32 17, e
    str     %ax
    cmpw    $0x28, %ax
    expect32 18, e
// 19. The same by a task gate in the interrupt table.
    movl    $0, link
    int     $0x21
    expect_value 19, link, 0x28
// 20. Level 3 by a far return: segments of level 0 are null there.
    pushl   $0x23
    pushl   $STACK3
    pushl   $0x1b
    pushl   $program
    lret
program:
    movl    %ds, %ebx
    movl    $0x23, %eax
    movw    %ax, %ds
    testl   %ebx, %ebx
    expect32 20, e
    movl    %cs, %eax
    cmpl    $0x1b, %eax
    expect32 21, e
// 22. A call gate with a parameter: on level 0's stack.
    movl    %esp, %ebp
    pushl   $0x12345678
    lcall   $0x3b, $0
    cmpl    %esp, %ebp
    expect32 22, e
    expect_value 23, parameter, 0x12345678
    expect_value 24, caller, 0x1b
    movl    old_stack, %eax
    addl    $4, %eax
    cmpl    %ebp, %eax
    expect32 25, e
    expect_value 26, depth, (STACK0 - 20)
// 27. An interrupt gate that is for level 3; ports are not.
    int     $0x20
    expect_value 27, depth, (STACK0 - 20)
    movl    $1f, resume
    inb     $0x60, %al
1:  expect_value 28, code, 0
// 29. A data segment of level 0 is not for level 3.
    movl    $1f, resume
    movl    $0x10, %eax
    movw    %ax, %es
1:  expect_value 29, code, 0x10
// 30. Virtual-8086 mode, from level 0; an interrupt leaves all segments on its stack, and none in the registers.
    movl    $virtual, by_interrupt_then
    int     $0x20
virtual:
    movl    $STACK0, %esp
    pushl   $0x6000
    pushl   $0x5000
    pushl   $0x4000
    pushl   $0x3000
    pushl   $(LOW >> 4)
    pushl   $0xf00
    pushl   $0x23002
    pushl   $(LOW >> 4)
    pushl   $(low_virtual - low)
    movl    $back, by_interrupt_then
    iretl
back:
    movl    $0x10, %eax
    movw    %ax, %ds
    expect_value 30, depth, (STACK0 - 36)
    movl    $STACK0 - 36, %ebp
    cmpl    $(low_behind - low), (%ebp)
    expect32 31, e
    cmpl    $(LOW >> 4), 4(%ebp)
    expect32 32, e
    movl    8(%ebp), %eax
    andl    $0x23000, %eax
    cmpl    $0x23000, %eax
    expect32 33, e
    cmpl    $0x3000, 20(%ebp)
    expect32 34, e
    cmpl    $0x6000, 32(%ebp)
    expect32 35, e
    movl    %gs, %eax
    testl   %eax, %eax
    expect32 36, e
    movl    LOW + (low_found - low), %eax
    cmpl    $0x5a5a, %eax
    expect32 37, e
    xorl    %eax, %eax
    jmp     finish32

by_call_gate:
    movl    %esp, depth
    movl    4(%esp), %eax
    movl    %eax, caller
    movl    8(%esp), %eax
    movl    %eax, parameter
    movl    12(%esp), %eax
    movl    %eax, old_stack
    lret    $4
by_interrupt:
    movl    $0x10, %eax
    movw    %ax, %ss:scratch
    movl    %esp, %ss:depth
    movl    %ss:by_interrupt_then, %eax
    testl   %eax, %eax
    jz      1f
    pushl   $0x10
    popl    %ds
    jmp     *%eax
1:  iretl
by_protection:
    popl    %ss:code
    movl    %ss:resume, %eax
    movl    %eax, (%esp)
    iretl
other_start:
    movl    other_task, %eax
    movl    %eax, link
    pushfl
    popl    task_flags
    movl    %cr0, %eax
    movl    %eax, task_cr0
    clts
    iretl
// Called again, it goes on behind its IRET.
    jmp     other_start

// At LOW: the handler of the gate of 16 bits, which cannot return above 64 KiB, and a program of virtual-8086 mode.
low:
    movl    %esp, %eax
    subl    kept, %eax
    negl    %eax
    movl    %eax, depth
    movl    kept, %esp
    ljmp    $8, $behind_16
    .code16
low_virtual:
    movw    $(LOW >> 4), %ax
    movw    %ax, %es
    movw    $0x5a5a, %es:low_found - low
    movw    $0x3000, %ax
    movw    %ax, %es
    int     $0x20
low_behind:
    nop
    .balign 4
low_found:
    .long   0
low_end:
    .code64

    .data
    .balign 8
table:
    .quad   0, 0x00cf9a000000ffff, 0x00cf92000000ffff, 0x00cffa000000ffff, 0x00cff2000000ffff
task_descriptor:
    .quad   0x0000890000000067
other_descriptor:
    .quad   0x0000890000000067
call_gate:
    .quad   0
task_gate:
    .quad   0
table_pointer:
    .word   . - table - 1
    .long   table
interrupts_pointer:
    .word   0x7ff
    .long   interrupts
    .balign 16
task:
    .long   0, STACK0, 0x10
    .skip   0x5a
    .word   0x68
    .balign 16
other_task:
    .long   0
    .skip   0x18
    .long   0
    .long   other_start, 2
    .long   0, 0, 0, 0, STACK_OF_TASK, 0, 0, 0
    .long   0x10, 0x08, 0x10, 0x10, 0, 0
    .long   0
    .word   0, 0x68
    .bss
    .balign 8
interrupts:
    .skip   0x800
kept:
    .skip   4
depth:
    .skip   4
link:
    .skip   4
task_flags:
    .skip   4
task_cr0:
    .skip   4
parameter:
    .skip   4
caller:
    .skip   4
old_stack:
    .skip   4
code:
    .skip   4
resume:
    .skip   4
scratch:
    .skip   4
by_interrupt_then:
    .skip   4
