// The local APIC by MSRs: what can be read and written, messages to itself, the end of interrupts; and a message by a store.
// Not its timer: QEMU cannot say what time it is while it executes WRMSR, when time is counted instructions.
    .include "pc.inc"
    .set APIC_BASE, 0x1b
    .set ID, 0x802
    .set VERSION, 0x803
    .set END, 0x80b
    .set LDR, 0x80d
    .set DFR, 0x80e
    .set SVR, 0x80f
    .set ICR, 0x830
    .set SELF, 0x83f

    .macro  read register
    movl    $\register, %ecx
    rdmsr
    .endm
    .macro  write register, low, high = 0
    movl    $\register, %ecx
    movl    $\low, %eax
    movl    $\high, %edx
    wrmsr
    .endm
// Check `number`: as many interrupts have come. They are let through here.
    .macro  came number, count
    sti
    nop
    nop
    cli
    cmpl    $\count, interrupts
    expect  \number, e
    .endm
// Check `number`: as many accesses have been refused.
    .macro  refused number, count
    cmpl    $\count, faults
    expect  \number, e
    .endm

main:
    movl    $13, %edi
    movq    $fault, %rsi
    call    set_gate
    movl    $0x60, %edi
    movq    $interrupt, %rsi
    call    set_gate
    movb    $0xff, %al
    outb    %al, $0x21
    outb    %al, $0xa1
// 1. There is an x2APIC, and its registers are not there yet.
    movl    $1, %eax
    cpuid
    testl   $(1 << 21), %ecx
    expect  1, ne
    read    ID
    refused 2, 1
// 3. Switched on, it says who it is.
    read    APIC_BASE
    orl     $0x400, %eax
    movl    %eax, %ebx
    wrmsr
    read    APIC_BASE
    cmpl    %ebx, %eax
    expect  3, e
    read    ID
    testl   %eax, %eax
    expect  4, e
    read    VERSION
    cmpb    $0x14, %al
    expect  5, e
    read    LDR
    cmpl    $1, %eax
    expect  6, e
    refused 7, 1
    write   SVR, 0x1ff
// 8. Messages to itself: by its own register, by its id, by its logical id, to all, by shorthand.
    write   SELF, 0x60
    came    8, 1
    write   ICR, 0x4060
    came    9, 2
    write   ICR, 0x4860, 1
    came    10, 3
    write   ICR, 0x4060, 0xffffffff
    came    11, 4
    write   ICR, 0x44060
    came    12, 5
    write   ICR, 0x4060, 5
    came    13, 5
    write   ICR, 0x4860, 0x10001
    came    14, 5
// 15. A message by a store, where its registers were.
    movl    $0xfee00000, %esi
    movl    $0x60, (%rsi)
    came    15, 6
// 16. What there is not in this mode is refused.
    refused 16, 1
    read    DFR
    refused 17, 2
    write   LDR, 1
    refused 18, 3
    write   DFR, 0
    refused 19, 4
// 20. There is no way back but by switching it off.
    read    APIC_BASE
    andl    $~0x400, %eax
    wrmsr
    refused 20, 5
    read    APIC_BASE
    andl    $~0xc00, %eax
    wrmsr
    refused 21, 5
    orl     $0x800, %eax
    wrmsr
    refused 22, 5
    movl    $0xfee00000, %esi
    cmpl    $0xff, 0xf0(%rsi)
    expect  23, e
    ret

// Goes on behind the instruction, which has two bytes.
fault:
    incl    faults
    addq    $8, %rsp
    addq    $2, (%rsp)
    iretq
interrupt:
    pushq   %rax
    pushq   %rcx
    pushq   %rdx
    incl    interrupts
    write   END, 0
    popq    %rdx
    popq    %rcx
    popq    %rax
    iretq

    .bss
faults:
    .skip   4
interrupts:
    .skip   4
