/**
 * Options with which QEMU's guest time is its number of instructions, 8 ns each, and one host thread runs all harts in turns:
 * about as here. By the host's clock a timer may run out between any two instructions while the host is busy. Whatever is
 * compared with QEMU runs with them.
 */
export const QEMU_TIME: readonly string[] = ['-icount', 'shift=3,sleep=off'];
