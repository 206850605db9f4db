# The boot hart.
        .text
_start: li.d    $t0, 0x9000000000000011
        csrwr   $t0, 0x180           # DMW0
        la.pcrel $sp, stack_top
        bl      main
