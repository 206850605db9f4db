/*
 * The environment of the bare test programs. A program is a list of numbered checks; it ends with PASS, or with the number
 * of the check that failed as the exit code. Everything here also holds on QEMU's virt machine, so that a failure tells
 * whether the program or the emulator is wrong: ends go through sifive_test, output through the UART.
 *
 * Register use: s11 the number of the current check, s10 what the trap handler shall do (see `trap_entry`).
 */
#define TEST_DEVICE 0x100000
#define CLINT 0x2000000
#define MSIP CLINT
#define MTIMECMP (CLINT + 0x4000)
#define MTIME (CLINT + 0xbff8)
#define PLIC 0xc000000
#define UART 0x10000000

#define MPP_M 0x1800
#define MPP_S 0x0800
#define MPP_MASK 0x1800
#define MIE 0x8
#define MPIE 0x80
#define SIE 0x2
#define SPIE 0x20
#define SPP 0x100
#define MPRV 0x20000
#define SUM 0x40000
#define MXR 0x80000
#define TVM 0x100000
#define TW 0x200000
#define TSR 0x400000
#define FS_INITIAL 0x2000

/* Compares a register with a constant. */
    .macro EXPECT reg, value
    li      t6, \value
    bne     \reg, t6, fail
    .endm

/* Compares two registers. */
    .macro SAME left, right
    bne     \left, \right, fail
    .endm

    .macro CHECK number
    li      s11, \number
    .endm

/*
 * Runs the instructions up to CAUGHT, in which exactly one must trap. Then a0 is mcause, a1 mepc, a2 mtval, a3 mstatus at
 * the trap, and the program goes on after CAUGHT in M-mode.
 */
    .macro TRY
    la      s10, 9f
    .endm
    .macro CAUGHT
    j       fail                        /* nothing trapped */
    .balign 4
9:
    li      s10, 0
    .endm

/* Drops from M-mode to the mode in MPP (0 U, MPP_S, MPP_M), going on with the next instruction. */
    .macro ENTER mode
    li      t6, MPP_MASK
    csrc    mstatus, t6
    .if \mode
    li      t6, \mode
    csrs    mstatus, t6
    .endif
    la      t6, 8f
    csrw    mepc, t6
    mret
    .balign 4
8:
    .endm

/* PMP entry 0: all memory for S and U. */
    .macro OPEN_MEMORY
    li      t6, -1
    csrw    pmpaddr0, t6
    li      t6, 0x1f
    csrw    pmpcfg0, t6
    .endm

/* Runs one instruction in S-mode, which must not trap; ends with ECALL back to M. */
    .macro ALLOWED instruction:vararg
    TRY
    ENTER   MPP_S
    \instruction
    ecall
    CAUGHT
    EXPECT  a0, 9
    .endm

/* Runs one instruction in S-mode, which must trap with `cause`. */
    .macro REFUSED cause, instruction:vararg
    TRY
    ENTER   MPP_S
    \instruction
    ecall
    CAUGHT
    EXPECT  a0, \cause
    .endm
