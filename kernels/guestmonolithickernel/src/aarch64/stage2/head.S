// The first page of the image: what runs before ArceOS, and the way back up from where ArceOS goes.
//
// ArceOS's platform crate leaves EL2 as the first thing it does. So this page comes before it and leaves a vector table in
// EL2. Later `hypervisor_mode.rs` comes back by HVC, and stays: from then on the hypervisor, ArceOS included, runs in EL2.

.arch armv8.1-a                     // for TTBR1_EL2, which came with VHE

.section .head, "ax"
.global head
.type head, %function
head:
    // Linux's Image header (64 bytes), by which QEMU and other loaders know where to put the file.
    b       keep_el2
    .long   0
    .quad   0                       // offset from a 2 MiB boundary
    .quad   _ekernel - head         // size in memory, .bss included
    .quad   0b1010                  // little-endian, 4 KiB pages, anywhere in RAM
    .quad   0, 0, 0
    .ascii  "ARM\x64"
    .long   0

// Entered by the loader with the MMU off. x0 = device tree.
.type keep_el2, %function
keep_el2:
    mrs     x9, CurrentEL
    lsr     x9, x9, #2              // CurrentEL.EL
    adrp    x10, BOOT_EL
    add     x10, x10, :lo12:BOOT_EL
    str     x9, [x10]
    cmp     x9, #2
    b.ne    1f
    adr     x9, boot_vectors
    msr     VBAR_EL2, x9
    isb
1:  b       _start                  // the platform crate's entry, which drops to EL1

// HVC from hypervisor_mode.rs, in EL1. Gives EL2 what ArceOS has set up for EL1, and returns to behind the HVC, in EL2.
// Uses x9 to x11. The MMU of EL2 is off until the end: this page is mapped 1:1, so that nothing moves when it goes on.
.global stay_in_el2
.type stay_in_el2, %function
stay_in_el2:
    mrs     x9, MAIR_EL1
    msr     MAIR_EL2, x9
    mrs     x9, TTBR0_EL1           // for now: this page
    msr     TTBR0_EL2, x9
    mrs     x9, TTBR1_EL1           // the kernel
    msr     TTBR1_EL2, x9
    mrs     x9, VBAR_EL1
    msr     VBAR_EL2, x9
    mrs     x9, SP_EL1
    mov     sp, x9
    mrs     x10, TCR_EL1
    mrs     x11, SCTLR_EL1
    ldr     x9, ={hcr}
    msr     HCR_EL2, x9             // E2H: EL2's registers have EL1's formats from here on, and answer to EL1's names
    isb
    msr     TCR_EL2, x10
    mov     x9, #(0b11 << 20)       // FPEN: floating point does not trap, here or in the guest
    msr     CPTR_EL2, x9
    mov     x9, #(0b11 << 10)       // EL1PTEN, EL1PCTEN: the guest may use its physical timer and counter
    msr     CNTHCTL_EL2, x9
    isb
    tlbi    ALLE2
    dsb     nsh
    isb
    msr     SCTLR_EL2, x11          // M, C, I: translation and caches
    isb
    mrs     x9, SPSR_EL2
    eor     x9, x9, #0b1100         // M: EL1h becomes EL2h
    msr     SPSR_EL2, x9
    eret
.ltorg

// EL2's vector table until then: 16 entries of 128 bytes. Of all exceptions only an HVC can come here, because ArceOS
// writes HCR_EL2 without any bit that would bring another one. What runs after that has vectors of its own.
.balign 2048
.global boot_vectors
.type boot_vectors, %function
boot_vectors:
.rept 8
    b       .
    .balign 128
.endr
    b       stay_in_el2             // synchronous, from a lower EL in AArch64
    .balign 128
.rept 7
    b       .
    .balign 128
.endr
