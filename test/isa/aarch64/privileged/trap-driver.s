// Runs cases at a level each and sends what became of them. Assembled by: clang-19 --target=aarch64-none-elf -c trap-driver.s
// Cases lie at 0x40900000: how many, then 96 bytes each: two instructions, SPSR, HCR, CPTR, MDCR, CNTHCTL, SCTLR_EL1, CNTKCTL,
// CPACR, SCTLR_EL2, x3, PMUSERENR.
  .text
  .globl _start
_start:
  b begin
  .balign 2048
vectors2:
  .set n, 0
  .rept 16
  mov x4, #n
  b taken
  .balign 128
  .set n, n + 1
  .endr
vectors1:
  .set n, 0
  .rept 16
  hvc #(0x100 + n)
  .balign 128
  .set n, n + 1
  .endr
begin:
  adr x0, vectors2
  msr vbar_el2, x0
  adr x0, vectors1
  msr vbar_el1, x0
  movz x20, #0x4090, lsl #16
  movz x21, #0x900, lsl #16
  ldr x19, [x20], #8
next:
  cbz x19, done
  sub x19, x19, #1
  msr esr_el1, xzr
  msr elr_el1, xzr
  msr spsr_el1, xzr
  msr far_el1, xzr
  msr esr_el2, xzr
  msr far_el2, xzr
  ldr x0, [x20]
  adr x2, stub
  str x0, [x2]
  dsb sy
  ic iallu
  dsb sy
  isb
  msr elr_el2, x2
  ldr x0, [x20, #8]
  msr spsr_el2, x0
  ldr x0, [x20, #24]
  msr cptr_el2, x0
  ldr x0, [x20, #32]
  msr mdcr_el2, x0
  ldr x0, [x20, #40]
  msr cnthctl_el2, x0
  ldr x0, [x20, #48]
  msr sctlr_el1, x0
  ldr x0, [x20, #56]
  msr cntkctl_el1, x0
  ldr x0, [x20, #64]
  msr cpacr_el1, x0
  ldr x0, [x20, #72]
  msr sctlr_el2, x0
  ldr x0, [x20, #88]
  msr pmuserenr_el0, x0
  ldr x3, [x20, #80]
  ldr x0, [x20, #16]
  msr hcr_el2, x0
  isb
  add x20, x20, #96
  eret
  .balign 8
stub:
  .word 0
  .word 0
  brk #1
taken:
  mrs x5, esr_el2
  mrs x6, elr_el2
  mrs x7, spsr_el2
  mrs x8, far_el2
  movz x0, #0x8000, lsl #16
  msr hcr_el2, x0
  isb
  mrs x9, esr_el1
  mrs x10, elr_el1
  mrs x11, spsr_el1
  mrs x12, far_el1
  mov x0, x3
  bl send
  mov x0, x4
  bl send
  mov x0, x5
  bl send
  mov x0, x6
  bl send
  mov x0, x7
  bl send
  mov x0, x8
  bl send
  mov x0, x9
  bl send
  mov x0, x10
  bl send
  mov x0, x11
  bl send
  mov x0, x12
  bl send
  b next
send:
  mov x13, #8
1:
  and w14, w0, #255
  str w14, [x21]
  lsr x0, x0, #8
  subs x13, x13, #1
  b.ne 1b
  ret
done:
  movz x0, #0x8400, lsl #16
  movk x0, #8
  smc #0
  b .
