/**
 * `trap-driver.s` assembled: runs cases at an exception level each, here and on QEMU, and sends what became of them. Words; `*n` says
 * how often.
 */
import { AARCH64_VIRT_BOARD } from '../../../../src/machine/boards/aarch64-virt/board';
import { EmulatedMachine } from '../../../../src/machine/machine';
import { buildElf } from '../../../machine/elf-builder';
import { runBareOnQemu } from './bare-on-qemu';

const DRIVER = `
  14000600 d503201f*511 d2800004 14000432 d503201f*30 d2800024 14000412 d503201f*30 d2800044 140003f2 d503201f*30
  d2800064 140003d2 d503201f*30 d2800084 140003b2 d503201f*30 d28000a4 14000392 d503201f*30 d28000c4 14000372
  d503201f*30 d28000e4 14000352 d503201f*30 d2800104 14000332 d503201f*30 d2800124 14000312 d503201f*30 d2800144
  140002f2 d503201f*30 d2800164 140002d2 d503201f*30 d2800184 140002b2 d503201f*30 d28001a4 14000292 d503201f*30
  d28001c4 14000272 d503201f*30 d28001e4 14000252 d503201f*30 d4002002 d503201f*31 d4002022 d503201f*31 d4002042
  d503201f*31 d4002062 d503201f*31 d4002082 d503201f*31 d40020a2 d503201f*31 d40020c2 d503201f*31 d40020e2
  d503201f*31 d4002102 d503201f*31 d4002122 d503201f*31 d4002142 d503201f*31 d4002162 d503201f*31 d4002182
  d503201f*31 d40021a2 d503201f*31 d40021c2 d503201f*31 d40021e2 d503201f*31 10ff8000 d51cc000 10ffbfc0 d518c000
  d2a81214 d2a12015 f8408693 b4000a73 d1000673 d518521f d518403f d518401f d518601f d51c521f d51c601f f9400280
  10000402 f9000040 d5033f9f d508751f d5033f9f d5033fdf d51c4022 f9400680 d51c4000 f9400e80 d51c1140 f9401280
  d51c1120 f9401680 d51ce100 f9401a80 d5181000 f9401e80 d518e100 f9402280 d5181040 f9402680 d51c1000 f9402e80
  d51b9e00 f9402a83 f9400a80 d51c1100 d5033fdf 91018294 d69f03e0 d503201f 00000000*2 d4200020 d53c5205 d53c4026
  d53c4007 d53c6008 d2b00000 d51c1100 d5033fdf d5385209 d538402a d538400b d538600c aa0303e0 94000014 aa0403e0
  94000012 aa0503e0 94000010 aa0603e0 9400000e aa0703e0 9400000c aa0803e0 9400000a aa0903e0 94000008 aa0a03e0
  94000006 aa0b03e0 94000004 aa0c03e0 94000002 17ffffb5 d280010d 12001c0e b90002ae d348fc00 f10005ad 54ffff81
  d65f03c0 d2b08000 f2800100 d4000003 14000000`;

const CODE = 0x4008_0000n;
const CASES = 0x4090_0000n;
const AARCH64 = 183;
const MEMORY = 128 << 20;

/** What a case sets before its instructions, in this order. */
const SETTINGS = [
  'SPSR_EL2',
  'HCR_EL2',
  'CPTR_EL2',
  'MDCR_EL2',
  'CNTHCTL_EL2',
  'SCTLR_EL1',
  'CNTKCTL_EL1',
  'CPACR_EL1',
  'SCTLR_EL2',
  'x3',
  'PMUSERENR_EL0',
] as const;

export interface DriverCase {
  /** Two instructions: the second is executed where the first does not trap. */
  readonly words: readonly [number, number];
  readonly settings: Readonly<Record<(typeof SETTINGS)[number], bigint>>;
}

/** What the driver sends of each case; `vector` is that of EL2. */
const ANSWERS = [
  'x3',
  'vector',
  'ESR_EL2',
  'ELR_EL2',
  'SPSR_EL2',
  'FAR_EL2',
  'ESR_EL1',
  'ELR_EL1',
  'SPSR_EL1',
  'FAR_EL1',
] as const;
export type DriverAnswer = Readonly<Record<(typeof ANSWERS)[number], bigint>>;

const driver = (): Uint8Array => {
  const words = DRIVER.trim()
    .split(/\s+/)
    .flatMap((text) => {
      const [word = '', count = '1'] = text.split('*');
      return Array.from({ length: Number(count) }, () => Number.parseInt(word, 16));
    });
  return new Uint8Array(Uint32Array.from(words).buffer);
};

const imageOf = (cases: readonly DriverCase[]): Uint8Array => {
  const data = new DataView(new ArrayBuffer(8 + 96 * cases.length));
  data.setBigUint64(0, BigInt(cases.length), true);
  for (const [index, { words, settings }] of cases.entries()) {
    const at = 8 + 96 * index;
    data.setUint32(at, words[0], true);
    data.setUint32(at + 4, words[1], true);
    for (const [place, name] of SETTINGS.entries()) data.setBigUint64(at + 8 + 8 * place, settings[name], true);
  }
  return buildElf({
    machine: AARCH64,
    entry: CODE,
    segments: [
      { vaddr: CODE, bytes: driver() },
      { vaddr: CASES, bytes: new Uint8Array(data.buffer) },
    ],
  });
};

const answersOf = (bytes: Uint8Array): DriverAnswer[] => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = 8 * ANSWERS.length;
  return Array.from({ length: Math.floor(bytes.length / size) }, (_, index) =>
    Object.fromEntries(ANSWERS.map((name, at) => [name, view.getBigUint64(index * size + 8 * at, true)])),
  ) as unknown as DriverAnswer[];
};

/** What becomes of the cases here. */
export const answersHere = (cases: readonly DriverCase[], cpu: string): DriverAnswer[] => {
  const kernel = { name: 'traps', bytes: imageOf(cases) };
  const choices = { cpu, gic: '2', virtualization: 'on' };
  const plan = AARCH64_VIRT_BOARD.plan({ kernel, memory: MEMORY, harts: 1 }, choices);
  const files = { drives: [], extras: [] };
  const machine = new EmulatedMachine({ spec: AARCH64_VIRT_BOARD, memory: MEMORY, harts: 1, plan, files, choices });
  const sent: number[] = [];
  machine.onConsole((bytes) => void sent.push(...bytes));
  for (let slice = 0; slice < 100; slice++) if (machine.run({ budget: 1_000_000n }).kind !== 'budget') break;
  return answersOf(Uint8Array.from(sent));
};

/** What becomes of them on QEMU. */
export const answersOfQemu = (cases: readonly DriverCase[], cpu: string): DriverAnswer[] =>
  answersOf(runBareOnQemu(imageOf(cases), cpu));
