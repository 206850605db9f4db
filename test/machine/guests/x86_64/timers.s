// Clocks against each other: what the time-stamp counter says (1 GHz), the power management timer, the event timer, the old timer
// and the real-time clock say, too; and the event timer's interrupts by edges and levels.
    .include "pc.inc"
    .set LAPIC, 0xfee00000
    .set IOAPIC, 0xfec00000
    .set HPET, 0xfed00000
    .set PM_TIMER, 0x608
    .set SECOND, 1000000000

// Check `number`: %rax is between the two.
    .macro  between number, low, high
    movabsq $\low, %rcx
    cmpq    %rcx, %rax
    expect  \number, ae
    movabsq $\high, %rcx
    cmpq    %rcx, %rax
    expect  \number, be
    .endm

main:
    movl    $LAPIC, %r12d
    movl    $IOAPIC, %r13d
    movl    $HPET, %r14d
    movl    $0x50, %edi
    movq    $by_edge, %rsi
    call    set_gate
    movl    $0x51, %edi
    movq    $by_level, %rsi
    call    set_gate
    movl    $0x1ff, 0xf0(%r12)
    movb    $0xff, %al
    outb    %al, $0x21
    outb    %al, $0xa1
// 1. The power management timer has 24 bits and makes 35795 ticks in 10 ms.
    movw    $PM_TIMER, %dx
    inl     %dx, %eax
    movl    %eax, %ebx
    movl    $10000000, %edi
    call    wait
    movw    $PM_TIMER, %dx
    inl     %dx, %eax
    movl    %eax, %ecx
    shrl    $24, %ecx
    expect  1, z
    subl    %ebx, %eax
    andl    $0xffffff, %eax
    between 2, 35700, 37000
// 3. The event timer counts 10 ns, while it is on.
    movl    4(%r14), %eax
    cmpl    $10000000, %eax
    expect  3, e
    movl    0xf0(%r14), %eax
    cmpl    0xf0(%r14), %eax
    expect  4, e
    movl    $1, 0x10(%r14)
    movl    0xf0(%r14), %ebx
    movl    $1000000, %edi
    call    wait
    movl    0xf0(%r14), %eax
    subl    %ebx, %eax
    between 5, 99900, 105000
// 6. Counter 2 of the old timer, mode 0: its output comes after 11932 ticks, 10 ms, of the gate being open.
    movb    $0x00, %al
    outb    %al, $0x61
    movb    $0xb0, %al
    outb    %al, $0x43
    movb    $0x9c, %al
    outb    %al, $0x42
    movb    $0x2e, %al
    outb    %al, $0x42
    inb     $0x61, %al
    testb   $0x20, %al
    expect  6, z
    movb    $0x01, %al
    outb    %al, $0x61
    call    stamp
    movq    %rax, %rbx
1:  inb     $0x61, %al
    testb   $0x20, %al
    jz      1b
    call    stamp
    subq    %rbx, %rax
    between 7, 9990000, 10100000
// 8. The real-time clock: from one update, which interrupts by the second 8259, to the next it is a second.
    movl    $0x38, %edi
    movq    $by_update, %rsi
    call    set_gate
    .irp    byte, 0x11, 0x38, 0x02, 0x01
    movb    $\byte, %al
    .if     \byte == 0x11
    outb    %al, $0xa0
    .else
    outb    %al, $0xa1
    .endif
    .endr
    .irp    byte, 0x11, 0x30, 0x04, 0x01
    movb    $\byte, %al
    .if     \byte == 0x11
    outb    %al, $0x20
    .else
    outb    %al, $0x21
    .endif
    .endr
    movb    $0xfb, %al
    outb    %al, $0x21
    movb    $0xfe, %al
    outb    %al, $0xa1
    movb    $0x0b, %al
    outb    %al, $0x70
    movb    $0x12, %al
    outb    %al, $0x71
    call    update
    movq    %rax, %rbx
    call    update
    subq    %rbx, %rax
    between 8, 999000000, 1001000000
    movb    $0x0b, %al
    outb    %al, $0x70
    movb    $0x02, %al
    outb    %al, $0x71
    movb    $0xff, %al
    outb    %al, $0x21
// 9. The event timer's first comparator once, by an edge at input 20.
    movl    $0x38, (%r13)
    movl    $0x50, 0x10(%r13)
    movl    0xf0(%r14), %eax
    addl    $10000, %eax
    movl    %eax, 0x108(%r14)
    movl    0xf4(%r14), %eax
    movl    %eax, 0x10c(%r14)
    movl    $(0x4 | 20 << 9), 0x100(%r14)
    sti
2:  hlt
    cmpl    $1, edges
    jb      2b
    cli
    movl    0xf0(%r14), %eax
    subl    0x108(%r14), %eax
    between 9, 0, 1000
    movl    $0, 0x100(%r14)
// 10. By a level at input 21: the request stays until the status is cleared.
    movl    $0x3a, (%r13)
    movl    $0x8051, 0x10(%r13)
    movl    0xf0(%r14), %eax
    addl    $10000, %eax
    movl    %eax, 0x128(%r14)
    movl    0xf4(%r14), %eax
    movl    %eax, 0x12c(%r14)
    movl    $(0x6 | 21 << 9), 0x120(%r14)
    sti
4:  hlt
    cmpl    $3, levels
    jb      4b
    cli
    cmpl    $3, levels
    expect  10, e
    movl    $0x3a, (%r13)
    movl    0x10(%r13), %eax
    cmpl    $0x8051, %eax
    expect  11, e
    movl    0x20(%r14), %eax
    testl   %eax, %eax
    expect  12, z
    ret

// %rax: the time-stamp counter.
stamp:
    rdtsc
    shlq    $32, %rdx
    orq     %rdx, %rax
    ret

// Lets %edi nanoseconds pass.
wait:
    call    stamp
    movq    %rax, %rsi
5:  call    stamp
    subq    %rsi, %rax
    cmpq    %rdi, %rax
    jb      5b
    ret

// Waits for the next update; %rax: when it was.
update:
    movl    updates, %esi
    sti
6:  hlt
    cmpl    updates, %esi
    je      6b
    cli
    jmp     stamp

by_update:
    pushq   %rax
    movb    $0x0c, %al
    outb    %al, $0x70
    inb     $0x71, %al
    testb   $0x10, %al
    jz      7f
    incl    updates
7:  movb    $0x20, %al
    outb    %al, $0xa0
    outb    %al, $0x20
    popq    %rax
    iretq
by_edge:
    incl    edges
    movl    $0, 0xb0(%r12)
    iretq
// Ends the interrupt twice with its cause still there, and comes again each time.
by_level:
    incl    levels
    cmpl    $3, levels
    jb      8f
    movl    $2, 0x20(%r14)
8:  movl    $0, 0xb0(%r12)
    iretq

    .bss
updates:
    .skip   4
edges:
    .skip   4
levels:
    .skip   4
