/** Makes a machine out of a user's files and options. */

import { ARCHITECTURES, type Architecture } from '../base/architectures';
import type { BoardChoices } from '../base/board-choices';
import type { DriveBus } from '../base/device-words';
import { t } from '../base/l10n';
import { BOARDS, boardFor, RUNNABLE } from './boards/all';
import type { BoardSpec, Drive, ExtraDevice } from './boards/board';
import { elfArchitecture } from './boot/elf-image';
import { linuxArchitecture } from './boot/linux-image';
import { LoadError } from './boot/load-error';
import type { BootInput, LoadPlan, NamedFile } from './boot/load-plan';
import { isPcProgram } from './boot/pc-program';
import { EmulatedMachine } from './machine';
import { sizeOf } from './memory-size';

export interface MachineOptions extends Omit<BootInput, 'memory' | 'harts' | 'mode'> {
  /** Without it what the files are for, else the first that there is a board for. */
  readonly architecture?: Architecture;
  /** Bytes of RAM; default 128 MiB. */
  readonly memory?: number;
  readonly harts?: number;
  readonly drives?: readonly Drive[];
  readonly extras?: readonly ExtraDevice[];
  /** Of the board's options; those that are not chosen have their defaults. */
  readonly choices?: BoardChoices;
}

export interface CreatedMachine {
  readonly machine: EmulatedMachine;
  readonly plan: LoadPlan;
  readonly board: BoardSpec;
}

const MEBIBYTE = 1024 * 1024;

/** @throws LoadError for everything a user can get wrong. */
export const createMachine = (options: MachineOptions): CreatedMachine => {
  const memory = options.memory ?? 128 * MEBIBYTE;
  const harts = options.harts ?? 1;
  const board = chooseBoard(options);
  const choices = choose(board, options.choices ?? {});
  const plan = board.plan({ ...options, memory, harts }, choices);
  const { drives = [], extras = [] } = options;
  checkRoom(board, [...drives, ...extras]);
  const files = {
    pflash0: plan.pflash0 ?? options.pflash0?.bytes,
    pflash1: options.pflash1?.bytes,
    drives,
    extras,
    append: options.append,
  };
  try {
    return { machine: new EmulatedMachine({ spec: board, memory, harts, plan, files, choices }), plan, board };
  } catch (error) {
    // The only RangeError of a valid plan: the host gives no buffer of that size.
    if (!(error instanceof RangeError)) throw error;
    throw new LoadError('--memory', t`this host has no room for ${sizeOf(memory)} of RAM`, t`Give less, such as 128M.`);
  }
};

/**
 * The board that is meant: the named architecture's, else that of the kernel's or firmware's file.
 * @throws LoadError where there is no such board
 */
export const chooseBoard = ({
  architecture,
  bios,
  kernel,
  loaded = [],
}: Pick<MachineOptions, 'architecture' | 'bios' | 'kernel' | 'loaded'>): BoardSpec => {
  const given = [kernel, bios, ...loaded.map(({ file }) => file)];
  const wanted = architecture ?? given.map(architectureOf).find((one) => one !== undefined);
  const [first] = BOARDS;
  const board = wanted === undefined ? first : boardFor(wanted);
  if (board) return board;
  const { title } = ARCHITECTURES[wanted ?? 'riscv64'];
  const file = given.find((one) => architectureOf(one) === wanted);
  throw new LoadError(
    file?.name ?? '--arch',
    file ? t`this is a program for ${title}, and there is no such machine yet` : t`there is no ${title} machine yet`,
    t`Build it for ${RUNNABLE.join(t` or `)}; ${wanted} machines come with a later version.`,
  );
};

const architectureOf = (file: NamedFile | undefined): Architecture | undefined =>
  file &&
  (elfArchitecture(file.bytes) ?? linuxArchitecture(file.bytes) ?? (isPcProgram(file.bytes) ? 'x86_64' : undefined));

/** @throws LoadError for an option that the board has not, or a value that the option has not */
const choose = ({ id, options }: BoardSpec, given: BoardChoices): BoardChoices => {
  for (const [name, value] of Object.entries(given)) {
    const values = Object.hasOwn(options, name) ? options[name] : undefined;
    if (!values) {
      const names = Object.keys(options);
      const next = names.length > 0 ? t`It has: ${names.join(', ')}.` : t`It has none; leave it out.`;
      throw new LoadError('--machine', t`the machine ${id} has no option "${name}"`, next);
    }
    if (!values.includes(value))
      throw new LoadError('--machine', t`${name} cannot be "${value}"`, t`There is: ${values.join(', ')}.`);
  }
  return { ...Object.fromEntries(Object.entries(options).map(([name, [first]]) => [name, first])), ...given };
};

/** The transports of virtio over MMIO take either version of it. */
const isOnMmio = (bus: DriveBus): boolean => bus !== 'virtio-pci';

const checkRoom = ({ room }: BoardSpec, devices: readonly { readonly bus: DriveBus }[]): void => {
  const onPci = devices.filter(({ bus }) => !isOnMmio(bus)).length;
  for (const [count, bus] of [
    [onPci, 'virtio-pci'],
    [devices.length - onPci, 'virtio-mmio'],
  ] as const) {
    const most = room[bus];
    if (count > most)
      throw new LoadError(t`--disk and --device`, t`${count} devices are too many on ${bus}`, t`It takes ${most}.`);
  }
};
