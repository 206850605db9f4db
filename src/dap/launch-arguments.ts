/** Checks launch arguments before anything is read or built: key by key as the schema says, then what it cannot say. */
import { DeviceWordsError, type DiskWords, diskOf, diskWords } from '../base/device-words';
import { t } from '../base/l10n';
import { loadWords, physicalAddress } from '../base/load-words';
import { nearest } from '../base/nearest';
import type { Schema } from '../base/schema';
import { expectedOf, problemText, type SchemaProblem, schemaProblems } from '../base/schema-check';
import { bytesOf } from '../base/size';
import { isObject } from './arguments';
import {
  archMissing,
  badWords,
  imageWithoutPath,
  impossible,
  invalid,
  loadOfProgram,
  memoryTooLarge,
  memoryTooSmall,
  missingProgram,
  notOneOf,
  type UserError,
  unknownKey,
  wrongType,
} from './errors';
import { attachSchema, type LaunchArguments, type LaunchDisk, launchSchema } from './launch-schema';

/** Keys every debug configuration may carry; shells send them along. */
const SHELL_KEYS = new Set(
  'type name request preLaunchTask postDebugTask internalConsoleOptions presentation serverReadyAction debugServer suppressMultipleSessionWarning windows linux osx'.split(
    ' ',
  ),
);

const REQUEST: Schema = {
  ...launchSchema,
  properties: { ...launchSchema.properties, noDebug: { type: 'boolean' } },
};

const MEBIBYTE = 1024 ** 2;
/** What one machine can have; a smaller limit of the board is reported by the loader. */
const MOST_MEMORY = 3072 * MEBIBYTE;
const LEAST_MEMORY = 2 * MEBIBYTE;

/** What is the debugger's own in a configuration, as far as it is there. */
const ownOf = (value: Readonly<Record<string, unknown>>) =>
  withoutNulls(
    // Double underscore keys are the client's own (VS Code adds __sessionId and the like).
    Object.fromEntries(Object.entries(value).filter(([key]) => !SHELL_KEYS.has(key) && !key.startsWith('__'))),
  );

/** Checks the arguments of an attach: clients that know the way to the server need not name it. Throws a UserError. */
export function checkAttach(value: Readonly<Record<string, unknown>>): void {
  const [problem] = schemaProblems(ownOf(value), { ...attachSchema, required: [] });
  if (problem !== undefined) throw refusal(problem, []);
}

/** Returns the arguments when every key is known and of its form. Throws a UserError naming the key and the next step. */
export function checkLaunch(value: unknown, architectures: readonly string[]): LaunchArguments {
  if (!isObject(value)) throw missingProgram();
  const own = ownOf(value);
  const problems = schemaProblems(own, REQUEST);
  // A misspelt key explains the one that is missing.
  const problem = problems.find(({ kind }) => kind === 'unknown') ?? problems[0];
  if (problem !== undefined) throw refusal(problem, architectures);
  const launch = own as unknown as LaunchArguments;
  if (launch.arch !== undefined && !architectures.includes(launch.arch)) throw archMissing(launch.arch, architectures);
  if (launch.machine?.memory !== undefined) checkMemory(launch.machine.memory);
  for (const { disk, place } of launchDisks(launch)) checkWords(place, () => readDisk(disk));
  for (const { text, place } of launchLoads(launch)) checkWords(place, () => loadWords(text));
  const { entry } = launch;
  if (entry !== undefined) checkWords('entry', () => physicalAddress(entry));
  for (const [at, { world, load }] of (launch.images ?? []).entries()) {
    if (load !== undefined && (world === 'user' || world === 'guest user')) {
      throw loadOfProgram(`images[${at}].load`, world);
    }
  }
  return launch;
}

/** The disks of a launch, each with the key that it stands under. */
export function launchDisks({
  disk,
}: Pick<LaunchArguments, 'disk'>): { readonly disk: LaunchDisk; readonly place: string }[] {
  if (disk === undefined) return [];
  if (!isList(disk)) return [{ disk, place: 'disk' }];
  return disk.map((one, at) => ({ disk: one, place: `disk[${at}]` }));
}

/** What a launch's `load` says, each text with the key that it stands under. */
export function launchLoads({
  load = [],
}: Pick<LaunchArguments, 'load'>): { readonly text: string; readonly place: string }[] {
  if (typeof load === 'string') return [{ text: load, place: 'load' }];
  return load.map((text, at) => ({ text, place: `load[${at}]` }));
}

const isList = (disk: LaunchDisk | readonly LaunchDisk[]): disk is readonly LaunchDisk[] => Array.isArray(disk);

function checkWords(place: string, read: () => unknown): void {
  try {
    read();
  } catch (error) {
    if (error instanceof DeviceWordsError) throw badWords(place, error.message);
    throw error;
  }
}

/** What a launch's disk says. @throws DeviceWordsError */
export const readDisk = (disk: LaunchDisk): DiskWords => (typeof disk === 'string' ? diskWords(disk) : diskOf(disk));

function refusal(problem: SchemaProblem, architectures: readonly string[]): UserError {
  const { path } = problem;
  const image = /^images\[(\d+)\]\.path$/.exec(path)?.[1];
  switch (problem.kind) {
    case 'unknown':
      return unknownKey(path, meant(problem.key, path, problem.schema));
    case 'missing':
      if (path === 'program') return missingProgram();
      return image === undefined ? invalid(problemText(problem)) : imageWithoutPath(Number(image));
    case 'type':
      if (path === 'program') return missingProgram();
      return wrongType(path, expectedOf(problem.schema), typeOf(problem.value));
    case 'choice':
      if (path === 'arch') return archMissing(String(problem.value), architectures);
      return notOneOf(path, String(problem.value), problem.schema.enum ?? []);
    case 'form':
      if (path === 'program') return missingProgram();
      if (image !== undefined) return imageWithoutPath(Number(image));
      return impossible(path, problem.value, expectedOf(problem.schema));
    case 'refused':
    case 'name':
      return invalid(problemText(problem));
  }
}

/** The key that was meant: one of an inner object that was written outside of it, or one that is spelt alike. */
function meant(key: string, path: string, { properties = {} }: Schema): string | undefined {
  const owner = Object.entries(properties).find(([, one]) => Object.hasOwn(one.properties ?? {}, key));
  if (owner !== undefined) return `${owner[0]}.${key}`;
  const near = nearest(key, Object.keys(properties));
  return near === undefined ? undefined : path.slice(0, path.length - key.length) + near;
}

/** The same without entries that are null: clients send them for what is absent. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  const there = Object.entries(value).filter(([, one]) => one !== null && one !== undefined);
  return Object.fromEntries(there.map(([key, one]) => [key, withoutNulls(one)]));
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return t`an array`;
  switch (typeof value) {
    case 'object':
      return t`an object`;
    case 'string':
      return t`a string`;
    case 'number':
      return t`a number`;
    default:
      return t`true or false`;
  }
}

function checkMemory(memory: string): void {
  const size = bytesOf(memory) ?? Number.POSITIVE_INFINITY;
  if (size > MOST_MEMORY) throw memoryTooLarge(memory, '3G');
  if (size < LEAST_MEMORY) throw memoryTooSmall(memory);
}
