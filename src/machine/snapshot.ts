/** The architectural state of a machine beside RAM, as plain data. */
import type { Plain } from '../base/plain';
import type { PowerEvent } from '../devices/device';
import { STATE } from '../engine/layout';
import type { Alarm } from './alarms';
import type { EmulatedMachine } from './machine';

/** Everything but RAM. */
export const readMachine = (machine: EmulatedMachine): { readonly [key: string]: Plain } => ({
  harts: machine.engine.harts.map((view) => ({
    pc: view.pc,
    x: Array.from({ length: 32 }, (_, index) => view.x(index)),
    f: Array.from({ length: 32 }, (_, index) => view.f(index)),
    slots: Object.fromEntries(machine.hardware.engineIsa.slots.map((name) => [name, view.get(name)])),
    activity: view.activity,
    retired: machine.engine.memory.u64[(view.base + STATE.retired) >> 3] ?? 0n,
  })),
  devices: Object.fromEntries(machine.hardware.devices.map((device) => [device.id, device.state])),
  alarms: [...machine.alarms.all]
    .sort((a, b) => (`${a.owner}/${a.tag}` < `${b.owner}/${b.tag}` ? -1 : 1))
    .map(({ owner, tag, at }) => ({ owner, tag, at })),
  schedule: { ...machine.schedule },
  input: machine.inputQueue,
  power: machine.powerEvent ? { ...machine.powerEvent } : null,
});

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
export const readRam = ({ engine, parts }: EmulatedMachine): SavedRam => {
  const { u8, touched } = engine.memory;
  const base = engine.memory.offsetOf(parts.spec.ramBase, 0);
  const pages = [...touched.keys()].filter((page) => touched[page] === 1);
  const bytes = new Uint8Array(pages.length * PAGE);
  for (const [index, page] of pages.entries()) {
    bytes.set(u8.subarray(base + page * PAGE, base + (page + 1) * PAGE), index * PAGE);
  }
  return { pages, bytes };
};

const restoreRam = ({ engine, parts }: EmulatedMachine, { pages, bytes }: SavedRam): void => {
  const { u8, touched } = engine.memory;
  const base = engine.memory.offsetOf(parts.spec.ramBase, 0);
  for (const page of touched.keys()) if (touched[page]) u8.fill(0, base + page * PAGE, base + (page + 1) * PAGE);
  touched.fill(0);
  for (const [index, page] of pages.entries()) {
    u8.set(bytes.subarray(index * PAGE, (index + 1) * PAGE), base + page * PAGE);
    touched[page] = 1;
  }
};

interface SavedHart {
  readonly pc: bigint;
  readonly x: readonly bigint[];
  readonly f: readonly bigint[];
  readonly slots: Readonly<Record<string, bigint>>;
  readonly activity: number;
  readonly retired: bigint;
}

interface SavedMachine {
  readonly harts: readonly SavedHart[];
  readonly devices: Readonly<Record<string, Plain>>;
  readonly alarms: readonly Alarm[];
  readonly schedule: EmulatedMachine['schedule'];
  readonly input: Uint8Array;
  readonly power: PowerEvent | null;
  readonly ram: SavedRam;
}

/** Puts back what `save` returned. The machine must have been made from the same parts. */
export const restoreMachine = (machine: EmulatedMachine, snapshot: Plain): void => {
  const saved = snapshot as unknown as SavedMachine;
  const { memory } = machine.engine;
  saved.harts.forEach((hart, index) => {
    const view = machine.engine.harts[index];
    if (!view) return;
    view.pc = hart.pc;
    for (const [at, value] of hart.x.entries()) view.setX(at, value);
    for (const [at, value] of hart.f.entries()) view.setF(at, value);
    for (const [name, value] of Object.entries(hart.slots)) view.set(name, value);
    view.activity = hart.activity;
    memory.u64[(view.base + STATE.retired) >> 3] = hart.retired;
  });
  for (const device of machine.hardware.devices) {
    const state = saved.devices[device.id];
    if (state !== undefined) device.state = structuredClone(state);
  }
  machine.alarms.all = saved.alarms;
  machine.schedule = { ...saved.schedule };
  machine.inputQueue = saved.input.slice();
  machine.powerEvent = saved.power ?? undefined;
  restoreRam(machine, saved.ram);
};
