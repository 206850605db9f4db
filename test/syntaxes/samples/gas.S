# Long mode.
        .code64
        .set    CR0_PG, 1 << 31
start:  movq    $0x1f, %rax          # an immediate
        lock cmpxchgq %rbx, (%rdi)
        rep movsb
        movq    %gs:current, %rdx
        mov     %fs:0x28(%rax, %rcx, 8), %rbx
        jmp     1f; hlt
1:      ud2
        .quad   start, . - start
