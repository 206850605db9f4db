# Runs on QEMU in M-mode: performs each case's access with MPRV, prints cause and tval, then prints the page tables.
# Assembled into walk.qemu.test.ts by: llvm-mc -triple=riscv64 -filetype=obj, ld.lld -Ttext=0x80000000, llvm-objcopy -O binary
.option norvc
.option norelax
.globl _start
_start: auipc t0, 0
addi t0, t0, 200
csrw mtvec, t0
li t0, -1
csrw pmpaddr1, t0
li s0, 0x80001000
ld s1, 0(s0)
addi s0, s0, 8
li s2, 0x10000000
loop: ld t0, 32(s0)
csrw pmpaddr0, t0
ld t0, 40(s0)
csrw pmpcfg0, t0
ld t0, 0(s0)
csrw satp, t0
sfence.vma
ld s3, 16(s0)
ld s4, 24(s0)
ld s5, 8(s0)
li a0, 0
li a1, 0
csrw mstatus, s5
beqz s4, 1f
sw zero, 0(s3)
j done
1: lw a2, 0(s3)
done: csrw mstatus, zero
sb a0, 0(s2)
mv a5, a1
jal t0, dump
addi s0, s0, 48
addi s1, s1, -1
bnez s1, loop
csrw pmpcfg0, zero
sfence.vma
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
handler: csrw mstatus, zero
csrr a0, mcause
csrr a1, mtval
j done
dump: li a6, 8
1: sb a5, 0(s2)
srli a5, a5, 8
addi a6, a6, -1
bnez a6, 1b
jr t0
