/* CLINT timer and software interrupts, vectored entry, priority, delegation, WFI, and the UART through the PLIC. */
#include "bare.h"

#define MSIE 0x8
#define MTIE 0x80
#define MEIE 0x800
#define SSIE 0x2
#define STIE 0x20
#define SEIE 0x200
#define UART_IRQ 10
#define PLIC_ENABLE_M (PLIC + 0x2000)
#define PLIC_ENABLE_S (PLIC + 0x2080)
#define PLIC_THRESHOLD_M (PLIC + 0x200000)
#define PLIC_CLAIM_M (PLIC + 0x200004)
#define PLIC_CLAIM_S (PLIC + 0x201004)

/* mtimecmp := mtime + t1 */
    .macro TIMER ticks
    li      t0, MTIME
    ld      t1, 0(t0)
    li      t2, \ticks
    add     t1, t1, t2
    li      t0, MTIMECMP
    sd      t1, 0(t0)
    .endm
    .macro TIMER_OFF
    li      t0, MTIMECMP
    li      t1, -1
    sd      t1, 0(t0)
    .endm
    .macro ALLOW mask
    li      t0, \mask
    csrw    mie, t0
    .endm

    .globl main
main:
    OPEN_MEMORY
    TIMER_OFF
    CHECK   1                           /* the timer interrupts a loop */
    ALLOW   MTIE
    TIMER   100
    TRY
    csrsi   mstatus, MIE
1:  addi    s0, s0, 1
    j       1b
    CAUGHT
    li      t0, (1 << 63) + 7
    SAME    a0, t0
    EXPECT  a2, 0
    CHECK   2                           /* pending until mtimecmp moves away */
    csrr    t0, mip
    andi    t0, t0, MTIE
    EXPECT  t0, MTIE
    TIMER_OFF
    csrr    t0, mip
    andi    t0, t0, MTIE
    EXPECT  t0, 0
    CHECK   3                           /* WFI with interrupts off goes on when one is pending, without a trap */
    csrci   mstatus, MIE
    TIMER   500
    wfi
    csrr    t0, mip
    andi    t0, t0, MTIE
    EXPECT  t0, MTIE
    TIMER_OFF
    CHECK   4                           /* WFI with interrupts on: mepc is behind it */
    TIMER   500
    TRY
    csrsi   mstatus, MIE
    wfi
1:  j       1b
    CAUGHT
    la      t0, 1b
    SAME    a1, t0
    TIMER_OFF
    CHECK   5                           /* software interrupt; the CSR write that allows it takes it at once */
    ALLOW   MSIE
    li      t0, MSIP
    li      t1, 1
    sw      t1, 0(t0)
    TRY
    csrsi   mstatus, MIE
1:  j       1b
    CAUGHT
    li      t0, (1 << 63) + 3
    SAME    a0, t0
    la      t0, 1b
    SAME    a1, t0
    CHECK   6                           /* software before timer when both are pending */
    ALLOW   MSIE | MTIE
    TIMER   0
    TRY
    csrsi   mstatus, MIE
1:  j       1b
    CAUGHT
    li      t0, (1 << 63) + 3
    SAME    a0, t0
    li      t0, MSIP
    sw      x0, 0(t0)
    TRY
    csrsi   mstatus, MIE
1:  j       1b
    CAUGHT
    li      t0, (1 << 63) + 7
    SAME    a0, t0
    TIMER_OFF
    CHECK   7                           /* vectored: interrupt 7 enters at base + 28, exceptions at base */
    la      t0, vectors + 1
    csrw    mtvec, t0
    TIMER   50
    li      s1, 0
    csrsi   mstatus, MIE
1:  beqz    s1, 1b
    csrci   mstatus, MIE
    EXPECT  s1, 7
    la      t0, trap_entry
    csrw    mtvec, t0
    CHECK   8                           /* S-level software interrupt, delegated, taken in U only */
    li      t0, SSIE
    csrw    mideleg, t0
    csrw    mie, t0
    csrsi   mip, SSIE
    la      t0, in_s
    csrw    stvec, t0
    csrci   mstatus, SIE
    li      s0, 0
    TRY
    ENTER   MPP_S                       /* SIE is off in S: not taken */
    nop
    nop
    ecall
    CAUGHT
    EXPECT  a0, 9
    EXPECT  s0, 0
    TRY
    ENTER   0
1:  j       1b
    .balign 4
in_s:
    csrr    s0, scause
    csrr    s2, sepc
    csrci   sip, SSIE                   /* S may clear it */
    ecall
    CAUGHT
    li      t0, (1 << 63) + 1
    SAME    s0, t0
    la      t0, 1b
    SAME    s2, t0
    csrr    t0, mip
    andi    t0, t0, SSIE
    EXPECT  t0, 0
    CHECK   9                           /* M is interrupted from S whatever MIE says */
    csrw    mideleg, x0
    ALLOW   MTIE
    csrci   mstatus, MIE
    TIMER   300
    TRY
    ENTER   MPP_S
1:  j       1b
    CAUGHT
    li      t0, (1 << 63) + 7
    SAME    a0, t0
    TIMER_OFF
    CHECK   10                          /* the UART is ready to send: PLIC source 10 */
    li      t0, PLIC + 4 * UART_IRQ
    li      t1, 3
    sw      t1, 0(t0)
    li      t0, PLIC_ENABLE_M
    li      t1, 1 << UART_IRQ
    sw      t1, 0(t0)
    li      t0, PLIC_THRESHOLD_M
    li      t1, 3                       /* not above the threshold: masked */
    sw      t1, 0(t0)
    li      t0, UART
    li      t1, 2
    sb      t1, 1(t0)                   /* IER: transmitter empty */
    csrr    t0, mip
    li      t1, MEIE
    and     t0, t0, t1
    EXPECT  t0, 0
    li      t0, PLIC_THRESHOLD_M
    sw      x0, 0(t0)
    li      t0, MEIE
    csrw    mie, t0
    TRY
    csrsi   mstatus, MIE
1:  j       1b
    CAUGHT
    li      t0, (1 << 63) + 11
    SAME    a0, t0
    li      t0, PLIC_CLAIM_M
    lw      s0, 0(t0)
    EXPECT  s0, UART_IRQ
    lw      t1, 0(t0)
    EXPECT  t1, 0                       /* claimed: nothing else */
    csrr    t1, mip
    li      t2, MEIE
    and     t1, t1, t2
    EXPECT  t1, 0
    li      t1, UART
    lbu     t2, 2(t1)                   /* reading IIR ends it at the source */
    andi    t2, t2, 0xf
    EXPECT  t2, 2
    sb      x0, 1(t1)
    sw      s0, 0(t0)                   /* complete */
    lw      t1, 0(t0)
    EXPECT  t1, 0
    CHECK   11                          /* the S context of the PLIC drives SEIP */
    li      t0, PLIC_ENABLE_M
    sw      x0, 0(t0)
    li      t0, PLIC_ENABLE_S
    li      t1, 1 << UART_IRQ
    sw      t1, 0(t0)
    li      t0, UART
    li      t1, 2
    sb      t1, 1(t0)
    csrr    t0, mip
    li      t1, SEIE
    and     t0, t0, t1
    EXPECT  t0, SEIE
    li      t0, PLIC_CLAIM_S
    lw      t1, 0(t0)
    EXPECT  t1, UART_IRQ
    j       pass

    .balign 256
vectors:
    j       fail
    .balign 4
    j       fail
    .balign 4
    j       fail
    .balign 4
    j       fail
    .balign 4
    j       fail
    .balign 4
    j       fail
    .balign 4
    j       fail
    .balign 4
    j       timer_vector
    .balign 4
timer_vector:
    li      s1, 7
    li      t0, MTIMECMP
    li      t1, -1
    sd      t1, 0(t0)
    mret
