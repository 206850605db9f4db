/** Checks launch arguments key by key before anything is read or built. */
import { DeviceWordsError, type DiskWords, diskOf, diskWords } from '../base/device-words';
import { nearest } from '../base/nearest';
import { IMAGE_WORLDS } from '../debug/image-world';
import { isTrapPolicy, TRAP_POLICIES } from '../debug/trap-policy';
import { isObject } from './arguments';
import {
  archMissing,
  badAddress,
  badDisk,
  badHarts,
  badMemory,
  imageWithoutPath,
  loadOfProgram,
  memoryTooLarge,
  memoryTooSmall,
  missingProgram,
  notOneOf,
  unknownKey,
  wrongType,
} from './errors';
import type { LaunchArguments, LaunchDisk } from './protocol';

type Shape =
  | { readonly kind: 'string' | 'boolean' | 'number' | 'strings' | 'map'; readonly wanted?: string }
  | { readonly kind: 'object'; readonly keys: Readonly<Record<string, Shape>> }
  /** `objects`: a list of them. `disks`: text, an object, or a list of these. */
  | { readonly kind: 'objects' | 'disks'; readonly keys: Readonly<Record<string, Shape>> };

const text: Shape = { kind: 'string' };
const flag: Shape = { kind: 'boolean' };
const size: Shape = { kind: 'string', wanted: 'a string such as "128M"' };

const KEYS: Readonly<Record<keyof LaunchArguments, Shape>> = {
  program: text,
  arch: text,
  stopOnEntry: flag,
  runTo: text,
  images: { kind: 'objects', keys: { path: text, world: text, address: text, load: text, symbolsOnly: flag } },
  machine: { kind: 'object', keys: { harts: { kind: 'number' }, memory: size } },
  bios: text,
  initrd: text,
  disk: { kind: 'disks', keys: { path: text, bus: text, readonly: flag, size } },
  pflash0: text,
  pflash1: text,
  append: text,
  cwd: text,
  sourceMap: { kind: 'map' },
  stepping: { kind: 'object', keys: { traps: text } },
  trace: flag,
  noDebug: flag,
  openViews: { kind: 'strings' },
  console: text,
};

/** Keys every debug configuration may carry; shells send them along. */
const SHELL_KEYS = new Set(
  'type name request preLaunchTask postDebugTask internalConsoleOptions presentation serverReadyAction debugServer suppressMultipleSessionWarning windows linux osx'.split(
    ' ',
  ),
);

const WANTED: Readonly<Record<Shape['kind'], string>> = {
  string: 'a string',
  boolean: 'true or false',
  number: 'a number',
  strings: 'an array of strings',
  map: 'an object of strings',
  object: 'an object',
  objects: 'an array of objects',
  disks: 'a file name, an object, or an array of these',
};

const MEBIBYTE = 1024 ** 2;
/** What one machine can have; a smaller limit of the board is reported by the loader. */
const MOST_MEMORY = 3072 * MEBIBYTE;
const LEAST_MEMORY = 2 * MEBIBYTE;
const MOST_HARTS = 8;
const CONSOLES: readonly string[] = ['terminal', 'debugConsole'];

/** Returns the arguments when every key is known and of its type. Throws a UserError naming the key and the next step. */
export function checkLaunch(value: unknown, architectures: readonly string[]): LaunchArguments {
  if (!isObject(value)) throw missingProgram();
  checkKeys(value, KEYS, '');
  const launch = value as unknown as LaunchArguments;
  if (typeof launch.program !== 'string' || launch.program.trim() === '') throw missingProgram();
  if (launch.arch !== undefined && !architectures.includes(launch.arch)) throw archMissing(launch.arch, architectures);
  if (launch.console !== undefined && !CONSOLES.includes(launch.console))
    throw notOneOf('console', launch.console, CONSOLES);
  const traps = launch.stepping?.traps;
  if (traps !== undefined && !isTrapPolicy(traps)) throw notOneOf('stepping.traps', traps, TRAP_POLICIES);
  const { harts, memory } = launch.machine ?? {};
  if (harts !== undefined && !(Number.isInteger(harts) && harts >= 1 && harts <= MOST_HARTS))
    throw badHarts(harts, MOST_HARTS);
  if (memory !== undefined) checkMemory(memory);
  for (const { disk, place } of launchDisks(launch)) checkDisk(disk, place);
  for (const [at, image] of (launch.images ?? []).entries()) {
    if (typeof image.path !== 'string' || image.path.trim() === '') throw imageWithoutPath(at);
    checkImage(image, `images[${at}]`);
  }
  return launch;
}

/** The disks of a launch, each with the key that it stands under. */
export function launchDisks({
  disk,
}: Pick<LaunchArguments, 'disk'>): { readonly disk: LaunchDisk; readonly place: string }[] {
  if (disk === undefined || disk === null) return [];
  if (!isList(disk)) return [{ disk, place: 'disk' }];
  return disk.map((one, at) => ({ disk: one, place: `disk[${at}]` }));
}

const isList = (disk: LaunchDisk | readonly LaunchDisk[]): disk is readonly LaunchDisk[] => Array.isArray(disk);

function checkDisk(disk: LaunchDisk, place: string): void {
  try {
    readDisk(disk);
  } catch (error) {
    if (error instanceof DeviceWordsError) throw badDisk(place, error.message);
    throw error;
  }
}

/** What a launch's disk says. @throws DeviceWordsError */
export const readDisk = (disk: LaunchDisk): DiskWords => (typeof disk === 'string' ? diskWords(disk) : diskOf(disk));

function checkImage(image: NonNullable<LaunchArguments['images']>[number], path: string): void {
  for (const key of ['address', 'load'] as const) {
    const text = image[key];
    if (text !== undefined && !isAddress(text)) throw badAddress(`${path}.${key}`, text);
  }
  const world = IMAGE_WORLDS.find((one) => one === image.world);
  if (image.world !== undefined && world === undefined) {
    throw notOneOf(`${path}.world`, image.world, IMAGE_WORLDS);
  }
  if (image.load !== undefined && (world === 'user' || world === 'guest user')) {
    throw loadOfProgram(`${path}.load`, world);
  }
}

const isAddress = (text: string): boolean =>
  /^0x[0-9a-f_]{1,20}$/i.test(text) && /[0-9a-f]/i.test(text.slice(2)) && BigInt(text.replaceAll('_', '')) < 1n << 64n;

function checkKeys(value: Record<string, unknown>, keys: Readonly<Record<string, Shape>>, prefix: string): void {
  for (const [key, entry] of Object.entries(value)) {
    const shape = Object.hasOwn(keys, key) ? keys[key] : undefined;
    if (shape === undefined) {
      // Double underscore keys are the client's own (VS Code adds __sessionId and the like).
      if (prefix === '' && (SHELL_KEYS.has(key) || key.startsWith('__'))) continue;
      const near = nearest(key, Object.keys(keys));
      throw unknownKey(prefix + key, misplaced(key, keys) ?? (near === undefined ? undefined : prefix + near));
    }
    if (entry === undefined || entry === null) continue;
    checkShape(entry, shape, prefix + key);
  }
}

/** A key of an inner object that was written outside of it. */
function misplaced(key: string, keys: Readonly<Record<string, Shape>>): string | undefined {
  const owner = Object.entries(keys).find(([, shape]) => shape.kind === 'object' && Object.hasOwn(shape.keys, key));
  return owner === undefined ? undefined : `${owner[0]}.${key}`;
}

function checkShape(entry: unknown, shape: Shape, path: string): void {
  const isRight = {
    string: () => typeof entry === 'string',
    boolean: () => typeof entry === 'boolean',
    number: () => typeof entry === 'number',
    strings: () => Array.isArray(entry) && entry.every((one) => typeof one === 'string'),
    map: () => isObject(entry) && Object.values(entry).every((one) => typeof one === 'string'),
    object: () => isObject(entry),
    objects: () => Array.isArray(entry) && entry.every(isObject),
    disks: () => Array.isArray(entry) || typeof entry === 'string' || isObject(entry),
  }[shape.kind]();
  if (!isRight) {
    const wanted = 'wanted' in shape ? shape.wanted : undefined;
    throw wrongType(path, wanted ?? WANTED[shape.kind], typeOf(entry));
  }
  if (shape.kind === 'object') checkKeys(entry as Record<string, unknown>, shape.keys, `${path}.`);
  if (shape.kind === 'objects' || shape.kind === 'disks') {
    const isList = Array.isArray(entry);
    for (const [at, one] of listOf(entry).entries()) {
      const place = isList ? `${path}[${at}]` : path;
      if (isObject(one)) checkKeys(one, shape.keys, `${place}.`);
      else if (typeof one !== 'string') throw wrongType(place, 'a file name or an object', typeOf(one));
    }
  }
}

/** The elements of a list, or the one thing that stands for a list of itself. */
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function checkMemory(memory: string): void {
  const match = /^\s*([0-9]{1,15})\s*([kmgt]?)(?:i?b)?\s*$/i.exec(memory);
  if (match === null) throw badMemory(memory);
  const unit =
    { '': 1, k: 1024, m: MEBIBYTE, g: 1024 * MEBIBYTE, t: MEBIBYTE * MEBIBYTE }[(match[2] ?? '').toLowerCase()] ?? 1;
  const size = Number(match[1]) * unit;
  if (size > MOST_MEMORY) throw memoryTooLarge(memory, '3G');
  if (size < LEAST_MEMORY) throw memoryTooSmall(memory);
}
