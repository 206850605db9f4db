# The way into the guest and back (AMD APM vol. 2, §15.5 VMRUN, §15.6 #VMEXIT, §15.17 global interrupt flag).
#
# extern "C" fn svm_world_switch(context: *mut VcpuContext)
#
#   who moves what         host → guest            guest → host
#   VMRUN / VM exit        RIP RSP RAX RFLAGS CS SS DS ES GDTR IDTR EFER CR0 CR3 CR4; the host's go to the page at
#                          VM_HSAVE_PA and come back. CR2 DR6 DR7: the guest's only, the host does not rely on them
#   VMSAVE, VMLOAD         FS GS TR LDTR KernelGSBase STAR LSTAR CSTAR SFMASK SYSENTER_*  (both directions, by us)
#   the moves below        the other 14 general registers
#
# x87 and SSE registers are not moved: host and guest kernel are built without them, and so is the guest's program.
# While the global interrupt flag is clear nothing can interrupt: the CPU holds registers of both worlds.
#
# The host's stack during the guest, from rsp up: context, r15, r14, r13, r12, rbx, rbp, return address. RSP has the
# same value right before VMRUN and right after it, so a debugger unwinds from the VM exit by the same rule as from
# the entry.

    .section .text
    .cfi_sections .debug_frame
    .global svm_world_switch
    .type   svm_world_switch, @function
svm_world_switch:
    .cfi_startproc
    push    rbp
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset rbp, 0
    push    rbx
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset rbx, 0
    push    r12
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset r12, 0
    push    r13
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset r13, 0
    push    r14
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset r14, 0
    push    r15
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset r15, 0
    push    rdi
    .cfi_adjust_cfa_offset 8

    clgi
    mov     rax, [rdi + {host_vmcb_pa}]
    vmsave  rax
    mov     rax, [rdi + {guest_vmcb_pa}]
    vmload  rax

    mov     rbx, [rdi + {rbx}]
    mov     rcx, [rdi + {rcx}]
    mov     rdx, [rdi + {rdx}]
    mov     rsi, [rdi + {rsi}]
    mov     rbp, [rdi + {rbp}]
    mov     r8,  [rdi + {r8}]
    mov     r9,  [rdi + {r9}]
    mov     r10, [rdi + {r10}]
    mov     r11, [rdi + {r11}]
    mov     r12, [rdi + {r12}]
    mov     r13, [rdi + {r13}]
    mov     r14, [rdi + {r14}]
    mov     r15, [rdi + {r15}]
    mov     rdi, [rdi + {rdi}]

    .global svm_vm_entry
svm_vm_entry:
    vmrun   rax

    # The guest ran. RAX and RSP are the host's again; all other general registers are still the guest's.
    .global svm_vm_exit
svm_vm_exit:
    mov     rax, [rsp]
    mov     [rax + {rbx}], rbx
    mov     [rax + {rcx}], rcx
    mov     [rax + {rdx}], rdx
    mov     [rax + {rsi}], rsi
    mov     [rax + {rdi}], rdi
    mov     [rax + {rbp}], rbp
    mov     [rax + {r8}],  r8
    mov     [rax + {r9}],  r9
    mov     [rax + {r10}], r10
    mov     [rax + {r11}], r11
    mov     [rax + {r12}], r12
    mov     [rax + {r13}], r13
    mov     [rax + {r14}], r14
    mov     [rax + {r15}], r15

    mov     rdi, rax
    mov     rax, [rdi + {guest_vmcb_pa}]
    vmsave  rax
    mov     rax, [rdi + {host_vmcb_pa}]
    vmload  rax

    pop     rdi
    .cfi_adjust_cfa_offset -8
    pop     r15
    .cfi_adjust_cfa_offset -8
    .cfi_restore r15
    pop     r14
    .cfi_adjust_cfa_offset -8
    .cfi_restore r14
    pop     r13
    .cfi_adjust_cfa_offset -8
    .cfi_restore r13
    pop     r12
    .cfi_adjust_cfa_offset -8
    .cfi_restore r12
    pop     rbx
    .cfi_adjust_cfa_offset -8
    .cfi_restore rbx
    pop     rbp
    .cfi_adjust_cfa_offset -8
    .cfi_restore rbp
    # An interrupt that made the guest exit is taken here, by the host's own handler, in the host's own world.
    stgi
    ret
    .cfi_endproc
    .size   svm_world_switch, . - svm_world_switch
