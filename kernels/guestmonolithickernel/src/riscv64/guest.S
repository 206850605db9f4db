# The world switch: enter_guest(context) goes into the guest; guest_exit is where the next trap out of it arrives.
# For the caller it is one function call. Offsets in braces are those of VcpuContext (vcpu.rs).
#
# The lines with .cfi tell a debugger how to get from any place here to the caller of enter_guest, also from inside
# the guest's turn: the caller's registers lie on its stack in a frame of 128 bytes, whose address is in host_sp.

        .section .text
        .cfi_sections .debug_frame
        .balign 4
        .global enter_guest
        .type enter_guest, @function
enter_guest:                            # a0 = context
        .cfi_startproc
        # The hypervisor's registers that a function must preserve, to its stack.
        addi    sp, sp, -128
        .cfi_def_cfa_offset 128
        sd      ra, 0(sp)
        .cfi_offset ra, -128
        sd      gp, 8(sp)
        .cfi_offset gp, -120
        sd      tp, 16(sp)
        .cfi_offset tp, -112
        sd      s0, 24(sp)
        .cfi_offset s0, -104
        sd      s1, 32(sp)
        .cfi_offset s1, -96
        sd      s2, 40(sp)
        .cfi_offset s2, -88
        sd      s3, 48(sp)
        .cfi_offset s3, -80
        sd      s4, 56(sp)
        .cfi_offset s4, -72
        sd      s5, 64(sp)
        .cfi_offset s5, -64
        sd      s6, 72(sp)
        .cfi_offset s6, -56
        sd      s7, 80(sp)
        .cfi_offset s7, -48
        sd      s8, 88(sp)
        .cfi_offset s8, -40
        sd      s9, 96(sp)
        .cfi_offset s9, -32
        sd      s10, 104(sp)
        .cfi_offset s10, -24
        sd      s11, 112(sp)
        .cfi_offset s11, -16

        sd      sp, {host_sp}(a0)
        # From here on sp may be the guest's: the frame is found by the context, whose address is in a0.
        # CFA = *(a0 + host_sp) + 128: DW_OP_breg10, DW_OP_deref, DW_OP_plus_uconst
        .cfi_escape 0x0f, 7, 0x7a, ({host_sp} & 0x7f) | 0x80, {host_sp} >> 7, 0x06, 0x23, 0x80, 0x01

        # The CSRs: the guest's values in, the hypervisor's out.
        ld      t0, {sstatus}(a0)
        csrrw   t0, sstatus, t0
        sd      t0, {host_sstatus}(a0)
        ld      t0, {hstatus}(a0)
        csrrw   t0, hstatus, t0
        sd      t0, {host_hstatus}(a0)
        csrrw   t0, sscratch, a0        # sscratch = context, for guest_exit
        sd      t0, {host_sscratch}(a0)
        la      t0, guest_exit
        csrrw   t0, stvec, t0           # the next trap goes to guest_exit
        sd      t0, {host_stvec}(a0)
        ld      t0, {sepc}(a0)
        csrw    sepc, t0

        # The guest's registers; a0 last, because the others come from where it points.
        ld      ra, 8(a0)
        ld      sp, 16(a0)
        ld      gp, 24(a0)
        ld      tp, 32(a0)
        ld      t0, 40(a0)
        ld      t1, 48(a0)
        ld      t2, 56(a0)
        ld      s0, 64(a0)
        ld      s1, 72(a0)
        ld      a1, 88(a0)
        ld      a2, 96(a0)
        ld      a3, 104(a0)
        ld      a4, 112(a0)
        ld      a5, 120(a0)
        ld      a6, 128(a0)
        ld      a7, 136(a0)
        ld      s2, 144(a0)
        ld      s3, 152(a0)
        ld      s4, 160(a0)
        ld      s5, 168(a0)
        ld      s6, 176(a0)
        ld      s7, 184(a0)
        ld      s8, 192(a0)
        ld      s9, 200(a0)
        ld      s10, 208(a0)
        ld      s11, 216(a0)
        ld      t3, 224(a0)
        ld      t4, 232(a0)
        ld      t5, 240(a0)
        ld      t6, 248(a0)
        ld      a0, 80(a0)
        # a0 is the guest's, sscratch still has the context: DW_OP_bregx 4416
        .cfi_escape 0x0f, 9, 0x92, 0xc0, 0x22, ({host_sp} & 0x7f) | 0x80, {host_sp} >> 7, 0x06, 0x23, 0x80, 0x01
        sret                            # V becomes 1: this is the VM entry

        .cfi_endproc
        .size enter_guest, . - enter_guest

        # Now the guest runs.
        .balign 4
        .global guest_exit
        .type guest_exit, @function
guest_exit:                             # in HS-mode, V is 0; all registers but the CSRs are the guest's
        .cfi_startproc
        .cfi_escape 0x0f, 9, 0x92, 0xc0, 0x22, ({host_sp} & 0x7f) | 0x80, {host_sp} >> 7, 0x06, 0x23, 0x80, 0x01
        .cfi_offset ra, -128
        .cfi_offset gp, -120
        .cfi_offset tp, -112
        .cfi_offset s0, -104
        .cfi_offset s1, -96
        .cfi_offset s2, -88
        .cfi_offset s3, -80
        .cfi_offset s4, -72
        .cfi_offset s5, -64
        .cfi_offset s6, -56
        .cfi_offset s7, -48
        .cfi_offset s8, -40
        .cfi_offset s9, -32
        .cfi_offset s10, -24
        .cfi_offset s11, -16
        csrrw   a0, sscratch, a0        # a0 = context, sscratch = the guest's a0
        .cfi_escape 0x0f, 7, 0x7a, ({host_sp} & 0x7f) | 0x80, {host_sp} >> 7, 0x06, 0x23, 0x80, 0x01
        # The guest's registers into the context.
        sd      ra, 8(a0)
        sd      sp, 16(a0)
        sd      gp, 24(a0)
        sd      tp, 32(a0)
        sd      t0, 40(a0)
        sd      t1, 48(a0)
        sd      t2, 56(a0)
        sd      s0, 64(a0)
        sd      s1, 72(a0)
        sd      a1, 88(a0)
        sd      a2, 96(a0)
        sd      a3, 104(a0)
        sd      a4, 112(a0)
        sd      a5, 120(a0)
        sd      a6, 128(a0)
        sd      a7, 136(a0)
        sd      s2, 144(a0)
        sd      s3, 152(a0)
        sd      s4, 160(a0)
        sd      s5, 168(a0)
        sd      s6, 176(a0)
        sd      s7, 184(a0)
        sd      s8, 192(a0)
        sd      s9, 200(a0)
        sd      s10, 208(a0)
        sd      s11, 216(a0)
        sd      t3, 224(a0)
        sd      t4, 232(a0)
        sd      t5, 240(a0)
        sd      t6, 248(a0)
        csrr    t0, sscratch
        sd      t0, 80(a0)              # a0
        csrr    t0, sepc
        sd      t0, {sepc}(a0)

        # What happened.
        csrr    t0, scause
        sd      t0, {scause}(a0)
        csrr    t0, stval
        sd      t0, {stval}(a0)
        csrr    t0, htval
        sd      t0, {htval}(a0)
        csrr    t0, htinst
        sd      t0, {htinst}(a0)

        # The CSRs: the hypervisor's values in, the guest's out.
        ld      t0, {host_sstatus}(a0)
        csrrw   t0, sstatus, t0
        sd      t0, {sstatus}(a0)
        ld      t0, {host_hstatus}(a0)
        csrrw   t0, hstatus, t0
        sd      t0, {hstatus}(a0)
        ld      t0, {host_stvec}(a0)
        csrw    stvec, t0
        ld      t0, {host_sscratch}(a0)
        csrw    sscratch, t0

        # The hypervisor's registers from its stack.
        ld      sp, {host_sp}(a0)
        .cfi_def_cfa sp, 128
        ld      ra, 0(sp)
        ld      gp, 8(sp)
        ld      tp, 16(sp)
        ld      s0, 24(sp)
        ld      s1, 32(sp)
        ld      s2, 40(sp)
        ld      s3, 48(sp)
        ld      s4, 56(sp)
        ld      s5, 64(sp)
        ld      s6, 72(sp)
        ld      s7, 80(sp)
        ld      s8, 88(sp)
        ld      s9, 96(sp)
        ld      s10, 104(sp)
        ld      s11, 112(sp)
        .cfi_restore ra
        .cfi_restore gp
        .cfi_restore tp
        .cfi_restore s0
        .cfi_restore s1
        .cfi_restore s2
        .cfi_restore s3
        .cfi_restore s4
        .cfi_restore s5
        .cfi_restore s6
        .cfi_restore s7
        .cfi_restore s8
        .cfi_restore s9
        .cfi_restore s10
        .cfi_restore s11
        addi    sp, sp, 128
        .cfi_def_cfa_offset 0
        ret                             # to the caller of enter_guest
        .cfi_endproc
        .size guest_exit, . - guest_exit
