/* A PMP entry that matches some bytes of an access only: the access fails, whatever the rights. */
#include "bare.h"

#define R 1
#define W 2
#define X 4
#define TOR 0x08
#define NA4 0x10
#define NAPOT 0x18
#define L 0x80

    .globl main
main:
    la      s0, zone
    li      t0, -1
    csrw    pmpaddr7, t0
    CHECK   1                           /* an aligned access that only half lies in an entry fails, whatever the rights */
    srli    t0, s0, 2
    addi    t0, t0, 4
    csrw    pmpaddr0, t0
    li      t0, ((NAPOT | R | W | X) << 56) | NA4 | R
    csrw    pmpcfg0, t0
    ALLOWED lw t0, 16(s0)
    REFUSED 5, ld t0, 16(s0)
    j       pass

    .bss
    .balign 4096
zone:   .space 4096
