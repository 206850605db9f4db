// From 64-bit mode down to real mode and back: compatibility code of 32 and 16 bits, protected mode, real mode with its interrupts.
    .include "pc.inc"
    .set LOW, 0x7000
// As `expect`, in 32-bit code.
    .macro  expect32 number, condition
    j\condition     9f
    movl    $\number, %eax
    movw    $EXIT, %dx
    outl    %eax, %dx
9:
    .endm

main:
// 1. 32-bit code in long mode: addresses wrap at 4 GiB, and results of 32 bits clear what is above in 64-bit code.
    movq    $-1, %rbx
    pushq   $0x18
    pushq   $compatible
    lretq
    .code32
compatible:
    movl    $0xffffffff, %eax
    incl    %eax
    expect32 1, e
    movl    $0x12345678, %ebx
    movw    $0x2a, %cx
    decl    %ecx
    ljmp    $8, $back
    .code64
back:
    movl    $0x12345678, %eax
    cmpq    %rax, %rbx
    expect  2, e
// 3. Down to protected mode without paging, and on to real mode at a place that it reaches.
    movl    $real, %esi
    movl    $LOW, %edi
    movl    $(real_end - real), %ecx
    rep movsb
    movq    %rsp, kept
    pushq   $0x18
    pushq   $down
    lretq
    .code32
down:
    movl    %cr0, %eax
    andl    $0x7fffffff, %eax
    movl    %eax, %cr0
    movl    $0xc0000080, %ecx
    rdmsr
    andl    $~0x100, %eax
    wrmsr
    movw    $0x28, %ax
    movw    %ax, %ds
    movw    %ax, %es
    movw    %ax, %ss
    ljmp    $0x20, $LOW
up:
    movw    $0x10, %ax
    movw    %ax, %ds
    movw    %ax, %es
    movw    %ax, %ss
    movl    $STACK - 0x1000, %esp
    call    enter_long_mode
    ljmp    $8, $again
    .code64
again:
    movq    kept, %rsp
    lidt    interrupt_table_pointer
// 4. What real mode found: a segment is 16 times its selector, offsets have 16 bits, and INT goes by the table at 0.
    movzwl  LOW + (found - real), %eax
    cmpl    $0x1234, %eax
    expect  4, e
    movzwl  LOW + (interrupted - real), %eax
    cmpl    $0x55aa, %eax
    expect  5, e
    movzwl  LOW + (wrapped - real), %eax
    cmpl    $1, %eax
    expect  6, e
// 7. A repeated string instruction goes through ES and DS.
    cmpl    $0xbeefcafe, LOW + (copied - real)
    expect  7, e
    cmpl    $0, LOW + (copied - real) + 4
    expect  8, e
    ret

// 16-bit code at LOW.
    .code16
real:
    movl    %cr0, %eax
    andl    $0xfffffffe, %eax
    movl    %eax, %cr0
    ljmp    $(LOW >> 4), $(1f - real)
1:  movw    $(LOW >> 4), %ax
    movw    %ax, %ds
    movw    %ax, %ss
    movw    $0x800, %sp
    xorw    %bx, %bx
    movw    %bx, %es
    lidtl   real_interrupts - real
// Through ES, at 16 * 0x0700 + 0x10.
    movw    $0x0600, %bx
    movw    %bx, %es
    movw    $0x1234, %es:(0x1000 + found - real)
    movw    $0xcafe, source - real
    movw    $0xbeef, source - real + 2
    movw    $(source - real), %si
    movw    $(0x1000 + copied - real), %di
    movw    $2, %cx
    cld
    rep movsw
// INT 0x40 by the table at 0.
    xorw    %bx, %bx
    movw    %bx, %es
    movw    $(handler - real), %es:0x100
    movw    $(LOW >> 4), %es:0x102
    int     $0x40
// SP wraps within 64 KiB.
    movw    %sp, %cx
    xorw    %sp, %sp
    pushw   %ax
    cmpw    $0xfffe, %sp
    jne     2f
    movw    $1, wrapped - real
2:  movw    %cx, %sp
    lgdtl   real_descriptors - real
    movl    %cr0, %eax
    orl     $1, %eax
    movl    %eax, %cr0
    ljmpl   $0x18, $up
handler:
    movw    $0x55aa, interrupted - real
    iretw
    .balign 4
real_interrupts:
    .word   0x3ff
    .long   0
real_descriptors:
    .word   47
    .long   descriptors
found:
    .word   0
interrupted:
    .word   0
wrapped:
    .word   0
source:
    .long   0
copied:
    .quad   0
real_end:
    .code64
    .bss
    .balign 8
kept:
    .skip   8
