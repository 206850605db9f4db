// The first two pages of the image: what runs in EL2, and the trampoline to it.
//
// ArceOS's platform crate leaves EL2 as the first thing it does. So this page comes before it: it keeps EL2 by leaving
// a vector table there, and gives ArceOS the CPU as it came. In EL2 the MMU is off and there is no stack: this code lives
// on physical addresses and registers alone.

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
    adr     x9, el2_vectors
    msr     VBAR_EL2, x9
    msr     TPIDR_EL2, xzr          // no guest yet
    isb
1:  b       _start                  // the platform crate's entry, which drops to EL1

// HVC from the trampoline: x0 = the guest's device tree, x1 = its entry. Makes EL1 what the guest expects after reset.
.global el2_enter_guest
.type el2_enter_guest, %function
el2_enter_guest:
    mov     x9, #0b11               // EL1PCEN, EL1PCTEN: EL1 may use the physical timer and counter
    msr     CNTHCTL_EL2, x9
    msr     CNTVOFF_EL2, xzr        // and its virtual counter shows the same time
    mov     x9, #(1 << 31)          // RW: EL1 is AArch64. VM = 0: no stage 2. TSC = 0: SMC goes to the firmware
    msr     HCR_EL2, x9
    mov     x9, #1
    msr     TPIDR_EL2, x9           // there is a guest: the next HVC is not the trampoline's
    mov     x9, #0b1111000101       // M = EL1h; D, A, I and F masked
    msr     SPSR_EL2, x9
    msr     ELR_EL2, x1
    mov     x1, xzr                 // Linux's boot protocol: x0 = device tree, x1 to x3 = 0
    mov     x2, xzr
    mov     x3, xzr
    eret

// Any other exception to EL2: say so and switch the machine off.
.global el2_unexpected
.type el2_unexpected, %function
el2_unexpected:
    mov     w9, #0x09000000         // PL011: its first register, DR, takes a character
    adr     x10, el2_message
1:  ldrb    w11, [x10], #1
    cbz     w11, 2f
    str     w11, [x9]
    b       1b
2:  mrs     x10, ESR_EL2
    mov     x12, #64                // as 16 hexadecimal digits
3:  sub     x12, x12, #4
    lsr     x11, x10, x12
    and     x11, x11, #15
    add     x11, x11, #'0'
    cmp     x11, #'9'
    b.ls    4f
    add     x11, x11, #('a' - '9' - 1)
4:  str     w11, [x9]
    cbnz    x12, 3b
    mov     w11, #'\n'
    str     w11, [x9]
    mov     w0, #0x84000000         // PSCI SYSTEM_OFF is 0x8400_0008
    orr     w0, w0, #8
    smc     #0
5:  wfi
    b       5b
el2_message:
    .asciz  "Hypervisor: unexpected exception to EL2, ESR_EL2 = 0x"

// EL2's vector table: 16 entries of 128 bytes. Only "synchronous, from a lower EL in AArch64" is expected, and once.
.balign 2048
el2_vectors:
.rept 8
    b       el2_unexpected
    .balign 128
.endr
    mrs     x9, ESR_EL2
    lsr     x9, x9, #26             // EC
    cmp     x9, #0x16               // HVC executed in AArch64
    b.ne    el2_unexpected
    mrs     x9, TPIDR_EL2
    cbz     x9, el2_enter_guest
    b       el2_unexpected
    .balign 128
.rept 7
    b       el2_unexpected
    .balign 128
.endr

// The second page, mapped 1:1 by map_trampoline and entered there, in EL1: from the hypervisor's virtual addresses to
// physical ones. x0 = the guest's device tree, x1 = its entry, x2 = what to take out of SCTLR_EL1.
.section .trampoline, "ax"
.balign 4096
.global trampoline
.type trampoline, %function
trampoline:
    msr     DAIFSet, #0b1111        // no interrupt: the vectors are at virtual addresses, too
    msr     CNTP_CTL_EL0, xzr       // and no timer, as after reset
    mrs     x9, SCTLR_EL1
    bic     x9, x9, x2              // M, C and I: no translation, no caches
    dsb     sy                      // what was written until now, page tables included, is complete
    msr     SCTLR_EL1, x9
    isb                             // from here on addresses are physical; the 1:1 page makes the next one the same
    tlbi    VMALLE1                 // forget the hypervisor's translations
    ic      IALLU                   // and its instructions
    dsb     nsh
    isb
    hvc     #0                      // to el2_enter_guest
