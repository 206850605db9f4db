# Runs on QEMU and here: for each case sets the registers that govern traps, enters a mode, and lets one instruction trap or an
# interrupt be taken; prints where it went and all that was written. A case is 12 words: kind of instruction, mstatus,
# hstatus, vsstatus, medeleg, hedeleg, mideleg, hideleg, mip, hvip, mie, counter enables.
# Assembled into trap.qemu.test.ts by: llvm-mc -triple=riscv64 -mattr=+a,+d,+h,+svinval -filetype=obj,
# ld.lld -Ttext=0x80000000, llvm-objcopy -O binary
.option norvc
.option norelax
.globl _start
_start: la t0, machine
csrw mtvec, t0
la t0, supervisor
csrw stvec, t0
la t0, guest
csrw vstvec, t0
li t0, -1
csrw pmpaddr0, t0
li t0, 0x1f
csrw pmpcfg0, t0
csrw menvcfg, zero
csrw satp, zero
csrw vsatp, zero
csrw hgatp, zero
li s0, 0x80001000
ld s1, 0(s0)
addi s0, s0, 8
li s2, 0x10000000
loop: csrw mstatus, zero
ld t0, 16(s0)
csrw hstatus, t0
ld t0, 24(s0)
csrw vsstatus, t0
ld t0, 32(s0)
csrw medeleg, t0
ld t0, 40(s0)
csrw hedeleg, t0
ld t0, 48(s0)
csrw mideleg, t0
ld t0, 56(s0)
csrw hideleg, t0
ld t0, 64(s0)
csrw mip, t0
ld t0, 72(s0)
csrw hvip, t0
ld t0, 80(s0)
csrw mie, t0
ld t0, 88(s0)
csrw mcounteren, t0
srli t0, t0, 8
csrw hcounteren, t0
srli t0, t0, 8
csrw scounteren, t0
csrw scause, zero
csrw sepc, zero
csrw stval, zero
csrw htval, zero
csrw htinst, zero
csrw vscause, zero
csrw vsepc, zero
csrw vstval, zero
la t0, stubs
ld t1, 0(s0)
slli t1, t1, 3
add t0, t0, t1
csrw mepc, t0
li s3, 0
# An address where nothing is.
li a1, 0x4000000000
ld t0, 8(s0)
csrw mstatus, t0
mret
.balign 8
stubs: ecall
j nothing
ebreak
j nothing
csrr t0, mscratch
j nothing
csrr t0, hstatus
j nothing
csrr t0, sscratch
j nothing
csrr t0, instret
j nothing
csrr t0, satp
j nothing
csrw vsatp, zero
j nothing
csrr t0, hgatp
j nothing
.word 0
j nothing
sret
j nothing
mret
j nothing
sfence.vma
j nothing
hfence.vvma
j nothing
hfence.gvma
j nothing
sinval.vma zero, zero
j nothing
fmv.d.x fa0, zero
j nothing
ld t0, 8(a1)
j nothing
sw t0, -4(a1)
j nothing
amoadd.d t0, t1, (a1)
j nothing
lr.w t0, (a1)
j nothing
hlv.d t0, (a1)
j nothing
hsv.b t0, (a1)
j nothing
jr a1
j nothing
nothing: ebreak
# The second trap into M carries the answer of the others.
.balign 4
supervisor: li s3, 1
ecall
.balign 4
guest: li s3, 2
ecall
.balign 4
machine: mv a5, s3
jal t0, dump
csrr a5, mcause
jal t0, dump
csrr a5, mepc
jal t0, dump
csrr a5, mtval
jal t0, dump
csrr a5, mtval2
jal t0, dump
csrr a5, mtinst
jal t0, dump
csrr a5, mstatus
jal t0, dump
csrr a5, hstatus
jal t0, dump
csrr a5, scause
jal t0, dump
csrr a5, sepc
jal t0, dump
csrr a5, stval
jal t0, dump
csrr a5, htval
jal t0, dump
csrr a5, htinst
jal t0, dump
csrr a5, vsstatus
jal t0, dump
csrr a5, vscause
jal t0, dump
csrr a5, vsepc
jal t0, dump
csrr a5, vstval
jal t0, dump
addi s0, s0, 96
addi s1, s1, -1
bnez s1, again
li t0, 0x100000
li t1, 0x5555
sw t1, 0(t0)
1: j 1b
again: j loop
dump: li a6, 8
1: sb a5, 0(s2)
srli a5, a5, 8
addi a6, a6, -1
bnez a6, 1b
jr t0
