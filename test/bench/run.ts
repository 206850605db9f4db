/**
 * `npm run bench`: guest programs in Worldstep and, where it is installed, in QEMU, as whole processes, interleaved. Prints a
 * table and writes dist/bench.json. `npm run bench -- --rounds 5 --arch loongarch64 sieve mix` chooses.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import {
  ARCHITECTURES,
  type BenchArchitecture,
  type BenchGuest,
  bundledKernel,
  median,
  program,
  qemuVersion,
  type Run,
  runQemu,
  runWorldstep,
  type WorldstepRun,
} from './measure';

const PROGRAMS = ['mix', 'sha256', 'sieve', 'chase', 'fib', 'float'];
const KERNELS: readonly (readonly [string, readonly BenchArchitecture[]])[] = [
  ['msgqueue', ARCHITECTURES],
  ['lazymapping', ARCHITECTURES],
  ['guestmonolithickernel', ['riscv64']],
];

interface Row {
  readonly name: string;
  readonly architecture: BenchArchitecture;
  readonly instructions: number;
  /** Best and median wall time of the whole process, seconds. */
  readonly worldstep: Wall & { readonly mips: number };
  /** Guest MIPS is Worldstep's instruction count over QEMU's time without its start. */
  readonly qemu?: Wall & { readonly mips?: number };
}

interface Wall {
  readonly best: number;
  readonly median: number;
}

const wall = (runs: readonly Run[]): Wall => {
  const times = runs.map((run) => run.wall);
  return { best: Math.min(...times), median: median(times) };
};

const args = process.argv.slice(2);
const option = (name: string): string | undefined => {
  const at = args.indexOf(name);
  return at < 0 ? undefined : args.splice(at, 2)[1];
};
const rounds = Number(option('--rounds') ?? 3);
const only = option('--arch');
const isChosen = (name: string): boolean => args.length === 0 || args.includes(name);
const architectures = ARCHITECTURES.filter((one) => only === undefined || only === one);
// Architectures take turns, too: their ratio is of one time.
const programs = PROGRAMS.filter(isChosen).flatMap((name) => architectures.map((one) => program(name, one)));
const kernelNames = KERNELS.filter(([name]) => isChosen(name)).flatMap(([name, all]) =>
  all.filter((one) => architectures.includes(one)).map((one) => [name, one] as const),
);
if (programs.length + kernelNames.length === 0 || !(rounds >= 1)) {
  const names = [...PROGRAMS, ...KERNELS.map(([name]) => name)].join(', ');
  console.error(
    `Nothing to measure. Programs: ${names}; --rounds N from 1; --arch is one of ${ARCHITECTURES.join(', ')}.`,
  );
  process.exit(2);
}

const version = qemuVersion('riscv64');

/** Runs a guest in turns, so that a busy minute of the machine hits both. */
const collect = (guest: BenchGuest): { readonly own: WorldstepRun[]; readonly other: Run[] } => {
  const own: WorldstepRun[] = [];
  const other: Run[] = [];
  for (let round = 0; round < rounds; round++) {
    own.push(runWorldstep(guest));
    if (version !== undefined) other.push(runQemu(guest));
  }
  return { own, other };
};

const main = async (): Promise<void> => {
  const kernels = await Promise.all(kernelNames.map(([name, one]) => bundledKernel(name, one)));
  const starts = new Map(
    architectures.map((one) => {
      const { own, other } = collect(program('empty', one));
      return [one, { worldstep: wall(own).best, qemu: version === undefined ? 0 : wall(other).best }];
    }),
  );

  const row = (guest: BenchGuest, isProgram: boolean): Row => {
    const { own, other } = collect(guest);
    const [first] = own;
    if (!first) throw new Error('no run');
    const hashes = new Set(own.map(({ stateHash }) => stateHash));
    if (hashes.size !== 1) throw new Error(`${guest.name} is not deterministic: ${[...hashes].join(', ')}`);
    const [reference] = other;
    if (reference && isProgram && reference.console !== first.console) {
      throw new Error(
        `${guest.name} of ${guest.architecture} prints "${first.console.trim()}" here and "${reference.console.trim()}" on QEMU`,
      );
    }
    const mips = first.instructions / Math.min(...own.map(({ seconds }) => seconds)) / 1e6;
    const rest = wall(other).best - (starts.get(guest.architecture)?.qemu ?? 0);
    return {
      name: guest.name,
      architecture: guest.architecture,
      instructions: first.instructions,
      worldstep: { ...wall(own), mips },
      qemu:
        version === undefined
          ? undefined
          : { ...wall(other), mips: isProgram ? first.instructions / rest / 1e6 : undefined },
    };
  };

  const table: string[][] = [
    [
      'guest',
      '',
      'instructions',
      'worldstep wall',
      'worldstep MIPS',
      ...(version ? ['QEMU wall', 'QEMU MIPS', 'wall ratio'] : []),
    ],
  ];
  const rows = [
    ...programs.map((guest) => [guest, true] as const),
    ...kernels.map((guest) => [guest, false] as const),
  ].map(([guest, isProgram]) => {
    const result = row(guest, isProgram);
    const { worldstep, qemu } = result;
    table.push([
      result.name,
      result.architecture,
      (result.instructions / 1e6).toFixed(1).concat(' M'),
      `${worldstep.best.toFixed(3)} s (${worldstep.median.toFixed(3)})`,
      worldstep.mips.toFixed(0),
      ...(qemu
        ? [
            `${qemu.best.toFixed(3)} s (${qemu.median.toFixed(3)})`,
            qemu.mips?.toFixed(0) ?? '–',
            (worldstep.best / qemu.best).toFixed(2),
          ]
        : []),
    ]);
    return result;
  });

  const widths = table[0]?.map((_, column) => Math.max(...table.map((line) => line[column]?.length ?? 0))) ?? [];
  for (const line of table) {
    console.log(
      line
        .map((cell, column) => (column <= 1 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  '),
    );
  }
  console.log(
    `\nBest (median) of ${rounds}, whole processes. Starting and ending alone: ${[...starts]
      .map(
        ([one, { worldstep, qemu }]) =>
          `${one} ${worldstep.toFixed(3)} s${version ? `, on QEMU ${qemu.toFixed(3)} s` : ''}`,
      )
      .join('; ')}. ${version ? `QEMU ${version}` : 'QEMU is not installed, nothing to compare with'}.`,
  );

  for (const { name, worldstep } of rows.filter(({ architecture }) => architecture === 'loongarch64')) {
    const peer = rows.find((one) => one.name === name && one.architecture === 'riscv64');
    if (peer)
      console.log(`${name}: loongarch64's MIPS are ${(worldstep.mips / peer.worldstep.mips).toFixed(2)} of riscv64's`);
  }

  const dist = resolve(import.meta.dirname, '../../dist');
  mkdirSync(dist, { recursive: true });
  const host = { node: process.version, cpu: cpus()[0]?.model, cores: cpus().length, qemu: version };
  writeFileSync(
    join(dist, 'bench.json'),
    `${JSON.stringify({ host, rounds, start: Object.fromEntries(starts), rows }, null, 1)}\n`,
  );
};

void main();
