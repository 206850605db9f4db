import { describe, expect, it } from 'vitest';
import { ADDRESS, addressOf, type Schema } from '../../src/base/schema';
import { problemText, schemaProblems } from '../../src/base/schema-check';
import { bytesOf, SIZE } from '../../src/base/size';

const schema: Schema = {
  type: 'object',
  required: ['name', 'kind'],
  additionalProperties: false,
  properties: {
    name: { type: 'string', pattern: '^[a-z]+$', expected: 'lower-case letters' },
    kind: { type: 'string', enum: ['flat', 'elf'] },
    load: ADDRESS,
    harts: { type: 'integer', minimum: 1, maximum: 8 },
    on: { type: 'boolean' },
    words: { type: 'array', items: { type: 'string' }, uniqueItems: true },
    disk: { type: ['string', 'object'], properties: { size: SIZE }, required: ['size'] },
    files: {
      type: 'object',
      keys: { pattern: '^/', expected: 'an absolute path' },
      additionalProperties: { type: 'string' },
    },
    one: { type: 'object', minProperties: 1, maxProperties: 1, expected: 'an object with one entry' },
  },
  conditions: [
    { key: 'kind', values: ['flat'], required: ['load'] },
    { key: 'kind', values: ['elf'], refused: ['load'] },
    { has: 'files', refused: ['one'] },
    { key: 'kind', values: ['elf'], lacks: 'harts', refused: ['on'] },
  ],
};

const said = (more: object): string[] =>
  schemaProblems({ name: 'a', kind: 'elf', ...more }, schema).map((problem) => problemText(problem));

describe('a schema', () => {
  it('accepts what it describes', () => {
    const all = {
      harts: 8,
      on: false,
      words: ['a', 'b'],
      disk: { size: '1M' },
      files: { '/a': 'b' },
    };
    expect(said(all)).toEqual([]);
    expect(said({ one: { x: 1 } })).toEqual([]);
    expect(said({ disk: 'disk.img' })).toEqual([]);
    expect(said({ kind: 'flat', load: '0x8000_0000' })).toEqual([]);
  });

  it.each<[object, string]>([
    [{ name: 'A' }, '"name" must be lower-case letters, not "A"'],
    [{ name: undefined }, '"name" must be lower-case letters, not nothing'],
    [{ kind: 'raw' }, '"kind" must be one of flat, elf, not "raw"'],
    [{ kind: 'flat' }, '"load" is missing'],
    [{ load: '0x1' }, '"load" has no place where "kind" is "elf"'],
    [{ kind: 'flat', load: 1 }, '"load" must be an address such as "0x80200000", not 1'],
    [{ harts: 9 }, '"harts" must be a whole number from 1 to 8, not 9'],
    [{ harts: 1.5 }, '"harts" must be a whole number from 1 to 8, not 1.5'],
    [{ harts: 'two' }, '"harts" must be a whole number from 1 to 8, not "two"'],
    [{ harts: 1, on: 'yes' }, '"on" must be true or false, not "yes"'],
    [{ words: 'a' }, '"words" must be an array of strings, each once, not "a"'],
    [{ words: ['a', 3] }, '"words[1]" must be a string, not 3'],
    [{ words: ['a', 'a'] }, '"words" must be an array of strings, each once, not ["a","a"]'],
    [{ disk: 1 }, '"disk" must be a string or an object, not 1'],
    [{ disk: {} }, '"disk.size" is missing'],
    [{ disk: { size: 'big' } }, '"disk.size" must be a size such as "128M", not "big"'],
    [{ files: { a: 'b' } }, '"files.a" must stand under an absolute path'],
    [{ files: { '/a': null } }, '"files./a" must be a string, not null'],
    [{ files: {}, one: { x: 1 } }, '"one" has no place beside "files"'],
    [{ on: true }, '"on" has no place where "kind" is "elf" and without "harts"'],
    [{ one: {} }, '"one" must be an object with one entry, not {}'],
    [
      { constructor: 1 },
      '"constructor" is not known here; known are name, kind, load, harts, on, words, disk, files, one',
    ],
  ])('refuses %j with its place and what is expected', (more, problem) => {
    expect(said(more)).toEqual([problem]);
  });

  it('finds every problem at once', () => {
    expect(schemaProblems({ on: 1, x: 1 }, schema).map(({ kind }) => kind)).toEqual([
      'missing',
      'missing',
      'type',
      'unknown',
    ]);
    expect(schemaProblems([], schema).map(problemText)).toEqual(['The whole file must be an object, not []']);
  });
});

it.each<[string, bigint | undefined]>([
  ['0x0', 0n],
  ['0x8020_0000', 0x8020_0000n],
  ['0xffffffffffffffff', 0xffff_ffff_ffff_ffffn],
  ['0x0000_0000_0000_0000_0001', 1n],
  ['0x1ffffffffffffffff', undefined],
  ['0x_', undefined],
  ['0x', undefined],
  ['12', undefined],
])('the text %s is the address %s', (text, address) => {
  expect(new RegExp(ADDRESS.pattern).test(text) ? addressOf(text) : undefined).toBe(address);
});

it.each<[string, number | undefined]>([
  ['4096', 4096],
  ['64K', 65536],
  ['128 MiB', 128 << 20],
  ['1gb', 2 ** 30],
  ['0', undefined],
  ['0M', undefined],
  ['1T', undefined],
  ['-1M', undefined],
  ['1.5G', undefined],
  ['999999999999999G', undefined],
])('the size %s has %s bytes', (text, bytes) => {
  expect(bytesOf(text)).toBe(bytes);
});
