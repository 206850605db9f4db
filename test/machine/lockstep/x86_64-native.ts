/**
 * Random programs of x86-64 beside the processor of this host, which knows what QEMU does not: limits of segments, #XF, what is
 * left behind an exception. Linux on an AMD processor; by hand: `npx tsx test/machine/lockstep/x86_64-native.ts [modes] [seeds]
 * [blocks] [instructions a block] [mnemonics]`, such as `012 1,2,3 1500 1 '^cmps'`. Prints what differs, a block each; at most
 * 1500 blocks. A block that went to an address outside of the scratch memory is not compared: what is there differs.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pa } from '../../../src/base/address';
import { disassembleX86 } from '../../../src/isa/x86_64/disassembly';
import { EmulatedMachine } from '../../../src/machine/machine';
import { consoleOf, runToEnd } from '../../support/guests';
import { Random } from '../../support/random';
import type { Block } from './machine';
import { programImage, x86_64Lockstep } from './x86_64';
import { RECORDS, SCRATCH } from './x86_64-places';
import { RECORD_BYTES, RECORD_WORDS } from './x86_64-record';

const [modes = '012', seeds = '1', count = '1000', length = '1', only] = process.argv.slice(2);
const FOLDED = 8;
const RIP = RECORD_WORDS.indexOf('rip');
const CR2 = RECORD_WORDS.indexOf('cr2');

const folder = mkdtempSync(join(tmpdir(), 'worldstep-native-'));
const recorder = join(folder, 'recorder');
// Its handlers run with FS and the stack of the program that they interrupt.
const options = '-O1 -fno-stack-protector -mfsgsbase -mno-red-zone'.split(' ');
execFileSync('cc', [...options, '-o', recorder, join(__dirname, 'native-x86_64.c')]);

const machine = x86_64Lockstep([...modes].map(Number), 'native');
const hex = (value: bigint): string => value.toString(16).padStart(16, '0');

/** Runs the blocks here: the printed numbers and the records. */
const runHere = (blocks: readonly Block[]): { readonly lines: readonly string[]; readonly records: Buffer } => {
  const { board: spec, choices } = machine;
  const [memory, harts] = [32 << 20, 1];
  const plan = spec.plan({ kernel: { name: 'lockstep', bytes: machine.elf(blocks) }, memory, harts }, choices);
  const here = new EmulatedMachine({ spec, memory, harts, plan, files: {}, choices });
  const console = consoleOf(here);
  runToEnd(here);
  const records = here.readPhysical(pa(BigInt(RECORDS)), blocks.length * RECORD_BYTES);
  return { lines: console.text.trimEnd().split('\n'), records: Buffer.from(records ?? []) };
};

const text = ({ insns, mode = 0 }: Block): string =>
  insns
    .filter(({ mnemonic }) => mnemonic !== 'clearing')
    .map(({ bytes }) => {
      const { mnemonic, operands } = disassembleX86(bytes, 0n, mode);
      return `${Buffer.from(bytes).toString('hex')} ${mnemonic} ${operands}`;
    })
    .join('; ');

let found = 0;
for (const seed of seeds.split(',').map(Number)) {
  const blocks = machine.program(new Random(seed), Number(count), Number(length), only ? new RegExp(only) : undefined);
  const native = execFileSync(recorder, { input: programImage(blocks), maxBuffer: 1 << 30 });
  const { lines, records } = runHere(blocks);
  for (const [index, block] of blocks.entries()) {
    const at = index * (FOLDED + RECORD_BYTES);
    if (hex(native.readBigUInt64LE(at)) === lines[index]) continue;
    const theirs = (word: number): bigint => native.readBigUInt64LE(at + FOLDED + 8 * word);
    const fault = theirs(CR2);
    if (fault > 0xffffn && (fault < SCRATCH || fault > SCRATCH + 0x1_0000n)) continue;
    found++;
    console.log(`seed ${seed}, block ${index}, mode ${block.mode}: ${text(block)}`);
    console.log(`  exception of the processor, with its error code: ${hex(theirs(RIP))}`);
    for (const [word, name] of RECORD_WORDS.entries()) {
      const ours = records.readBigUInt64LE(index * RECORD_BYTES + 8 * word);
      if (word === RIP || ours === theirs(word)) continue;
      const before = Buffer.from(block.record).readBigUInt64LE(8 * word);
      console.log(`  ${name}: here ${hex(ours)}, there ${hex(theirs(word))}, before ${hex(before)}`);
    }
  }
}
rmSync(folder, { recursive: true });
console.log(`${found} differences`);
process.exit(found === 0 ? 0 : 1);
