// What a chip set answers: PCI by ports and by ECAM, the clock's RAM, the timer's latch, fw_cfg, ports where nothing is; ACPI's root.
    .include "pc.inc"
    .set ECAM, 0xb0000000

main:
    movl    $ECAM, %r12d
// 1. The host bridge is Q35's, by both ways.
    movl    $0x80000000, %eax
    movw    $0xcf8, %dx
    outl    %eax, %dx
    movw    $0xcfc, %dx
    inl     %dx, %eax
    cmpl    $0x29c08086, %eax
    expect  1, e
    cmpl    $0x29c08086, (%r12)
    expect  2, e
// 3. The LPC bridge, its power management block at 0x600, and ACPI on.
    cmpl    $0x29188086, 0xf8000(%r12)
    expect  3, e
    cmpl    $0x601, 0xf8040(%r12)
    expect  4, e
    testb   $0x80, 0xf8044(%r12)
    expect  5, ne
    movl    $0x8000f844, %eax
    movw    $0xcf8, %dx
    outl    %eax, %dx
    movw    $0xcfc, %dx
    inb     %dx, %al
    testb   $0x80, %al
    expect  6, ne
// 7. Nobody at slot 13.
    cmpl    $-1, 0x68000(%r12)
    expect  7, e
    movw    $0x1230, %dx
    inl     %dx, %eax
    cmpl    $-1, %eax
    expect  8, e
// 9. The clock's RAM says that there are 640 KiB, and how much there is above 16 MiB: 112 MiB.
    movb    $0x35, %al
    outb    %al, $0x70
    inb     $0x71, %al
    cmpb    $0x07, %al
    expect  9, e
// 10. A latched count does not move.
    movb    $0x00, %al
    outb    %al, $0x43
    inb     $0x40, %al
    movb    %al, %bl
    inb     $0x40, %al
    movb    %al, %bh
    movl    $100000, %ecx
1:  loop    1b
    movb    $0x00, %al
    outb    %al, $0x43
    inb     $0x40, %al
    movb    %al, %cl
    inb     $0x40, %al
    movb    %al, %ch
    cmpw    %bx, %cx
    expect  10, ne
// 11. fw_cfg begins with its name.
    xorl    %eax, %eax
    movw    $0x510, %dx
    outw    %ax, %dx
    movw    $0x511, %dx
    inb     %dx, %al
    cmpb    $'Q', %al
    expect  11, e
    inb     %dx, %al
    cmpb    $'E', %al
    expect  12, e
// 13. The keyboard controller passes its test.
    movb    $0xaa, %al
    outb    %al, $0x64
2:  inb     $0x64, %al
    testb   $1, %al
    jz      2b
    inb     $0x60, %al
    cmpb    $0x55, %al
    expect  13, e
// 14. The RSDP is below 1 MiB at a multiple of 16, its sum is 0, and it leads to an RSDT whose sum is 0.
    movl    $0xe0000, %esi
    movabsq $0x2052545020445352, %rax
3:  cmpq    %rax, (%rsi)
    je      4f
    addl    $16, %esi
    cmpl    $0x100000, %esi
    jb      3b
    xorl    %ecx, %ecx
    incl    %ecx
    expect  14, e
4:  movl    $20, %ecx
    movl    %esi, %edi
    call    sum
    expect  15, e
    movl    16(%rsi), %edi
    cmpl    $0x54445352, (%rdi)
    expect  16, e
    movl    4(%rdi), %ecx
    call    sum
    expect  17, e
// 18. Multiboot tells of memory from 1 MiB on that is usable.
    movl    information, %ebx
    testl   $0x40, (%rbx)
    expect  18, ne
    movl    48(%rbx), %esi
    movl    44(%rbx), %ecx
    addl    %esi, %ecx
5:  cmpq    $0x100000, 4(%rsi)
    jne     6f
    cmpl    $1, 20(%rsi)
    je      7f
6:  movl    (%rsi), %eax
    leaq    4(%rsi,%rax), %rsi
    cmpq    %rcx, %rsi
    jb      5b
    xorl    %ecx, %ecx
    incl    %ecx
    expect  19, e
7:  ret

// The sum of %ecx bytes at %rdi: flags.
sum:
    xorl    %eax, %eax
8:  addb    (%rdi), %al
    incq    %rdi
    decl    %ecx
    jnz     8b
    testb   %al, %al
    ret
