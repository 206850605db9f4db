/* An instruction set that no folder tells. */
#if 0
        mov     r0, #1  @ a comment
#endif
        .type   entry, @function
entry:  csrr    a0, mhartid # a hart
        mov     $1, %eax
        .if LIMIT > 4
        unknown a, b
        .endif
