// Two processors and a GICv3.
    .set GIC, 3
    .include "processors.inc"
