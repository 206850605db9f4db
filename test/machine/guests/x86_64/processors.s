// Three further processors are started, in real mode; each comes to 64-bit mode, counts itself and sends the first one an interrupt.
    .include "pc.inc"
    .set LAPIC, 0xfee00000
    .set TRAMPOLINE, 0x8000
    .set PROCESSORS, 4

main:
    movl    $LAPIC, %r12d
    movl    $0x40, %edi
    movq    $arrived, %rsi
    call    set_gate
    movl    $0x1ff, 0xf0(%r12)
    movb    $0xff, %al
    outb    %al, $0x21
    outb    %al, $0xa1
    movl    $trampoline, %esi
    movl    $TRAMPOLINE, %edi
    movl    $(trampoline_end - trampoline), %ecx
    rep movsb
// INIT and startup to all but this one.
    movl    $0xc4500, 0x300(%r12)
    movl    $100000, %ecx
1:  loop    1b
    movl    $(0xc4600 + (TRAMPOLINE >> 12)), 0x300(%r12)
    sti
2:  pause
    cmpl    $(PROCESSORS - 1), arrivals
    jb      2b
    cmpl    $0, interrupts
    je      2b
    nop
    cli
// 1. Each has been here once, with a stack of its own and its own number.
    cmpl    $(PROCESSORS - 1), arrivals
    expect  1, e
    cmpl    $0xe, numbers
    expect  2, e
// 5. No processor's time stamp is behind one that another has read before.
    call    compare_times
5:  pause
    cmpl    $PROCESSORS, compared
    jb      5b
    cmpl    $0, steps_back
    expect  5, e
// 3. A second startup message changes nothing: they run already.
    movl    $(0xc4600 + (TRAMPOLINE >> 12)), 0x300(%r12)
    movl    $100000, %ecx
3:  loop    3b
    cmpl    $(PROCESSORS - 1), arrivals
    expect  3, e
// 4. INIT stops one of them in its loop, and a startup message starts it again.
    movl    $0x02000000, 0x310(%r12)
    movl    $0x4500, 0x300(%r12)
    movl    $0x02000000, 0x310(%r12)
    movl    $(0x4600 + (TRAMPOLINE >> 12)), 0x300(%r12)
4:  pause
    cmpl    $PROCESSORS, arrivals
    jb      4b
    movl    numbers, %eax
    jmp     print

// Interrupts of several processors at once are one.
arrived:
    incl    interrupts
    movl    $0, 0xb0(%r12)
    iretq

    .code16
trampoline:
    cli
    xorw    %ax, %ax
    movw    %ax, %ds
    lgdtl   TRAMPOLINE + (trampoline_descriptors - trampoline)
    movl    %cr0, %eax
    orl     $1, %eax
    movl    %eax, %cr0
    ljmpl   $0x18, $other_32
trampoline_descriptors:
    .word   47
    .long   descriptors
trampoline_end:

    .code32
other_32:
    movw    $0x10, %ax
    movw    %ax, %ds
    movw    %ax, %es
    movw    %ax, %ss
// The stack's place by the number of the processor.
    movl    LAPIC + 0x20, %ebx
    shrl    $24, %ebx
    movl    %ebx, %esp
    shll    $12, %esp
    addl    $(STACK + 0x1000), %esp
    call    enter_long_mode
    ljmp    $8, $other_64
    .code64
other_64:
    movl    $LAPIC, %r12d
    lock btsl %ebx, numbers
    lock incl arrivals
    movl    $0x1ff, 0xf0(%r12)
    movl    $0, 0x310(%r12)
    movl    $0x4040, 0x300(%r12)
    call    compare_times
6:  pause
    jmp     6b

// Processors read their time stamps, one at a time, and count where one is less than the one before.
compare_times:
    movl    $2000, %ecx
1:  lock btsl $0, is_comparing
    jnc     2f
    pause
    jmp     1b
2:  rdtsc
    shlq    $32, %rdx
    orq     %rdx, %rax
    cmpq    %rax, latest_time
    jbe     3f
    incl    steps_back
3:  movq    %rax, latest_time
    movl    $0, is_comparing
    decl    %ecx
    jnz     1b
    lock incl compared
    ret

    .bss
    .balign 8
latest_time:
    .skip   8
is_comparing:
    .skip   4
steps_back:
    .skip   4
compared:
    .skip   4
interrupts:
    .skip   4
arrivals:
    .skip   4
numbers:
    .skip   4
