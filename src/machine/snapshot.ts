/** The architectural state of a machine beside RAM, as plain data. */
import type { Plain } from '../base/plain';
import type { PowerEvent } from '../devices/device';
import type { HartView } from '../engine/hart-view';
import { STATE } from '../engine/layout';
import type { Attempt } from '../engine/retries';
import type { RegisterFile, StateLayout } from '../isa/core/state-layout';
import type { Alarm } from './alarms';
import type { InputRecord } from './contract';
import type { InputPosition } from './input-stream';
import type { EmulatedMachine } from './machine';
import type { Schedule } from './turns';

/** Everything but RAM. */
export const readMachine = (machine: EmulatedMachine): { readonly [key: string]: Plain } => ({
  harts: machine.engine.harts.map((view) => ({
    pc: view.pc,
    ...readState(view, machine.hardware.engineIsa.state),
    activity: view.activity,
    retired: machine.engine.memory.u64[(view.base + STATE.retired) >> 3] ?? 0n,
  })),
  devices: Object.fromEntries(machine.hardware.devices.map((device) => [device.id, device.state])),
  alarms: [...machine.alarms.all]
    .sort((a, b) => (`${a.owner}/${a.tag}` < `${b.owner}/${b.tag}` ? -1 : 1))
    .map(({ owner, tag, at }) => ({ owner, tag, at })),
  schedule: { ...machine.turns.schedule },
  input: machine.inputQueue,
  power: machine.powerEvent ? { ...machine.powerEvent } : null,
});

/** Registers by file, in order, then the slots by name and the banks that the instruction set has. */
const readState = (view: HartView, { files, slots, banks = [] }: StateLayout): { readonly [key: string]: Plain } => ({
  ...Object.fromEntries(files.flatMap((file) => registers(view, file))),
  slots: Object.fromEntries(slots.map((name) => [name, view.get(name)])),
  ...(banks.length > 0 && { banks: Object.fromEntries(banks.map(({ name }) => [name, [...view.bank(name)]])) }),
});

/** A file by its name; of one whose low halves are a view, those by the view's, then the upper halves if any is not 0. */
const registers = (view: HartView, { name, count, low }: RegisterFile): [string, bigint[]][] => {
  const values = Array.from({ length: count }, (_, index) => view.read(name, index));
  if (low === undefined) return [[name, values]];
  const upper = values.map((value) => value >> 64n);
  const halves: [string, bigint[]] = [low, values.map((value) => BigInt.asUintN(64, value))];
  return upper.some((value) => value !== 0n) ? [halves, [name, upper]] : [halves];
};

const restoreRegisters = (view: HartView, { name, count, low }: RegisterFile, saved: SavedHart): void => {
  const values = (file: string): readonly bigint[] => (saved[file] ?? []) as readonly bigint[];
  for (let index = 0; index < count; index++) {
    const value = values(low ?? name)[index] ?? 0n;
    const upper = low === undefined ? 0n : (values(name)[index] ?? 0n);
    view.write(name, index, value | (upper << 64n));
  }
};

/** What decides how a run goes on and is nothing that the guest can see: not in the state's hash. */
export const readHistory = (machine: EmulatedMachine): { readonly [key: string]: Plain } => ({
  version: SNAPSHOT_VERSION,
  inputs: machine.inputs.save() as unknown as Plain,
  isIdle: machine.point.isIdle,
  printed: machine.printed,
  progress: machine.engine.harts.map(({ trapStreak, retiredAtTrap, shutdown, retries }) => ({
    trapStreak,
    retiredAtTrap,
    shutdown: shutdown ?? null,
    retries: retries.save(),
  })),
});

/** Changes when older snapshots can no longer be put back. */
const SNAPSHOT_VERSION = 1;

/** RAM without the pages that were never written. */
export interface SavedRam {
  readonly [key: string]: Plain;
  /** Page numbers, in order. */
  readonly pages: readonly number[];
  /** Their contents, one behind the other. */
  readonly bytes: Uint8Array;
}

const PAGE = 4096;

/** A copy of RAM. */
export const readRam = ({ engine }: EmulatedMachine): SavedRam => {
  const { u8, touched, ram } = engine.memory;
  const pages = [...touched.keys()].filter((page) => touched[page] === 1);
  const bytes = new Uint8Array(pages.length * PAGE);
  for (const [index, page] of pages.entries()) {
    bytes.set(u8.subarray(ram + page * PAGE, ram + (page + 1) * PAGE), index * PAGE);
  }
  return { pages, bytes };
};

const restoreRam = ({ engine }: EmulatedMachine, { pages, bytes }: SavedRam): void => {
  const { u8, touched, ram } = engine.memory;
  for (const page of touched.keys()) if (touched[page]) u8.fill(0, ram + page * PAGE, ram + (page + 1) * PAGE);
  touched.fill(0);
  for (const [index, page] of pages.entries()) {
    u8.set(bytes.subarray(index * PAGE, (index + 1) * PAGE), ram + page * PAGE);
    touched[page] = 1;
  }
};

interface SavedHart {
  readonly pc: bigint;
  readonly slots: Readonly<Record<string, bigint>>;
  readonly banks?: Readonly<Record<string, readonly bigint[]>>;
  readonly activity: number;
  readonly retired: bigint;
  /** The register files, by name. */
  readonly [file: string]: unknown;
}

interface SavedMachine {
  readonly version: number;
  readonly inputs: InputPosition;
  readonly isIdle: boolean;
  readonly printed: number;
  readonly progress: readonly {
    readonly trapStreak: number;
    readonly retiredAtTrap: bigint;
    readonly shutdown: string | null;
    readonly retries: readonly Attempt[];
  }[];
  readonly harts: readonly SavedHart[];
  readonly devices: Readonly<Record<string, Plain>>;
  readonly alarms: readonly Alarm[];
  readonly schedule: Schedule;
  readonly input: Uint8Array;
  readonly power: PowerEvent | null;
  /** Input so far, and RAM. Absent where whoever keeps the rest knows them. */
  readonly log?: readonly InputRecord[];
  readonly ram?: SavedRam;
}

/** Puts back what `save` returned. The machine must have been made from the same parts. */
export const restoreMachine = (machine: EmulatedMachine, snapshot: Plain): void => {
  const saved = snapshot as unknown as SavedMachine;
  if (saved.version !== SNAPSHOT_VERSION)
    throw new Error(`a snapshot of version ${saved.version}, and this Worldstep reads version ${SNAPSHOT_VERSION}`);
  const { memory } = machine.engine;
  saved.harts.forEach((hart, index) => {
    const view = machine.engine.harts[index];
    if (!view) return;
    view.pc = hart.pc;
    for (const file of machine.hardware.engineIsa.state.files) restoreRegisters(view, file, hart);
    for (const [name, value] of Object.entries(hart.slots)) view.set(name, value);
    for (const [name, cells] of Object.entries(hart.banks ?? {})) view.bank(name).set(cells);
    view.activity = hart.activity;
    memory.u64[(view.base + STATE.retired) >> 3] = hart.retired;
  });
  for (const device of machine.hardware.devices) {
    const state = saved.devices[device.id];
    if (state !== undefined) device.state = structuredClone(state);
  }
  machine.alarms.all = saved.alarms;
  machine.turns.schedule = { ...saved.schedule };
  machine.inputQueue = saved.input.slice();
  machine.powerEvent = saved.power ?? undefined;
  machine.inputs.restore(saved.inputs, saved.log);
  machine.isIdle = saved.isIdle;
  machine.printed = saved.printed;
  saved.progress.forEach(({ trapStreak, retiredAtTrap, shutdown, retries }, index) => {
    const view = machine.engine.harts[index];
    if (!view) return;
    view.trapStreak = trapStreak;
    view.retiredAtTrap = retiredAtTrap;
    view.shutdown = shutdown ?? undefined;
    view.retries.restore(retries);
  });
  if (saved.ram) restoreRam(machine, saved.ram);
};
