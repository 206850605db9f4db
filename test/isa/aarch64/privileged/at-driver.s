# Runs on QEMU at EL2 with the MMU off: performs each case's `at`, and sends PAR_EL1; where it is an exception, ESR_EL2 with bit 63.
# Assembled into at.qemu.test.ts by: llvm-mc -triple=aarch64 -mattr=+v8.2a -filetype=obj, ld.lld -Ttext=0x40400000, llvm-objcopy -O binary
.globl _start
_start: adr x0, vectors
msr vbar_el2, x0
msr pan, #1
mov x20, #0x09000000
mov w1, #0x301
str w1, [x20, #0x30]
mov x21, #0x40500000
ldr x22, [x21], #8
loop: ldp x0, x1, [x21]
msr hcr_el2, x0
msr sctlr_el1, x1
ldp x0, x1, [x21, #16]
msr tcr_el1, x0
msr ttbr0_el1, x1
ldp x0, x1, [x21, #32]
msr ttbr1_el1, x0
msr mair_el1, x1
ldp x0, x1, [x21, #48]
msr vtcr_el2, x0
msr vttbr_el2, x1
ldp x0, x1, [x21, #64]
isb
tlbi alle1
dsb sy
isb
adr x2, ops
add x2, x2, x1, lsl #3
br x2
ops: at s1e1r, x0
b done
at s1e1w, x0
b done
at s1e0r, x0
b done
at s1e0w, x0
b done
at s1e1rp, x0
b done
at s1e1wp, x0
b done
at s12e1r, x0
b done
at s12e1w, x0
b done
at s12e0r, x0
b done
at s12e0w, x0
done: isb
mrs x9, par_el1
out: mov x3, #8
1: strb w9, [x20]
lsr x9, x9, #8
subs x3, x3, #1
b.ne 1b
add x21, x21, #80
subs x22, x22, #1
b.ne loop
mov x0, #0x18
adr x1, ended
hlt #0xf000
2: b 2b
.balign 8
ended: .quad 0x20026, 0
.balign 2048
vectors: .skip 0x200
mrs x9, esr_el2
orr x9, x9, #0x8000000000000000
adr x4, out
msr elr_el2, x4
eret
