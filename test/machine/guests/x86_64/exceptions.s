// Exceptions as their handlers find them: what is pushed, shadows of interrupts, steps and breakpoints, level 3 and back.
    .include "pc.inc"
    .set LAPIC, 0xfee00000
    .set USER, 0x400000
    .set USER_STACK, 0x400800
    .set LEVEL0_STACK, 0x1e0000
// Gate `vector` leads to `handler`.
    .macro  gate vector, handler
    movl    $\vector, %edi
    movq    $\handler, %rsi
    call    set_gate
    .endm
// The next exception goes on at `label`; no error code is known before it.
    .macro  resume_at label
    movq    $\label, resume
    movq    $-1, code
    .endm
// Fails with `number` unless `place` holds `value`.
    .macro  expect_value number, place, value
    movq    $\value, %rax
    cmpq    %rax, \place
    expect  \number, e
    .endm

main:
    movq    %rsp, kept
    movl    $LAPIC, %r12d
    gate    1, by_debug
    gate    3, by_exception
    gate    6, by_exception
    gate    13, by_exception_with_code
    gate    14, by_exception_with_code
    gate    0x40, by_self
    gate    0x80, by_call
    orb     $0x60, interrupt_table + 0x80 * 16 + 5
    movl    $0x1ff, 0xf0(%r12)
// 1. An interrupt that waits comes behind the instruction after STI.
    movl    $0x40040, 0x300(%r12)
    xorl    %eax, %eax
    sti
    incl    %eax
    incl    %eax
    cli
    expect_value 1, seen, 1
// 2. Behind POPF it comes at once.
    pushfq
    orq     $0x200, (%rsp)
    movl    $0x40040, 0x300(%r12)
    xorl    %eax, %eax
    popfq
    incl    %eax
    cli
    expect_value 2, seen, 0
// 3. A step behind each instruction that begins with TF, the one that clears it, too.
    pushfq
    orq     $0x100, (%rsp)
    popfq
    nop
    nop
    pushfq
    andq    $~0x100, (%rsp)
    popfq
stepped:
    nop
    expect_value 3, steps, 5
    expect_value 4, last, stepped
    testl   $0x4000, reasons
    expect  5, ne
// 6. A breakpoint before its instruction, which RF lets pass.
    movq    $0, steps
    movq    $at_breakpoint, %rax
    movq    %rax, %dr0
    movl    $0x401, %eax
    movq    %rax, %dr7
at_breakpoint:
    nop
    expect_value 6, steps, 1
    expect_value 7, last, at_breakpoint
    testl   $1, reasons
    expect  8, ne
// 9. One behind an instruction that writes.
    movq    $0, steps
    movq    $watched, %rax
    movq    %rax, %dr1
    movl    $0xd00404, %eax
    movq    %rax, %dr7
    movl    watched, %eax
    movl    $5, watched
behind_write:
    movl    $0x400, %eax
    movq    %rax, %dr7
    expect_value 9, steps, 1
    expect_value 10, last, behind_write
    testl   $2, reasons
    expect  11, ne
// 12. INT3 returns behind itself, UD2 to itself, with RF.
    resume_at 1f
    int3
1:  movq    $1b, %rax
    cmpq    %rax, pushed_rip
    expect  12, e
    testl   $0x10000, pushed_flags
    expect  13, e
    resume_at 1f
undefined:
    ud2
1:  expect_value 14, pushed_rip, undefined
    testl   $0x10000, pushed_flags
    expect  15, ne
// 16. Error codes of selectors, of gates that are not there, of addresses that are not canonical.
    resume_at 1f
    movl    $0x101, %eax
    movw    %ax, %ds
1:  expect_value 16, code, 0x100
    resume_at 1f
    int     $0x50
1:  expect_value 17, code, 0x282
    resume_at 1f
    movabsq $0x800000000000, %rbx
    movl    (%rbx), %eax
1:  expect_value 18, code, 0
// 19. Page faults: reads and writes of what is not present, and where.
    movabsq $0x140000008, %rbx
    resume_at 1f
    movl    (%rbx), %eax
1:  expect_value 19, code, 0
    resume_at 1f
    movl    %eax, (%rbx)
1:  expect_value 20, code, 2
    movq    %cr2, %rax
    cmpq    %rbx, %rax
    expect  21, e
// 22. Level 3 by IRET, and back by a gate: on the stack of the TSS.
    orb     $4, TABLES
    orb     $4, TABLES + 0x1000
    orb     $4, TABLES + 0x2010
    movq    %cr3, %rax
    movq    %rax, %cr3
    movl    $user, %esi
    movl    $USER, %edi
    movl    $(user_end - user), %ecx
    rep movsb
    movq    $task, %rax
    movw    %ax, task_descriptor + 2
    shrq    $16, %rax
    movb    %al, task_descriptor + 4
    movb    %ah, task_descriptor + 7
    lgdt    level_descriptors_pointer
    movw    $0x48, %ax
    ltr     %ax
    movq    $back_by_call, after_call
    pushq   $0x3b
    pushq   $USER_STACK
    pushq   $0x2
    pushq   $0x43
    pushq   $USER
    iretq
back_by_call:
    expect_value 22, pushed_cs, 0x43
    expect_value 23, pushed_at, (LEVEL0_STACK - 40)
// 24. What level 3 may not do is #GP(0) there.
    expect_value 24, code, 0
    expect_value 25, pushed_rip, (USER + user_hlt - user)
// 26. SYSRET to level 3, and back by SYSCALL.
    movl    $0xc0000080, %ecx
    rdmsr
    orl     $1, %eax
    wrmsr
    movl    $0xc0000081, %ecx
    xorl    %eax, %eax
    movl    $0x00300008, %edx
    wrmsr
    movl    $0xc0000082, %ecx
    movl    $by_syscall, %eax
    xorl    %edx, %edx
    wrmsr
    movl    $0xc0000084, %ecx
    movl    $0x400, %eax
    wrmsr
    movl    $(USER + user_syscall - user), %ecx
    movl    $0x2, %r11d
    movl    $USER_STACK, %esp
    sysretq
by_syscall:
    movq    %rsp, %rbx
    movq    kept, %rsp
    movl    %ecx, %ebp
    pushfq
    popq    %rdx
    cmpl    $(USER + user_end - user), %ebp
    expect  26, e
    testl   $0x400, %r11d
    expect  27, ne
    testl   $0x400, %edx
    expect  28, e
    movl    %cs, %eax
    cmpl    $8, %eax
    expect  29, e
    cmpq    $USER_STACK, %rbx
    expect  30, e

    cld
    ret

by_self:
    movl    %eax, %eax
    movq    %rax, seen
    movl    $0, 0xb0(%r12)
    iretq
by_debug:
    pushq   %rax
    incq    steps
    movq    8(%rsp), %rax
    movq    %rax, last
    movq    %dr6, %rax
    movl    %eax, reasons
    xorl    %eax, %eax
    movq    %rax, %dr6
    orl     $0x10000, 24(%rsp)
    popq    %rax
    iretq
by_exception_with_code:
    popq    code
by_exception:
    movq    (%rsp), %rax
    movq    %rax, pushed_rip
    movq    16(%rsp), %rax
    movl    %eax, pushed_flags
    movq    resume, %rax
    cmpq    $0x43, 8(%rsp)
    jne     1f
// In the program of level 3: behind its HLT.
    movq    (%rsp), %rax
    incq    %rax
1:  movq    %rax, (%rsp)
    iretq
by_call:
    movq    %rsp, pushed_at
    movq    8(%rsp), %rax
    movq    %rax, pushed_cs
    movq    kept, %rsp
    jmp     *after_call

// The program of level 3.
user:
    movq    $-1, %rax
user_hlt:
    hlt
    int     $0x80
user_syscall:
    std
    syscall
user_end:

    .data
    .balign 8
level_descriptors:
    .quad   0, 0x00af9a000000ffff, 0x00cf93000000ffff, 0x00cf9a000000ffff, 0, 0
    .quad   0x00cffa000000ffff, 0x00cff3000000ffff, 0x00affa000000ffff
task_descriptor:
    .quad   0x0000890000000067, 0
level_descriptors_pointer:
    .word   . - level_descriptors - 1
    .quad   level_descriptors
    .balign 16
task:
    .long   0
    .quad   LEVEL0_STACK
    .skip   0x5c
    .bss
    .balign 8
kept:
    .skip   8
resume:
    .skip   8
code:
    .skip   8
seen:
    .skip   8
steps:
    .skip   8
last:
    .skip   8
reasons:
    .skip   8
watched:
    .skip   8
pushed_rip:
    .skip   8
pushed_flags:
    .skip   8
pushed_cs:
    .skip   8
pushed_at:
    .skip   8
after_call:
    .skip   8
