// Interrupts of the old timer by both ways, of the local APIC's timer and of the clock.
    .include "pc.inc"
    .set LAPIC, 0xfee00000
    .set IOAPIC, 0xfec00000

main:
    movl    $LAPIC, %r12d
    movl    $IOAPIC, %r13d
    movl    $0x30, %edi
    movq    $by_pic, %rsi
    call    set_gate
    movl    $0x50, %edi
    movq    $by_ioapic, %rsi
    call    set_gate
    movl    $0x60, %edi
    movq    $by_lapic, %rsi
    call    set_gate
    movl    $0x38, %edi
    movq    $by_clock, %rsi
    call    set_gate

// The 8259s: vectors from 0x30 and 0x38; only the timer.
    movb    $0x11, %al
    outb    %al, $0x20
    outb    %al, $0xa0
    movb    $0x30, %al
    outb    %al, $0x21
    movb    $0x38, %al
    outb    %al, $0xa1
    movb    $4, %al
    outb    %al, $0x21
    movb    $2, %al
    outb    %al, $0xa1
    movb    $1, %al
    outb    %al, $0x21
    outb    %al, $0xa1
    movb    $0xfe, %al
    outb    %al, $0x21
    movb    $0xff, %al
    outb    %al, $0xa1
// 1. Counter 0 as a rate generator, 1 kHz, interrupts by the 8259s three times.
    movb    $0x34, %al
    outb    %al, $0x43
    movb    $0xa9, %al
    outb    %al, $0x40
    movb    $0x04, %al
    outb    %al, $0x40
    sti
1:  hlt
    cmpl    $3, pic_count
    jb      1b
    cli
    cmpl    $3, pic_count
    expect  1, e
// 2. Masked, it asks no more: the request register has it, and no interrupt comes.
    movb    $0xff, %al
    outb    %al, $0x21
    sti
    movl    $200000, %ecx
2:  loop    2b
    cli
    cmpl    $3, pic_count
    expect  2, e
    movb    $0x0a, %al
    outb    %al, $0x20
    inb     $0x20, %al
    testb   $1, %al
    expect  3, ne

// 4. The local APIC is at its place and has the version of an integrated one.
    movl    0x30(%r12), %eax
    movl    %eax, %ecx
    andl    $0xf0, %ecx
    cmpl    $0x10, %ecx
    expect  4, e
    movl    0x20(%r12), %eax
    testl   %eax, %eax
    expect  5, e
    movl    $0x1ff, 0xf0(%r12)
// 6. The timer by input 2 of the I/O APIC, an edge at vector 0x50.
    movl    $0x15, (%r13)
    movl    $0, 0x10(%r13)
    movl    $0x14, (%r13)
    movl    $0x50, 0x10(%r13)
    sti
3:  hlt
    cmpl    $3, ioapic_count
    jb      3b
    cli
    movl    $0x14, (%r13)
    movl    $0x10050, 0x10(%r13)
    movl    0x10(%r13), %eax
    cmpl    $0x10050, %eax
    expect  6, e

// 7. The local APIC's timer once, then periodically.
    movl    $0xb, 0x3e0(%r12)
    movl    $0x60, 0x320(%r12)
    movl    $100000, 0x380(%r12)
    sti
4:  hlt
    cmpl    $1, lapic_count
    jb      4b
    cli
    movl    0x390(%r12), %eax
    testl   %eax, %eax
    expect  7, e
    movl    $0x20060, 0x320(%r12)
    movl    $100000, 0x380(%r12)
    sti
5:  hlt
    cmpl    $4, lapic_count
    jb      5b
    cli
    movl    0x390(%r12), %eax
    testl   %eax, %eax
    expect  8, ne
    movl    $0x10060, 0x320(%r12)
    movl    $0, 0x380(%r12)
// 9. An interrupt that waits for a lower task priority.
    movl    $0x60, 0x80(%r12)
    movl    $0x4060, 0x300(%r12)
    sti
    nop
    nop
    cli
    cmpl    $4, lapic_count
    expect  9, e
    movl    0x230(%r12), %eax
    testl   $1, %eax
    expect  10, ne
    movq    %cr8, %rax
    cmpq    $6, %rax
    expect  11, e
    xorl    %eax, %eax
    sti
    movq    %rax, %cr8
    nop
    cli
    cmpl    $5, lapic_count
    expect  12, e
// 13. The clock's periodic interrupt, 1024 Hz, by the second 8259.
    movb    $0xfb, %al
    outb    %al, $0x21
    movb    $0xfe, %al
    outb    %al, $0xa1
    movb    $0x8a, %al
    outb    %al, $0x70
    movb    $0x26, %al
    outb    %al, $0x71
    movb    $0x8b, %al
    outb    %al, $0x70
    movb    $0x42, %al
    outb    %al, $0x71
    movb    $0x0c, %al
    outb    %al, $0x70
    inb     $0x71, %al
    sti
6:  hlt
    cmpl    $2, clock_count
    jb      6b
    cli
    ret

by_pic:
    pushq   %rax
    incl    pic_count
    movb    $0x20, %al
    outb    %al, $0x20
    popq    %rax
    iretq
by_ioapic:
    incl    ioapic_count
    movl    $0, 0xb0(%r12)
    iretq
by_lapic:
    incl    lapic_count
    movl    $0, 0xb0(%r12)
    iretq
by_clock:
    pushq   %rax
    incl    clock_count
    movb    $0x0c, %al
    outb    %al, $0x70
    inb     $0x71, %al
    movb    $0x20, %al
    outb    %al, $0xa0
    outb    %al, $0x20
    popq    %rax
    iretq

    .bss
pic_count:
    .skip   4
ioapic_count:
    .skip   4
lapic_count:
    .skip   4
clock_count:
    .skip   4
