/**
 * Loads and stores that compilers write all the time. The fast interpreters execute these themselves, with the stack pointer
 * as base (`-sp`) in rows of their own; the others are functions to them, so that they stay small. Only speed depends on it.
 */
const HOT = new Set(
  [
    'strb-w ldrb-w strh-w ldrh-w ldrsh-w ldursh-w str-w ldr-w str-x ldr-x ldrsw-x ldr-d str-d',
    'strb-w-sp ldrb-w-sp str-w-sp ldr-w-sp str-x-sp ldr-x-sp',
    'sturb-w ldurb-w stur-w ldur-w stur-x ldur-x',
    'strb-w-post ldrb-w-post ldrb-w-pre str-w-post ldr-w-post str-x-post ldr-x-post ldr-x-post-sp str-x-pre-sp',
    'strb-w-lsl ldrb-w-lsl ldrh-w-lsl1 str-w-lsl2 ldr-w-lsl2 ldrsw-x-lsl2 str-x-lsl3 ldr-x-lsl3 str-x-lsl ldr-x-lsl',
    'ldrb-w-uxtw ldr-w-uxtw2 ldr-x-uxtw3 ldr-w-sxtw2 ldr-x-sxtw3',
    'stp-x ldp-x stp-x-sp ldp-x-sp stp-x-pre-sp ldp-x-post-sp stp-x-post ldp-x-post stp-w ldp-w',
    'ldxr-w ldxr-x ldaxr-w ldaxr-x stxr-w stxr-x stlxr-w stlxr-x ldar-w ldar-x stlr-w stlr-x',
  ].flatMap((line) => line.split(' ')),
);

/** Whether a row is one of them, by its name. */
export const isHot = (row: string): boolean => HOT.has(row);

/** Whether a row is another load or store. */
export const isOtherMemory = (row: string): boolean => /^(?:(?:ld|st)[^1-4]|cas|swp)/.test(row) && !isHot(row);
