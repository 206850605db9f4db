// What surrounds the random programs of test/machine/lockstep/x86_64.ts. For each block it restores the scratch memory, loads all
// registers from a record and enters level 3 in 64-, 32- or 16-bit code. Exceptions are folded into one word and their instruction
// skipped, by a table of lengths. INT 0x90 stores the registers, folds record and scratch memory into one number, prints it and goes
// on with the next record; INT 0x91 prints all words of the record and ends. test/machine/lockstep/native-x86_64.c does the same.
    .include "pc.inc"
    .set PROGRAM, 0x400000
    .set PROGRAM_SIZE, 0x10000
    .set LENGTHS, 0x410000
    .set HEADER, 0x420000
    .set LDT, HEADER + 0x100
    .set RECORDS, 0x421000
    .set SCRATCH, 0x600000
    .set PRISTINE, 0x800000
    .set FIRST_WORDS, 6 * 512           // page 6 is absent
    .set SECOND, 7 * 4096
    .set SECOND_WORDS, 6 * 512          // page 12 is read-only, the rest absent
    .set RECORD, 704
    .set FLAGS_AT, 128
    .set RIP_AT, 136
    .set SELECTORS_AT, 144              // cs ss ds es fs gs
    .set FS_BASE_AT, 160
    .set GS_BASE_AT, 168
    .set EXCEPTIONS_AT, 176
    .set ADDRESS_AT, 184                // of the last page fault
    .set FX_AT, 192
    .set STATUS, 0xcd5
    .set LOW_STACK, 0xf000              // IRETQ to a stack of 16 bits leaves the upper ones of rsp as they are

main:
    movb    $0xff, %al                  // programs run with interrupts enabled: none may come
    outb    %al, $0x21
    outb    %al, $0xa1
    movl    $0xc0000080, %ecx
    rdmsr
    orl     $0x800, %eax                // NXE
    wrmsr
    call    map
    movq    %cr0, %rax
    andl    $~0x1000c, %eax             // WP, TS and EM off: the monitor writes pages that programs may only read
    orl     $0x40022, %eax              // AM, NE, MP
    movq    %rax, %cr0
    movq    %cr4, %rax
    orl     $0x50600, %eax              // OSFXSR, OSXMMEXCPT, FSGSBASE, OSXSAVE
    movq    %rax, %cr4
    lgdt    own_descriptors_pointer
    pushq   $8
    pushq   $1f
    lretq
1:  movl    $task, %eax
    movw    %ax, own_descriptors + 0x3a
    shrl    $16, %eax
    movb    %al, own_descriptors + 0x3c
    movl    $0x48, %eax
    lldt    %ax
    movl    $0x38, %eax
    ltr     %ax
    xorl    %ebx, %ebx
2:  movl    %ebx, %edi
    leaq    stubs(,%rbx,8), %rsi
    leaq    (%rsi,%rbx,8), %rsi
    call    set_gate
    incl    %ebx
    cmpl    $256, %ebx
    jne     2b
    orb     $0x60, interrupt_table + 16 * 3 + 5
    orb     $0x60, interrupt_table + 16 * 4 + 5
    orb     $0x60, interrupt_table + 16 * 0x90 + 5
    orb     $0x60, interrupt_table + 16 * 0x91 + 5
    movl    $PRISTINE, %edi
    movl    $(16 * 512), %ecx
    movq    $0x2545f4914f6cdd1d, %rax
3:  movq    %rax, %rdx
    shlq    $13, %rdx
    xorq    %rdx, %rax
    movq    %rax, %rdx
    shrq    $7, %rdx
    xorq    %rdx, %rax
    movq    %rax, %rdx
    shlq    $17, %rdx
    xorq    %rdx, %rax
    stosq
    decl    %ecx
    jne     3b
    movl    $RECORDS, %ebx

// Goes into the record at %rbx.
enter:
    cld
    movl    $PRISTINE, %esi
    movl    $SCRATCH, %edi
    movl    $FIRST_WORDS, %ecx
    rep movsq
    movl    $(PRISTINE + SECOND), %esi
    movl    $(SCRATCH + SECOND), %edi
    movl    $SECOND_WORDS, %ecx
    rep movsq
    movq    %rbx, current
    movq    $0, exceptions
    movq    $0, address
    fninit
    fxrstor64 FX_AT(%rbx)
    movw    SELECTORS_AT + 4(%rbx), %ds
    movw    SELECTORS_AT + 6(%rbx), %es
    movw    SELECTORS_AT + 8(%rbx), %fs
    movw    SELECTORS_AT + 10(%rbx), %gs
    cmpw    $0x33, SELECTORS_AT(%rbx)
    jne     1f
    movq    FS_BASE_AT(%rbx), %rax
    wrfsbase %rax
    movq    GS_BASE_AT(%rbx), %rax
    wrgsbase %rax
1:  movl    $LOW_STACK, %esp
    movzwl  SELECTORS_AT + 2(%rbx), %eax
    pushq   %rax
    pushq   8 * 4(%rbx)
    pushq   FLAGS_AT(%rbx)
    movzwl  SELECTORS_AT(%rbx), %eax
    pushq   %rax
    pushq   RIP_AT(%rbx)
    movq    8 * 0(%rbx), %rax
    movq    8 * 1(%rbx), %rcx
    movq    8 * 2(%rbx), %rdx
    movq    8 * 5(%rbx), %rbp
    movq    8 * 6(%rbx), %rsi
    movq    8 * 7(%rbx), %rdi
    movq    8 * 8(%rbx), %r8
    movq    8 * 9(%rbx), %r9
    movq    8 * 10(%rbx), %r10
    movq    8 * 11(%rbx), %r11
    movq    8 * 12(%rbx), %r12
    movq    8 * 13(%rbx), %r13
    movq    8 * 14(%rbx), %r14
    movq    8 * 15(%rbx), %r15
    movq    8 * 3(%rbx), %rbx
    iretq

// On the stack: vector, error code, rip, cs, rflags, rsp, ss.
trapped:
    pushq   %rax
    pushq   %rcx
    pushq   %rdx
    movq    24(%rsp), %rax
    cmpl    $0x90, %eax
    je      fold
    cmpl    $0x91, %eax
    je      dump
    shlq    $32, %rax
    orq     32(%rsp), %rax
    xorq    exceptions, %rax
    movq    $0x9e3779b97f4a7c15, %rcx
    imulq   %rcx, %rax
    cmpb    $14, 24(%rsp)
    jne     1f
    movq    %cr2, %rdx
    movq    %rdx, address
    xorq    %rdx, %rax
    imulq   %rcx, %rax
1:  movq    40(%rsp), %rdx
    xorq    %rdx, %rax
    imulq   %rcx, %rax
    movq    %rax, exceptions
    cmpw    $7, 48(%rsp)
    je      2f
    subq    $PROGRAM, %rdx
2:  cmpq    $PROGRAM_SIZE, %rdx
    jae     fold
    movzbl  LENGTHS(%rdx), %edx
    testl   %edx, %edx
    je      fold
    addq    %rdx, 40(%rsp)
    popq    %rdx
    popq    %rcx
    popq    %rax
    addq    $16, %rsp
    iretq

fold:
    call    keep
    movq    $0x243f6a8885a308d3, %rax
    movq    %rbx, %rsi
    movl    $(RECORD / 8), %ecx
    call    mix
    movl    $SCRATCH, %esi
    movl    $FIRST_WORDS, %ecx
    call    mix
    movl    $(SCRATCH + SECOND), %esi
    movl    $SECOND_WORDS, %ecx
    call    mix
    call    say
    movl    $STACK, %esp
    addq    $RECORD, %rbx
    decl    HEADER
    jne     enter
    xorl    %eax, %eax
    jmp     finish

dump:
    call    keep
    movl    $(RECORD / 8), %r9d
1:  movq    (%rbx), %rax
    call    say
    addq    $8, %rbx
    decl    %r9d
    jne     1b
    xorl    %eax, %eax
    jmp     finish

// Stores all registers into the record, %rbx afterwards. Above the return address: rdx, rcx, rax and what `trapped` finds.
keep:
    movq    current, %rax
    movq    %rbx, 8 * 3(%rax)
    movq    %rax, %rbx
    movq    24(%rsp), %rax
    movq    %rax, 8 * 0(%rbx)
    movq    16(%rsp), %rax
    movq    %rax, 8 * 1(%rbx)
    movq    8(%rsp), %rax
    movq    %rax, 8 * 2(%rbx)
    movq    %rbp, 8 * 5(%rbx)
    movq    %rsi, 8 * 6(%rbx)
    movq    %rdi, 8 * 7(%rbx)
    movq    %r8, 8 * 8(%rbx)
    movq    %r9, 8 * 9(%rbx)
    movq    %r10, 8 * 10(%rbx)
    movq    %r11, 8 * 11(%rbx)
    movq    %r12, 8 * 12(%rbx)
    movq    %r13, 8 * 13(%rbx)
    movq    %r14, 8 * 14(%rbx)
    movq    %r15, 8 * 15(%rbx)
    movq    64(%rsp), %rax
    andl    $STATUS, %eax
    movq    %rax, FLAGS_AT(%rbx)
    movq    72(%rsp), %rax
    movq    %rax, 8 * 4(%rbx)
    movq    $0, RIP_AT(%rbx)
    movq    exceptions, %rax
    movq    %rax, EXCEPTIONS_AT(%rbx)
    movq    address, %rax
    movq    %rax, ADDRESS_AT(%rbx)
    fxsave64 FX_AT(%rbx)
    movw    $0, FX_AT + 6(%rbx)         // where the x87 was, which QEMU does not follow
    movq    $0, FX_AT + 8(%rbx)
    movq    $0, FX_AT + 16(%rbx)
    movl    $0, FX_AT + 28(%rbx)        // which bits MXCSR has
    cmpw    $0x33, SELECTORS_AT(%rbx)
    je      2f
    xorl    %ecx, %ecx                  // 32-bit code has half of the registers, and of the halves no upper ones
1:  movl    $0, 4(%rbx,%rcx,8)
    movq    $0, 64(%rbx,%rcx,8)
    incl    %ecx
    cmpl    $8, %ecx
    jne     1b
2:  cld
    ret

// Folds %ecx words at %rsi into %rax.
mix:
    movq    $0x9e3779b97f4a7c15, %rdi
1:  xorq    (%rsi), %rax
    imulq   %rdi, %rax
    movq    %rax, %rdx
    shrq    $29, %rdx
    xorq    %rdx, %rax
    addq    $8, %rsi
    decl    %ecx
    jne     1b
    ret

// Prints %rax as 16 hexadecimal digits and a line end, each when the one before has left: QEMU loses what is not sent.
say:
    movl    $60, %ecx
    movq    %rax, %r8
1:  movq    %r8, %rax
    shrq    %cl, %rax
    andl    $15, %eax
    movb    digits(%rax), %r10b
    call    send
    subl    $4, %ecx
    jns     1b
    movb    $'\n', %r10b
send:
    movw    $COM1 + 5, %dx
2:  inb     %dx, %al
    testb   $0x40, %al
    je      2b
    movw    $COM1, %dx
    movb    %r10b, %al
    outb    %al, %dx
    movw    $COM1 + 5, %dx
3:  inb     %dx, %al
    testb   $0x40, %al
    je      3b
    ret

// Only what is used is there: the first MiB and what lies about the scratch memory are not.
map:
    movl    $(low_pages + 3), %eax
    movl    %eax, directory
    movl    $0x200083, directory + 8
    movl    $(program_pages + 7), %eax
    movl    %eax, directory + 0x10
    movl    $(scratch_pages + 7), %eax
    movl    %eax, directory + 0x18
    movl    $0x800083, directory + 0x20
    movl    $0x100003, %eax
    movl    $(low_pages + 8 * 256), %edi
    movl    $256, %ecx
    call    pages
    movl    $(LOW_STACK - 0x1000 + 3), low_pages + (LOW_STACK >> 12) * 8 - 8
    movl    $(PROGRAM + 5), %eax
    movl    $program_pages, %edi
    movl    $16, %ecx
    call    pages
    movl    $(PROGRAM + 0x10003), %eax
    movl    $480, %ecx                  // not up to the scratch memory
    call    pages
    movl    $(SCRATCH + 7), %eax
    movl    $scratch_pages, %edi
    movl    $13, %ecx
    call    pages
    andl    $~2, scratch_pages + 8 * 12
    movl    $scratch_pages, %edi
    movl    $13, %ecx
1:  orb     $0x80, 7(%rdi)              // no code
    addq    $8, %rdi
    decl    %ecx
    jne     1b
    movq    $0, scratch_pages + 8 * 6
    orl     $4, TABLES
    movl    $(directory + 7), %eax
    movl    %eax, TABLES + 0x1000
    movq    $0, TABLES + 0x1008
    movq    $0, TABLES + 0x1010
    movq    $0, TABLES + 0x1018
    movq    %cr3, %rax
    movq    %rax, %cr3
    ret
pages:
    stosq
    addl    $0x1000, %eax
    decl    %ecx
    jne     pages
    ret

    .balign 16
stubs:
    .set    vector, 0
    .rept   256
    .balign 16
    .if     (vector != 8) & (vector != 10) & (vector != 11) & (vector != 12) & (vector != 13) & (vector != 14) & (vector != 17)
    pushq   $0
    .endif
    pushq   $vector
    jmp     trapped
    .set    vector, vector + 1
    .endr

    .data
    .balign 16
own_descriptors:
    .quad   0, 0x00af9b000000ffff, 0x00cf93000000ffff, 0, 0x00cffb000000ffff, 0x00cff3000000ffff, 0x00affb000000ffff
    .quad   0x0000890000000067, 0          // its base is filled in
    .quad   0x0000820000000000 | (LDT & 0xffffff) << 16 | 0x7f, 0
own_descriptors_pointer:
    .word   . - own_descriptors - 1
    .quad   own_descriptors
    .balign 16
task:
    .long   0
    .quad   LOW_STACK
    .skip   90
    .word   0x68                        // no bitmap of ports
    .bss
    .balign 4096
directory:      .skip 4096
low_pages:      .skip 4096
program_pages:  .skip 4096
scratch_pages:  .skip 4096
current:        .skip 8
exceptions:     .skip 8
address:        .skip 8
