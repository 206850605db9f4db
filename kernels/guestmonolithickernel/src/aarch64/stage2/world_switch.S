// The world switch: enter_guest(context) goes into the guest; guest_exit is where the next exception out of it arrives.
// For the caller it is one function call. Offsets in braces are those of VcpuContext (vcpu.rs).
//
// While the guest runs, SP_EL2 keeps the address of the frame that enter_guest has made: 112 bytes, at 0 to 88 the
// caller's x19 to x30, at 96 the context's address. The lines with .cfi tell that to a debugger.

        .section .text
        .cfi_sections .debug_frame
        .balign 4
        .global enter_guest
        .type enter_guest, %function
enter_guest:                            // x0 = context
        .cfi_startproc
        // The hypervisor's registers that a function must preserve, to its stack.
        sub     sp, sp, #112
        .cfi_def_cfa_offset 112
        stp     x19, x20, [sp]
        .cfi_offset x19, -112
        .cfi_offset x20, -104
        stp     x21, x22, [sp, #16]
        .cfi_offset x21, -96
        .cfi_offset x22, -88
        stp     x23, x24, [sp, #32]
        .cfi_offset x23, -80
        .cfi_offset x24, -72
        stp     x25, x26, [sp, #48]
        .cfi_offset x25, -64
        .cfi_offset x26, -56
        stp     x27, x28, [sp, #64]
        .cfi_offset x27, -48
        .cfi_offset x28, -40
        stp     x29, x30, [sp, #80]
        .cfi_offset x29, -32
        .cfi_offset x30, -24
        str     x0, [sp, #96]           // for guest_exit

        // The system registers that guest and hypervisor both use: the guest's values in, the hypervisor's out.
        mrs     x9, SP_EL0
        str     x9, [x0, {host_sp_el0}]
        mrs     x9, TPIDR_EL1
        str     x9, [x0, {host_tpidr_el1}]
        mrs     x9, VBAR_EL2
        str     x9, [x0, {host_vbar}]
        adrp    x9, guest_vectors
        add     x9, x9, :lo12:guest_vectors
        msr     VBAR_EL2, x9            // the next exception goes to guest_exit
        ldr     x9, ={hcr_guest}
        msr     HCR_EL2, x9             // VM: stage 2. No TGE: EL1 and EL0 are the guest's
        ldr     x9, [x0, {sp_el0}]
        msr     SP_EL0, x9
        ldr     x9, [x0, {tpidr_el1}]
        msr     TPIDR_EL1, x9
        ldr     x9, [x0, {pc}]
        msr     ELR_EL2, x9
        ldr     x9, [x0, {pstate}]
        msr     SPSR_EL2, x9

        // The guest's registers; x0 last, because the others come from where it points.
        ldp     x2, x3, [x0, #16]
        ldp     x4, x5, [x0, #32]
        ldp     x6, x7, [x0, #48]
        ldp     x8, x9, [x0, #64]
        ldp     x10, x11, [x0, #80]
        ldp     x12, x13, [x0, #96]
        ldp     x14, x15, [x0, #112]
        ldp     x16, x17, [x0, #128]
        ldp     x18, x19, [x0, #144]
        ldp     x20, x21, [x0, #160]
        ldp     x22, x23, [x0, #176]
        ldp     x24, x25, [x0, #192]
        ldp     x26, x27, [x0, #208]
        ldp     x28, x29, [x0, #224]
        ldr     x30, [x0, #240]
        ldp     x0, x1, [x0]
        eret                            // to EL1 or EL0: this is the VM entry
        .ltorg

        .cfi_endproc
        .size enter_guest, . - enter_guest

        // Now the guest runs.
        .balign 4
        .global guest_exit
        .type guest_exit, %function
guest_exit:                             // from guest_vectors: x0 = kind, the guest's x0 and x1 on the stack
        .cfi_startproc
        .cfi_def_cfa sp, 128
        .cfi_offset x19, -112
        .cfi_offset x20, -104
        .cfi_offset x21, -96
        .cfi_offset x22, -88
        .cfi_offset x23, -80
        .cfi_offset x24, -72
        .cfi_offset x25, -64
        .cfi_offset x26, -56
        .cfi_offset x27, -48
        .cfi_offset x28, -40
        .cfi_offset x29, -32
        .cfi_offset x30, -24
        ldr     x1, [sp, #112]          // the context
        // The guest's registers into the context.
        stp     x2, x3, [x1, #16]
        stp     x4, x5, [x1, #32]
        stp     x6, x7, [x1, #48]
        stp     x8, x9, [x1, #64]
        stp     x10, x11, [x1, #80]
        stp     x12, x13, [x1, #96]
        stp     x14, x15, [x1, #112]
        stp     x16, x17, [x1, #128]
        stp     x18, x19, [x1, #144]
        stp     x20, x21, [x1, #160]
        stp     x22, x23, [x1, #176]
        stp     x24, x25, [x1, #192]
        stp     x26, x27, [x1, #208]
        stp     x28, x29, [x1, #224]
        str     x30, [x1, #240]
        ldp     x2, x3, [sp], #16
        .cfi_def_cfa_offset 112
        stp     x2, x3, [x1]            // x0, x1

        // What happened.
        str     x0, [x1, {kind}]
        mrs     x9, ESR_EL2
        str     x9, [x1, {esr}]
        mrs     x9, FAR_EL2
        str     x9, [x1, {far}]
        mrs     x9, HPFAR_EL2
        str     x9, [x1, {hpfar}]

        // The system registers: the hypervisor's values in, the guest's out.
        mrs     x9, ELR_EL2
        str     x9, [x1, {pc}]
        mrs     x9, SPSR_EL2
        str     x9, [x1, {pstate}]
        mrs     x9, SP_EL0
        str     x9, [x1, {sp_el0}]
        mrs     x9, TPIDR_EL1
        str     x9, [x1, {tpidr_el1}]
        ldr     x9, [x1, {host_sp_el0}]
        msr     SP_EL0, x9
        ldr     x9, [x1, {host_tpidr_el1}]
        msr     TPIDR_EL1, x9
        ldr     x9, [x1, {host_vbar}]
        msr     VBAR_EL2, x9
        ldr     x9, ={hcr_host}
        msr     HCR_EL2, x9
        isb

        // The hypervisor's registers from its stack.
        ldp     x19, x20, [sp]
        ldp     x21, x22, [sp, #16]
        ldp     x23, x24, [sp, #32]
        ldp     x25, x26, [sp, #48]
        ldp     x27, x28, [sp, #64]
        ldp     x29, x30, [sp, #80]
        .cfi_restore x19
        .cfi_restore x20
        .cfi_restore x21
        .cfi_restore x22
        .cfi_restore x23
        .cfi_restore x24
        .cfi_restore x25
        .cfi_restore x26
        .cfi_restore x27
        .cfi_restore x28
        .cfi_restore x29
        .cfi_restore x30
        add     sp, sp, #112
        .cfi_def_cfa_offset 0
        ret                             // to the caller of enter_guest
        .ltorg
        .cfi_endproc
        .size guest_exit, . - guest_exit

        // EL2's vector table while the guest runs: four kinds of exception (synchronous, IRQ, FIQ, SError) from each of four
        // places. From EL2 itself they come only if this file has a mistake; they are reported like an exit.
        .balign 2048
        .global guest_vectors
        .type guest_vectors, %function
guest_vectors:
        .cfi_startproc
        .cfi_def_cfa sp, 112
        .cfi_offset x19, -112
        .cfi_offset x20, -104
        .cfi_offset x21, -96
        .cfi_offset x22, -88
        .cfi_offset x23, -80
        .cfi_offset x24, -72
        .cfi_offset x25, -64
        .cfi_offset x26, -56
        .cfi_offset x27, -48
        .cfi_offset x28, -40
        .cfi_offset x29, -32
        .cfi_offset x30, -24
        .rept 8                         // from EL2
        stp     x0, x1, [sp, #-16]!
        .cfi_adjust_cfa_offset 16
        mov     x0, #4
        b       guest_exit
        .cfi_adjust_cfa_offset -16
        .balign 128
        .endr
        .rept 2                         // from EL1 or EL0: in AArch64, then in AArch32, which a program in EL0 may use
        stp     x0, x1, [sp, #-16]!
        .cfi_adjust_cfa_offset 16
        mov     x0, #0                  // synchronous
        b       guest_exit
        .cfi_adjust_cfa_offset -16
        .balign 128
        stp     x0, x1, [sp, #-16]!
        .cfi_adjust_cfa_offset 16
        mov     x0, #1                  // IRQ
        b       guest_exit
        .cfi_adjust_cfa_offset -16
        .balign 128
        stp     x0, x1, [sp, #-16]!
        .cfi_adjust_cfa_offset 16
        mov     x0, #2                  // FIQ
        b       guest_exit
        .cfi_adjust_cfa_offset -16
        .balign 128
        stp     x0, x1, [sp, #-16]!
        .cfi_adjust_cfa_offset 16
        mov     x0, #3                  // SError
        b       guest_exit
        .cfi_adjust_cfa_offset -16
        .balign 128
        .endr
        .cfi_endproc
        .size guest_vectors, . - guest_vectors
