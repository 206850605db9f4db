/** What a hover asks the debugger for: `|` marks the mouse, which is left of the character that it points at. */
import { describe, expect, it } from 'vitest';
import { ASSEMBLY_LANGUAGES } from '../../src/build/languages';
import { hoverExpression } from '../../src/vscode/hover-expression';
import { isAssembly, SOURCE_FAMILIES, type SourceFamily } from '../../src/vscode/source-tokens';

/** Source with a mark, and the expression there; an empty text where nothing shall be asked. */
type Row = readonly [string, string];

const RUST: readonly Row[] = [
  // Comments, also where they span lines and nest.
  ['// Two ta|sks pass messages', ''],
  ['/// Doc of `va|lue`.', ''],
  ['let a = 1; // tail |a', ''],
  ['/* one\n va|lue */', ''],
  ['/* outer /* inner */ st|ill a comment */ value', ''],
  ['/* outer /* inner */ still */ va|lue', 'value'],
  ['a /* b */ . c|c', 'a.cc'],
  ['"// no comment"; va|lue', 'value'],
  ['/* it ends nowhere va|lue', ''],
  // Strings and characters.
  ['let s = "a na|me in a string";', ''],
  ['let s = "two \\" quotes va|lue"; x', ''],
  ['let s = "two \\\\"; va|lue', 'value'],
  ['let s = "one\n  two va|lue"; x', ''],
  ['let s = r#"raw " quote va|lue"#;', ''],
  ['let s = r"\\"; va|lue', 'value'],
  ['let s = br##"raw "# quote va|lue"##; x', ''],
  ['let s = b"by|tes"', ''],
  ['let s = c"c te|xt"', ''],
  ["let c = 'v|'; value", ''],
  ["let c = '\\''; va|lue", 'value'],
  ["let c = '\\\\'; va|lue", 'value'],
  ["let c = '\"'; va|lue", 'value'],
  ["let c = b'x'; va|lue", 'value'],
  ["let c = '\\u{1F600}'; va|lue", 'value'],
  ["let c = '😀'; va|lue", 'value'],
  // Lifetimes and labels are no characters.
  ["fn first<'a>(te|xt: &'a str) -> &'a str", 'text'],
  ["fn first<'|a>(text: &'a str)", ''],
  ["&'static mut va|lue", 'value'],
  ["'ou|ter: loop {", ''],
  ["break 'outer; va|lue", 'value'],
  // Keywords, numbers, attributes, macros.
  ['l|et value = 1;', ''],
  ['for entry i|n table', ''],
  ['for en|try in table', 'entry'],
  ['unsafe fn ru|n()', 'run'],
  ['let x: u|32 = 1;', ''],
  ['let x = 0x|ff;', ''],
  ['let x = 1_0|00u64;', ''],
  ['let x = 1.|5;', ''],
  ['for i in 0..le|n', 'len'],
  ['for i in start..=en|d', 'end'],
  ['for i in st|art..end', 'start'],
  ['#[derive(De|bug)] struct A;', ''],
  ['#![no_|std]', ''],
  ['#[cfg(feature = "a]")] va|lue', 'value'],
  ['print|ln!("text");', ''],
  ['macro_rules! mat|ches {', ''],
  ['if value != oth|er', 'other'],
  ['if va|lue != other', 'value'],
  ['if !re|ady', 'ready'],
  ['let r#ty|pe = 1;', 'type'],
  ['let größ|e = 1;', 'größe'],
  ['   |   ', ''],
  ['a |+ b', ''],
  ['a|; b', ''],
  // Members, places, indexes: up to the part under the mouse.
  ['self.queue.he|ad', 'self.queue.head'],
  ['self.que|ue.head', 'self.queue'],
  ['se|lf.queue.head', 'self'],
  ['pair.|0', 'pair.0'],
  ['pair.0.|1', 'pair.0.1'],
  ['pair.0.na|me', 'pair.0.name'],
  ['table[index].fl|ags', 'table[index].flags'],
  ['table[in|dex].flags', 'index'],
  ['tab|le[index].flags', 'table'],
  ['table[self.at + 1][2].fl|ags', 'table[self.at+1][2].flags'],
  ['self\n    .queue // the queue\n    .le|n', 'self.queue.len'],
  ['(*entry).fl|ags', '(*entry).flags'],
  ['*ent|ry', 'entry'],
  ['&mut self.co|unt', 'self.count'],
  ['(a + b).fie|ld', '(a+b).field'],
  ['Point { x: va|lue }', 'value'],
  // Paths end with what is under the mouse; roots that the debugger does not know are dropped.
  ['mem::MESS|AGES', 'mem::MESSAGES'],
  ['me|m::MESSAGES', 'mem'],
  ['crate::mem::MESS|AGES', 'mem::MESSAGES'],
  ['super::MESS|AGES.len', 'MESSAGES'],
  ['self::super::MESSAGES.le|n', 'MESSAGES.len'],
  ['cra|te::mem', ''],
  ['::core::pan|ic', 'core::panic'],
  ['Self::LIM|IT', ''],
  ['Vec::<u8>::ne|w()', ''],
  ['<T as Named>::NA|ME', ''],
  // Calls are not made, so what comes out of them is not shown.
  ['queue.lock().le|n', ''],
  ['queue.lo|ck().len', 'queue.lock'],
  ['que|ue.lock().len', 'queue'],
  ['table[find(key)].fl|ags', ''],
  ['table[find(ke|y)].flags', 'key'],
  ['value?.fie|ld', ''],
  ['vec![1].le|n', ''],
  ['if (ready).fie|ld', '(ready).field'],
  ['run(first, sec|ond)', 'second'],
  // Inside macros code is code; in format strings the names of values are.
  ['println!("x", self.co|unt)', 'self.count'],
  ['println!("at {pla|ce}")', 'place'],
  ['println!("a|t {place}")', ''],
  ['println!("{value:>wid|th$.digits$}")', 'width'],
  ['println!("{value:>width$.dig|its$}")', 'digits'],
  ['println!("{va|lue:#x}")', 'value'],
  ['println!("{value:#|x}")', ''],
  ['println!("{{pla|ce}}")', ''],
  ['println!("{{{pla|ce}}}")', 'place'],
  ['println!("{}{0}{na|me}", a, b)', 'name'],
  ['write!(out, "{er|ror}")', 'error'],
  ['println!("{}", "{na|me}")', ''],
  ['let s = "{na|me}";', ''],
  ['log("{na|me}")', ''],
];

const C: readonly Row[] = [
  ['// a li|ne', ''],
  ['// goes on \\\n beh|ind it', ''],
  ['/* one\n va|lue */', ''],
  ['/* no /* nesting */ va|lue', 'value'],
  ['"te|xt"', ''],
  ['L"wi|de" value', ''],
  ['"\\""; va|lue', 'value'],
  ["'\\''; va|lue", 'value'],
  ["'|a'", ''],
  ['R"(raw " quote va|lue)"', ''],
  ['R"x(raw )" quote va|lue)x"', ''],
  ['R"x(raw)x"; va|lue', 'value'],
  ["1'000'000 + va|lue", 'value'],
  ['0x1|f', ''],
  ['1.5e-|3', ''],
  ['#include <std|io.h>', ''],
  ['#define LIM|IT 4', ''],
  ['#define LONG \\\n  LIM|IT', ''],
  ['#if LIMIT\nva|lue', 'value'],
  ['int x; // #\nva|lue', 'value'],
  ['a # va|lue', 'value'],
  ['ret|urn value;', ''],
  ['struct ta|sk *next;', 'task'],
  ['i|nt value;', ''],
  ['task->regs.sp|sr', 'task->regs.spsr'],
  ['task->re|gs.spsr', 'task->regs'],
  ['ta|sk->regs.spsr', 'task'],
  ['ring->desc[head & mask].ad|dr', 'ring->desc[head&mask].addr'],
  ['ring->desc[he|ad & mask].addr', 'head'],
  ['((struct task *)p)->pi|d', '((struct task*)p)->pid'],
  ['(*p).fie|ld', '(*p).field'],
  ['current()->pi|d', ''],
  ['container_of(p, struct task, list)->pi|d', ''],
  ['sizeof(va|lue)', 'value'],
  ['ns::Type::lim|it', 'ns::Type::limit'],
  ['::glo|bal', 'global'],
  ['this->co|unt', 'this->count'],
  ['Box<int>::lim|it', ''],
  ['a !b|b', 'bb'],
  ['a == b ? cc|c : d', 'ccc'],
];

const ZIG: readonly Row[] = [
  ['// a li|ne', ''],
  ['"te|xt"', ''],
  ['    \\\\ a li|ne of text\n', ''],
  ['    \\\\ a line of text\nva|lue', 'value'],
  ["'\\''; va|lue", 'value'],
  ["'|a'", ''],
  ['@im|port("std")', ''],
  ['@"na|me"', ''],
  ['con|st x = 1;', ''],
  ['const x = un|defined;', ''],
  ['for (0..le|n)', 'len'],
  ['self.queue.he|ad', 'self.queue.head'],
  ['ptr.*.fie|ld', 'ptr.field'],
  ['maybe.?.fie|ld', ''],
  ['table[index].fl|ags', 'table[index].flags'],
  ['.{ .fie|ld = 1 }', ''],
  ['state == .run|ning', ''],
  ['try ru|n()', 'run'],
  ['pair.|0', 'pair.0'],
];

const GAS: readonly Row[] = [
  ['    addi a0, a|0, 1', 'a0'],
  ['    ad|di a0, a0, 1', ''],
  ['    ld   ra, 8(s|p)', 'sp'],
  ['    csrw sa|tp, t0', 'satp'],
  ['    la   a0, boot_st|ack', 'boot_stack'],
  ['boot_st|ack:', 'boot_stack'],
  ['1:  bn|ez a0, 1b', ''],
  ['1:  bnez a|0, 1b', 'a0'],
  ['    bnez a0, 1|b', ''],
  ['start: ca|ll main', ''],
  ['start: call ma|in', 'main'],
  ['    nop; ad|di a0, a0, 1', ''],
  ['    nop; addi a|0, a0, 1', 'a0'],
  ['    .glo|bal main', ''],
  ['    .global ma|in', 'main'],
  ['    .section .te|xt', ''],
  ['    j .Lre|try', ''],
  ['    .asciz "te|xt"', ''],
  ["    li a0, 'a\n    mv a|1, a0", 'a1'],
  ["    li a0, '#'; mv a|1, a0", 'a1'],
  ['    li a0, 1 # a va|lue', ''],
  ['    li a0, 1 #a va|lue', ''],
  ['# a va|lue', ''],
  ['#define STA|CK 4096', ''],
  ['    li a0, 1 // a va|lue', ''],
  ['/* a\n va|lue */', ''],
  ['    mov x0, #LIM|IT', 'LIMIT'],
  ['    mov x0, #4 // va|lue', ''],
  ['    add x0, x0, :lo1|2:value', ''],
  ['    add x0, x0, :lo12:va|lue', 'value'],
  ['    lui a0, %h|i(value)', ''],
  ['    lui a0, %hi(va|lue)', 'value'],
  ['    movq %ra|x, %rbx', '$rax'],
  ['    movl $LIM|IT, %eax', 'LIMIT'],
  ['    mv \\de|st, a0', ''],
];

const OTHER_ASSEMBLY: readonly (readonly [SourceFamily, string, string])[] = [
  ['nasm', 'mov eax, 1 ; a va|lue', ''],
  ['nasm', "msg: db 'it is a va|lue'", ''],
  ['nasm', 'mov eax, dwo|rd [value]', ''],
  ['nasm', 'mov eax, dword [va|lue]', 'value'],
  ['nasm', '%define LIM|IT 4', ''],
  ['arm', 'mov r0, r|1 @ a value', 'r1'],
  ['arm', 'mov r0, r1 @ a va|lue', ''],
  ['arm', 'mov r0, r1, ls|l #2', ''],
];

const rows: readonly (readonly [SourceFamily, string, string])[] = [
  ...RUST.map(([text, wanted]) => ['rust', text, wanted] as const),
  ...C.map(([text, wanted]) => ['c', text, wanted] as const),
  ...ZIG.map(([text, wanted]) => ['zig', text, wanted] as const),
  ...GAS.map(([text, wanted]) => ['gas', text, wanted] as const),
  ...OTHER_ASSEMBLY,
];

const at = (marked: string) => ({ text: marked.replace('|', ''), offset: marked.indexOf('|') });

describe('a hover', () => {
  it.each(rows)('in %s on %j asks for %j', (family, marked, wanted) => {
    const { text, offset } = at(marked);
    expect(hoverExpression(text, offset, family)?.expression ?? '').toBe(wanted);
  });

  it('knows how every assembly language is written that breakpoints can be set in', () => {
    const families = ASSEMBLY_LANGUAGES.map((language) => SOURCE_FAMILIES[language]);
    expect(families.every((family) => family !== undefined && isAssembly(family))).toBe(true);
  });

  it('names the text that its expression stands for', () => {
    const { text, offset } = at('x = self\n  .queue /* the queue */\n  .he|ad;');
    const found = hoverExpression(text, offset, 'rust');
    expect(text.slice(found?.start, found?.end)).toBe('self\n  .queue /* the queue */\n  .head');
  });

  it('answers anywhere in any text of any family, however broken', () => {
    let state = 1;
    const random = (below: number) => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return (state >>> 8) % below;
    };
    const pieces = '" \' \\ /* */ // # [ ] ( ) { } :: . -> ! a b0 r#" 0x1 1. \n %hi $ @ ; ? * 😀 \ud800'.split(' ');
    for (let round = 0; round < 2000; round++) {
      const text = Array.from({ length: random(30) }, () => pieces[random(pieces.length)]).join(random(2) ? '' : ' ');
      for (const family of ['rust', 'c', 'zig', 'gas', 'nasm', 'arm'] as const) {
        const offset = random(text.length + 1);
        const found = hoverExpression(text, offset, family);
        if (found === undefined) continue;
        expect(found.start <= offset && offset < found.end && found.end <= text.length).toBe(true);
        expect(found.expression).not.toBe('');
      }
    }
  });
});
