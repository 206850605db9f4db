// From EL2 to EL1.
# a comment, as it begins its line
        .section ".text.head", "ax"
        .global head
head:   mrs     x0, CurrentEL
        cmp     x0, #(2 << 2)
        b.ne    1f
        mov     x1, #0x8000_0000 /* HCR_EL2.RW */
        msr     hcr_el2, x1
        adrp    x2, vectors
        add     x2, x2, :lo12:vectors
        ldr     w3, [x2, #-16]!
1:      eret
        .balign 0x800
vectors:
        b       .
