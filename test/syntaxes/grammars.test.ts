import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { assemblyGrammar } from '../../src/build/grammars/assembly';
import { ASSEMBLY_DIALECTS } from '../../src/build/grammars/assembly-dialects';
import { grammars, ISAS, languages, languagesOf, SYNTAX_FILES } from '../../src/build/languages';
import { RISCV64 } from '../../src/isa/riscv64';
import { grammarOf, type Token, tokensOf } from './tokenizer';

const SAMPLES = 'test/syntaxes/samples';

/** Sample → the language whose grammar reads it. */
const LANGUAGE_OF: Readonly<Record<string, string>> = { 'kernel.lds': 'linkerscript', 'board.dts': 'dts' };
const languageOf = (sample: string): string => LANGUAGE_OF[sample] ?? sample.replace(/\.S$/, '');

/** Each line of a sample, and below it its tokens with their scopes; what is not told from plain text is left out. */
const rendered = (lines: readonly Token[][]): string =>
  lines
    .map((tokens) => {
      const told = tokens.filter(({ text, scope }) => scope !== '' && text.trim() !== '');
      const line = tokens.map(({ text }) => text).join('');
      return [line, ...told.map(({ text, scope }) => `    ${text.trim()}  ${scope}`)].join('\n');
    })
    .join('\n');

const samples = readdirSync(SAMPLES).filter((name) => !name.endsWith('.golden') && !name.endsWith('.actual'));

describe('each grammar', () => {
  it.each(samples)('tells the parts of %s apart as its golden says', async (sample) => {
    const text = rendered(tokensOf(await grammarOf(languageOf(sample)), readFileSync(`${SAMPLES}/${sample}`, 'utf8')));
    const golden = `${SAMPLES}/${sample}.golden`;
    if (process.env.UPDATE_GOLDEN) writeFileSync(golden, text);
    expect(text, `${golden}; UPDATE_GOLDEN=1 accepts it`).toBe(readFileSync(golden, 'utf8'));
  });

  it('has a sample, and every file in syntaxes/ is written by the generator', () => {
    expect(samples.map(languageOf).sort()).toEqual(languages.map(({ id }) => id).sort());
    expect(
      readdirSync('syntaxes')
        .map((name) => `syntaxes/${name}`)
        .sort(),
    ).toEqual(SYNTAX_FILES.map(({ path }) => path).sort());
    for (const { path } of grammars) expect(existsSync(path)).toBe(true);
  });
});

/** The scope of the word that a line begins with. */
const firstScope = (lines: readonly Token[][], at: number): string | undefined =>
  lines[at]?.find(({ text }) => text.trim() !== '')?.scope;

describe('the words of the instruction set', () => {
  it('are all told as instructions, registers and system registers', async () => {
    const grammar = await grammarOf('riscv');
    const { mnemonics, registers } = RISCV64;
    const lines = tokensOf(grammar, mnemonics.map((word) => `\t${word} a0`).join('\n'));
    expect(mnemonics.filter((_, at) => firstScope(lines, at) !== 'keyword.mnemonic.asm')).toEqual([]);
    const names = registers.flatMap(({ name, aliases }) => [name, ...aliases]);
    const shown = tokensOf(grammar, names.map((name) => `\tx ${name}`).join('\n'));
    expect(names.filter((_, at) => !shown[at]?.at(-1)?.scope.startsWith('variable.language.'))).toEqual([]);
    expect(new Set(mnemonics).size).toBe(mnemonics.length);
  });

  it('are in the grammar of files that name no instruction set, too', async () => {
    const lines = tokensOf(await grammarOf('asm'), '\tsret\n\thfence.gvma a0, a1\n\tmovq %rax, %rbx');
    expect([0, 1, 2].map((at) => firstScope(lines, at))).toEqual(Array(3).fill('keyword.mnemonic.asm'));
  });

  it('come with a new instruction set by its registration alone', () => {
    const other = { ...RISCV64, name: 'x86_64', mnemonics: ['entergate'], registers: [] };
    const [before, after] = [ISAS, [...ISAS, other]].map((isas) =>
      JSON.stringify(languagesOf(isas).find(({ id }) => id === 'asm')?.grammar),
    );
    expect(before).not.toContain('entergate');
    expect(after).toContain('entergate');
  });

  it('make what is no instruction a macro, where the table has all of them', () => {
    const [riscv, arm64] = ['riscv', 'arm64'].map((id) => ASSEMBLY_DIALECTS.find(({ language }) => language === id)!);
    const words = { mnemonics: ['sret'], registers: [], systemRegisters: [] };
    expect(JSON.stringify(assemblyGrammar(riscv!, words))).toContain('support.function.macro');
    expect(JSON.stringify(assemblyGrammar(arm64!))).not.toContain('support.function.macro');
  });
});

/** Sources of our own, each whole. */
const SOURCES = [
  ...readdirSync('test/machine/guests')
    .filter((name) => name.endsWith('.S'))
    .map((name) => `test/machine/guests/${name}`),
  'kernels/guestmonolithickernel/src/riscv64/guest.S',
  'test/bench/guests/start-riscv64.S',
  'test/bench/guests/start-loongarch64.S',
];

it.each(SOURCES)('every statement in %s is a known instruction or a macro that is defined', async (path) => {
  const text = readFileSync(path, 'utf8');
  const guests = readdirSync('test/machine/guests').filter((name) => /\.(S|h|inc)$/.test(name));
  const headers = guests.map((name) => readFileSync(`test/machine/guests/${name}`, 'utf8')).join('\n');
  const defined = new Set(
    [...`${text}\n${headers}`.matchAll(/(?:\.macro\s+|#define\s+)(\w+)/g)].map(([, name]) => name!.toLowerCase()),
  );
  const words = tokensOf(await grammarOf(path.includes('loongarch64') ? 'loongarch' : 'riscv'), text).flat();
  const unknown = words.filter(({ scope }) => scope === 'support.function.macro.asm').map(({ text: word }) => word);
  expect([...new Set(unknown)].filter((word) => !defined.has(word.toLowerCase()))).toEqual([]);
});
