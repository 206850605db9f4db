/**
 * Every error a user can cause, numbered, each with what is wrong and the next step. Our own bugs are not here: they
 * are caught once, in server.ts.
 */
import { t } from '../base/l10n';

/** An answer of "no" to a request. `url` becomes a button in clients that show one. */
export class UserError extends Error {
  constructor(
    readonly id: number,
    message: string,
    readonly button?: { readonly label: string; readonly url: string },
  ) {
    super(message);
    this.name = 'UserError';
  }
}

/** The buttons of messages about a launch; server.ts translates their labels. */
export const pickKernel = { label: 'Pick a kernel', url: 'command:worldstep.pickKernel' };
export const openLaunch = { label: 'Open launch.json', url: 'command:workbench.action.debug.configure' };

// 1000–1099: requests
export const unknownRequest = (command: string) =>
  new UserError(
    1000,
    t`The request "${command}" is not one of this debugger's. See the initialize response for what is supported.`,
  );
export const badArgument = (name: string, wanted: string) =>
  new UserError(1001, t`The argument "${name}" must be ${wanted}.`);
export const notLaunched = (command: string) =>
  new UserError(1002, t`"${command}" needs a running session. Send a launch request first.`);
export const alreadyLaunched = () =>
  new UserError(1003, t`A machine is running in this session already. Use restart, or start another session.`);
export const cancelled = () => new UserError(1004, 'cancelled');
export const isRunning = (command: string) =>
  new UserError(1005, t`"${command}" needs the guest to stand still. Pause it first.`);
export const staleFrame = (id: number) =>
  new UserError(1006, t`Frame ${id} is from an earlier stop. Ask for the stack trace again.`);
export const staleVariables = (id: number) =>
  new UserError(1007, t`Variables reference ${id} is from an earlier stop. Ask for the scopes again.`);
export const unknownThread = (id: number) =>
  new UserError(1008, t`There is no processor with thread id ${id}. Ask for the threads again.`);
export const ended = () => new UserError(1009, t`The guest has ended. Restart the session to run it again.`);
export const badFilter = (id: string, problem: string) =>
  new UserError(1010, t`The exception filter "${id}" cannot be set: ${problem}`);
export const internal = (problem: string) =>
  new UserError(
    1099,
    t`Worldstep itself failed: ${problem}. The session goes on; please report this with the steps that led here.`,
  );

// 1100–1199: launch
export const unknownKey = (path: string, nearest: string | undefined) =>
  new UserError(
    1100,
    t`launch.json has an unknown key "${path}". ${nearest === undefined ? t`Remove it.` : t`Did you mean "${nearest}"?`}`,
    openLaunch,
  );
export const wrongType = (path: string, wanted: string, found: string) =>
  new UserError(1101, t`"${path}" in launch.json must be ${wanted}, not ${found}.`, openLaunch);
export const missingProgram = () =>
  new UserError(
    1102,
    t`"program" is missing. Name a kernel file, or "bundled:msgqueue" for a bundled kernel.`,
    pickKernel,
  );
export const impossible = (path: string, value: unknown, wanted: string) =>
  new UserError(1103, t`"${path}": ${JSON.stringify(value)} is not possible. Write ${wanted}.`, openLaunch);
export const invalid = (problem: string) => new UserError(1106, t`launch.json: ${problem}. Correct it.`, openLaunch);
export const memoryTooLarge = (text: string, limit: string) =>
  new UserError(
    1104,
    t`"machine.memory": ${text} does not fit: the guest's RAM lives in one WebAssembly memory of at most ${limit}. Use ${limit} or less; "128M" is usual.`,
    openLaunch,
  );
export const memoryTooSmall = (text: string) =>
  new UserError(
    1105,
    t`"machine.memory": ${text} is too small for a kernel. Use "16M" or more; "128M" is usual.`,
    openLaunch,
  );
export const badWords = (path: string, problem: string) => new UserError(1114, `"${path}": ${problem}`, openLaunch);
export const archMissing = (arch: string, known: readonly string[]) =>
  new UserError(
    1108,
    t`"arch": "${arch}" is not available in this version. Remove it, or use ${either(known)}.`,
    openLaunch,
  );
export const cannotLoad = (message: string) => new UserError(1109, message, pickKernel);
export const loadOfProgram = (path: string, world: string) =>
  new UserError(
    1111,
    t`"${path}" has no use for an image of the world "${world}": its kernel decides where it lies. Remove it; "address" says where it runs.`,
    openLaunch,
  );
export const imageWithoutPath = (at: number) =>
  new UserError(
    1112,
    t`"images[${at}]" in launch.json names no file. Add "path": the ELF file that has the symbols.`,
    openLaunch,
  );
/** `"a" or "b"`. */
const either = (known: readonly string[]): string => known.map((one) => `"${one}"`).join(t` or `);

export const notOneOf = (path: string, text: string, known: readonly string[]) =>
  new UserError(1113, t`"${path}": "${text}" is not possible. Use ${either(known)}.`, openLaunch);

export const nothingShared = () =>
  new UserError(
    1115,
    t`There is no other session to attach to here. Start "worldstep dap --port N", launch in one editor, and attach with "port" in another.`,
    openLaunch,
  );
export const nothingToAttach = () =>
  new UserError(
    1116,
    t`No session of this server has a machine to attach to. Launch one first, or correct "port".`,
    openLaunch,
  );

// 1200–1299: looking and changing
export const cannotEvaluate = (message: string) => new UserError(1200, message);
export const cannotSet = (message: string) => new UserError(1201, message);
export const badReference = (text: string, problem?: string) =>
  new UserError(
    1202,
    problem === undefined
      ? t`"${text}" names no place in memory. Write 0x…, va:0x…, pa:0x… or an expression.`
      : t`"${text}" names no place in memory: ${problem} Write 0x…, va:0x…, pa:0x… or an expression.`,
  );
export const inexactReference = (name: string, value: number) =>
  new UserError(
    1212,
    t`The argument "${name}" is ${value}: numbers above 2^53 are not exact in JSON. Send the address as text, "0x…".`,
  );
export const notWritable = (reference: string) =>
  new UserError(1203, t`The memory at ${reference} is not writable RAM. Only mapped RAM can be changed.`);
export const noVariable = (name: string) =>
  new UserError(1204, t`There is no variable "${name}" here. Refresh the Variables view.`);
export const noSource = (name: string) => {
  const crate = /^\/worldstep\/crates\/([^/]+)/.exec(name)?.[1];
  const next =
    crate === undefined
      ? t`Add its folder to "sourceMap" in launch.json.`
      : t`Run "cargo fetch" in the kernel's folder and debug again, or add the folder of crate ${crate} to "sourceMap" in launch.json.`;
  return new UserError(1205, t`The text of ${name} is not available here. ${next}`, openLaunch);
};
export const restartImpossible = (why: string) => new UserError(1213, why);

export const stepImpossible = (why: string) => new UserError(1206, why);
export const noException = () => new UserError(1207, t`The processor does not stand at a trap.`);
export const staleGotoTarget = (id: number) =>
  new UserError(1208, t`Jump target ${id} is not known any more. Choose the line again.`);
export const unknownInspector = (id: string) => new UserError(1209, t`There is no view "${id}". Ask for inspect/list.`);
export const viewFailed = (id: string, why: string) => new UserError(1210, t`The view "${id}" cannot be shown: ${why}`);
export const noFrame = () =>
  new UserError(1211, t`There is no frame here. Pause the guest and pick one in the Call Stack.`);
