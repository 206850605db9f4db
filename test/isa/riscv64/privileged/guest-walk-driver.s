# Runs on QEMU in M-mode: performs each case's access as a guest's, by MPRV and MPV or by HLV and HLVX, and prints what it
# trapped with; then the page tables. A case: hgatp, vsatp, mstatus, vsstatus, address, kind, menvcfg and henvcfg, hstatus.
# PMP keeps all modes but M out of the first megabyte, where this is: a walk that sets A and D could change it.
# Assembled into guest-walk.qemu.test.ts by: llvm-mc -triple=riscv64 -mattr=+a,+h -filetype=obj, ld.lld -Ttext=0x80000000,
# llvm-objcopy -O binary
.option norvc
.option norelax
.globl _start
_start: la t0, handler
csrw mtvec, t0
li t0, 0x2001ffff
csrw pmpaddr0, t0
li t0, -1
csrw pmpaddr1, t0
li t0, 0x1f18
csrw pmpcfg0, t0
li s0, 0x80001000
ld s1, 0(s0)
addi s0, s0, 8
li s2, 0x10000000
loop: ld t0, 0(s0)
csrw hgatp, t0
ld t0, 8(s0)
csrw vsatp, t0
ld t0, 24(s0)
csrw vsstatus, t0
ld t0, 48(s0)
csrw menvcfg, t0
csrw henvcfg, t0
ld t0, 56(s0)
csrw hstatus, t0
hfence.gvma
hfence.vvma
ld s3, 32(s0)
ld s4, 40(s0)
ld s5, 16(s0)
li a0, 0
li a1, 0
li a2, 0
li a3, 0
li a4, 0
li t1, 1
li t2, 2
li t3, 3
csrw mstatus, s5
beq s4, t1, 1f
beq s4, t2, 2f
beq s4, t3, 3f
lw t0, 0(s3)
j done
1: amoor.w zero, zero, (s3)
j done
2: hlv.w t0, (s3)
j done
3: hlvx.wu t0, (s3)
done: csrw mstatus, zero
mv a5, a0
jal t0, dump
mv a5, a1
jal t0, dump
mv a5, a2
jal t0, dump
mv a5, a3
jal t0, dump
mv a5, a4
jal t0, dump
addi s0, s0, 64
addi s1, s1, -1
bnez s1, loop
li s0, 0x80100000
li s1, 0x4000
1: ld a5, 0(s0)
jal t0, dump
addi s0, s0, 8
addi s1, s1, -1
bnez s1, 1b
li t0, 0x100000
li t1, 0x5555
sw t1, 0(t0)
1: j 1b
.balign 4
handler: csrr a4, mstatus
csrw mstatus, zero
csrr a0, mcause
csrr a1, mtval
csrr a2, mtval2
csrr a3, mtinst
j done
dump: li a6, 8
1: sb a5, 0(s2)
srli a5, a5, 8
addi a6, a6, -1
bnez a6, 1b
jr t0
