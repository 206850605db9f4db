# Start and end of the benchmark programs: entered by PVH in 32-bit protected mode, then 64-bit mode at level 0, one processor, the
# first GiB of memory as it is, the console at the first serial port.
    .section .note.pvh, "a", @note
    .long   4, 4, 18                    # XEN_ELFNOTE_PHYS32_ENTRY
    .asciz  "Xen"
    .long   _start

    .section .text.start, "ax"
    .code32
    .globl _start
_start:
    movl    $directory, %eax            # 512 pages of 2 MiB, one table for each level above
    orl     $3, %eax
    movl    %eax, pointers
    movl    $pointers, %eax
    orl     $3, %eax
    movl    %eax, root
    xorl    %ecx, %ecx
1:  movl    %ecx, %eax
    shll    $21, %eax
    orl     $0x83, %eax
    movl    %eax, directory(, %ecx, 8)
    incl    %ecx
    cmpl    $512, %ecx
    jne     1b
    movl    $root, %eax
    movl    %eax, %cr3
    movl    $0x620, %eax                # PAE, OSFXSR, OSXMMEXCPT
    movl    %eax, %cr4
    movl    $0xc0000080, %ecx           # EFER.LME
    rdmsr
    orl     $0x100, %eax
    wrmsr
    movl    $0x80000013, %eax           # PG, ET, MP, PE
    movl    %eax, %cr0
    lgdt    descriptors
    ljmp    $8, $long
    .code64
long:
    leaq    stack_top(%rip), %rsp
    call    main
    testl   %eax, %eax
    jnz     park                        # never ends: there is no power-off that says failure
    movw    $0x2000, %ax                # PM1 control: S5
    movw    $0x604, %dx
    outw    %ax, %dx
park:
    cli
    hlt
    jmp     park

    .section .rodata
    .balign 8
segments:
    .quad   0, 0x00209a0000000000
descriptors:
    .word   15
    .long   segments

    .bss
    .balign 4096
root:
    .space  4096
pointers:
    .space  4096
directory:
    .space  4096
    .space  65536
stack_top:
