import { describe, expect, test } from 'vitest';
import { entriesIn } from '../../../src/vscode/trees/entry-rules';

const found = (file: string, ...lines: string[]): string[] =>
  entriesIn(file, lines.join('\n')).map(({ line, symbol }) => `${line + 1} ${symbol}`);

describe('where a kernel begins in its sources', () => {
  test.each<[string, string[], string[]]>([
    ['main.c', ['int main(void) {'], ['1 main']],
    ['main.c', ['void', 'main()', '{'], ['2 main']],
    ['main.c', ['__attribute__((noreturn))', 'void kernel_main(unsigned long hart, void *tree)'], ['2 kernel_main']],
    ['main.c', ['void kmain(void);', 'static int x;', 'void kmain(void)', '{'], ['3 kmain']],
    ['init/main.c', ['asmlinkage __visible void start_kernel(void)'], ['1 start_kernel']],
    ['main.c', ['  main();', 'int mainly(void) {', 'int domain(int x) {'], []],
    ['tool.c', ['#include <stdio.h>', 'int main(void) {'], []],
    ['user/ls.c', ['#include "user/user.h"', 'int', 'main(int argc, char *argv[])'], []],
    ['kernel.cpp', ['extern "C" void kmain() {'], ['1 kmain']],
    ['main.rs', ['#[no_mangle]', 'pub extern "C" fn rust_main() -> ! {'], ['2 rust_main']],
    ['main.rs', ['#[unsafe(no_mangle)]', '#[inline(never)]', 'fn main() {'], ['3 main']],
    ['main.rs', ['#[no_mangle] pub unsafe extern "C" fn _start() -> ! {'], ['1 _start']],
    ['main.rs', ['#[riscv_rt::entry]', 'fn main() -> ! {'], ['2 main']],
    ['main.rs', ['fn main() {', '}'], []],
    ['main.rs', ['#[no_mangle]', 'static X: u32 = 0;', '', 'fn main() {'], []],
    ['main.zig', ['export fn kmain() noreturn {'], ['1 kmain']],
    ['main.zig', ['pub fn main() void {'], []],
    ['entry.S', ['.globl _start', '_start:', '  la sp, stack'], ['2 _start']],
    ['entry.S', ['.globl _entry', 'ENTRY_MACRO(_entry)'], ['1 _entry']],
    ['entry.S', ['.global main # for C', 'call main'], ['1 main']],
    ['kernel.ld', ['OUTPUT_ARCH(riscv)', 'ENTRY( _entry )'], ['2 _entry']],
    ['kernel.lds', ['ENTRY(boot.first)'], ['1 boot.first']],
    ['notes.md', ['int main(void) {'], []],
  ])('%s: %j', (file, lines, entries) => {
    expect(found(file, ...lines)).toEqual(entries);
  });
});
