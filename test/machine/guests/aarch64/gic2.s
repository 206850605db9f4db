// Two processors and a GICv2.
    .set GIC, 2
    .include "processors.inc"
