# The entry of a kernel on x86-64, in both syntaxes.
    .code64
    .globl _start
_start:
    cli
    movabsq $boot_stack, %rsp
    mov     %cr0, %rax
    orl     $1, %eax
    lock cmpxchgq %rbx, (%rdi)
    rep movsb
    jz      1f
    call    main
1:  hlt
    jmp     1b

    .intel_syntax noprefix
intel:
    mov     rax, qword ptr [rdi + 8*rcx + 16]
    cmovae  eax, ebx
    vmrun   rax
    lidt    [rip + table]
    movv    rax, rbx
    ret
