// SVM on the bare machine: a VMCB of nonsense, a guest that shares the host's tables, nested tables that lead to themselves, a virtual
// interrupt, an event that cannot be delivered. By the manual: QEMU does some of it otherwise.
    .include "pc.inc"
    .set VMCB, 0x300000
    .set HSAVE, 0x301000
    .set NESTED, 0x302000
    .set IOPM, 0x310000
    .set MSRPM, 0x320000
    .set SAVE, VMCB + 0x400

// Check `number`: the guest was left for `code`.
    .macro  expect_exit number, code
    cmpq    $\code, VMCB + 0x70
    expect  \number, e
    .endm

main:
// 1. The processor has SVM.
    movl    $0x80000001, %eax
    cpuid
    testl   $4, %ecx
    expect  1, nz
    movl    $0xc0000080, %ecx
    rdmsr
    orl     $0x1000, %eax
    wrmsr
    movl    $0xc0010117, %ecx
    movl    $HSAVE, %eax
    xorl    %edx, %edx
    wrmsr
// 2. A VMCB of nonsense: VMEXIT_INVALID, and the host goes on with its registers.
    movl    $VMCB, %edi
    movl    $0x400, %ecx
    movl    $0xa5a5a5a5, %eax
    rep stosl
    movl    $0x1234567, %ebx
    call    enter
    expect_exit 2, -1
    cmpl    $0x1234567, %ebx
    expect  3, e
// 4. A guest in 64-bit mode under the host's tables calls its hypervisor.
    call    fresh
    leaq    calls(%rip), %rax
    movq    %rax, SAVE + 0x178
    call    enter
    expect_exit 4, 0x81
    leaq    called(%rip), %rax
    cmpq    %rax, SAVE + 0x178
    expect  5, e
    addq    $3, %rax
    cmpq    %rax, VMCB + 0xc8
    expect  6, e
    cmpq    $0x5a, SAVE + 0x1f8
    expect  7, e
// 8. It goes on from there, to a port that is intercepted.
    movq    VMCB + 0xc8, %rax
    movq    %rax, SAVE + 0x178
    orb     $8, VMCB + 0xf
    movb    $2, IOPM + 0x21 / 8
    call    enter
    expect_exit 8, 0x7b
    cmpq    $0x210210, VMCB + 0x78
    expect  9, e
    movq    VMCB + 0x80, %rax
    cmpq    %rax, VMCB + 0xc8
    expect  10, e
    movq    %rax, SAVE + 0x178
// 11. Then HLT.
    orb     $1, VMCB + 0xf
    call    enter
    expect_exit 11, 0x78
// 12. A virtual interrupt that is intercepted comes before the first instruction.
    leaq    calls(%rip), %rax
    movq    %rax, SAVE + 0x178
    orl     $0x10, VMCB + 0xc
    movl    $0x00100100, VMCB + 0x60
    movq    $0x202, SAVE + 0x170
    call    enter
    expect_exit 12, 0x64
    leaq    calls(%rip), %rax
    cmpq    %rax, SAVE + 0x178
    expect  13, e
    movl    $0, VMCB + 0x60
// 14. An event that the guest has no table for ends in shutdown, which is intercepted, and it is not there any more.
    movl    $0x80000306, VMCB + 0xa8
    orb     $0x80, VMCB + 0xf
    call    enter
    expect_exit 14, 0x7f
    cmpq    $0, VMCB + 0xa8
    expect  15, e
// 16. Nested tables that lead to themselves: page 0 is the table, all else is not there.
    call    fresh
    movl    $NESTED + 7, NESTED
    movl    $1, VMCB + 0x90
    movl    $NESTED, VMCB + 0xb0
    movl    $0x11, SAVE + 0x158
    movl    $0x1000, SAVE + 0xd0
    movw    $0xc9b, SAVE + 0x12
    movq    $0x1000, SAVE + 0x178
    call    enter
    expect_exit 16, 0x400
    cmpq    $0x1000, VMCB + 0x80
    expect  17, e
    movl    VMCB + 0x7c, %eax
    cmpl    $1, %eax
    expect  18, e
// 19. ASID 0 is the host's.
    movl    $0, VMCB + 0x58
    call    enter
    expect_exit 19, -1
    ret

// Enters the guest; interrupts of all kinds are possible again behind it.
enter:
    movl    $VMCB, %eax
    vmrun   %rax
    stgi
    ret

// A guest in the state that the host is in, with VMRUN and VMMCALL intercepted.
fresh:
    movl    $VMCB, %edi
    movl    $0x400, %ecx
    xorl    %eax, %eax
    rep stosl
    movl    $3, VMCB + 0x10
    movl    $IOPM, VMCB + 0x40
    movl    $MSRPM, VMCB + 0x48
    movl    $1, VMCB + 0x58
    movl    $0x0c930010, SAVE
    movl    $-1, SAVE + 4
    movl    $0x0a9b0008, SAVE + 0x10
    movl    $-1, SAVE + 0x14
    movl    $0x0c930010, SAVE + 0x20
    movl    $-1, SAVE + 0x24
    movl    $0x0c930010, SAVE + 0x30
    movl    $-1, SAVE + 0x34
    movl    $0xffff0ff0, %eax
    movq    %rax, SAVE + 0x168
    movq    $0x400, SAVE + 0x160
    movq    $2, SAVE + 0x170
    movq    $STACK - 0x800, SAVE + 0x1d8
    movl    $0x1d00, SAVE + 0xd0
    movq    %cr0, %rax
    movq    %rax, SAVE + 0x158
    movq    %cr3, %rax
    movq    %rax, SAVE + 0x150
    movq    %cr4, %rax
    movq    %rax, SAVE + 0x148
    movabsq $0x0007040600070406, %rax
    movq    %rax, SAVE + 0x268
    ret

// What the guest does.
calls:
    movl    $0x5a, %eax
called:
    vmmcall
    outb    %al, $0x21
    hlt
