/**
 * Everything of ours that crosses the one boundary besides standard DAP: the launch arguments and the own requests.
 * Shells import types from here; `session.ts` answers.
 */
import type { RunGoal } from '../debug/run-goals';
import type { TrapPolicy } from '../debug/trap-policy';
import type { InspectorInfo, InspectorNode, InspectorTable } from '../inspect/contract';

/** Attributes of a `launch` configuration of type `worldstep`, after the shell filled the defaults from kernel.json. */
export interface LaunchArguments {
  /** Path or URI of the kernel (ELF, Linux-header Image or flat binary), or `bundled:NAME` for a bundled kernel. */
  readonly program: string;
  readonly arch?: 'riscv64' | 'aarch64' | 'x86_64' | 'loongarch64';
  readonly stopOnEntry?: boolean;
  /** Run to this symbol before the first stop. */
  readonly runTo?: string;
  /**
   * More symbol files. `address` overrides where the image runs (virtual address of its first byte), `load` says where it
   * lies (physical address of its first byte; that of the virtual machine for a guest's kernel).
   */
  readonly images?: readonly {
    readonly path: string;
    readonly world?: string;
    readonly address?: string;
    readonly load?: string;
    readonly symbolsOnly?: boolean;
  }[];
  readonly machine?: { readonly harts?: number; readonly memory?: string };
  readonly bios?: string;
  readonly initrd?: string;
  /** One disk or several, in the order in which the guest finds them. */
  readonly disk?: LaunchDisk | readonly LaunchDisk[];
  readonly pflash0?: string;
  readonly pflash1?: string;
  readonly append?: string;
  readonly cwd?: string;
  /** DWARF path prefix → where the sources are now. */
  readonly sourceMap?: Readonly<Record<string, string>>;
  /** How steps move. */
  readonly stepping?: {
    /** What Step Into does at a trap, at the return from one and where a virtual machine is entered. Default `skip`. */
    readonly traps?: TrapPolicy;
  };
  readonly trace?: boolean;
  readonly noDebug?: boolean;
  /** Views to reveal when the session starts. */
  readonly openViews?: readonly string[];
  /**
   * `terminal`: the shell shows `console/output` events itself. Otherwise the guest's console also comes as standard
   * `output` events, for clients that know nothing of ours.
   */
  readonly console?: 'terminal' | 'debugConsole';
}

/** A disk image with options as the command line takes them (`fs.img,bus=virtio-mmio`), or the same as an object. */
export type LaunchDisk =
  | string
  | {
      /** A raw image; without one the disk holds zeros and needs a `size`. */
      readonly path?: string;
      readonly bus?: string;
      readonly readonly?: boolean;
      readonly size?: string;
    };

/**
 * An argument of `initialize`: the launch arguments that will follow, from shells that know them, so that the list of
 * exception filters fits the program. VS Code takes no other list later.
 */
export const LAUNCH_AHEAD = 'worldstepLaunch';

/** Own requests: name → arguments and response body. */
export interface OwnRequests {
  'inspect/list': { arguments: Record<string, never>; body: { inspectors: InspectorInfo[] } };
  /** Children of `key`, or the roots. */
  'inspect/children': {
    arguments: { inspector: string; key?: string; hart?: number };
    body: { nodes: InspectorNode[] };
  };
  'inspect/table': { arguments: { inspector: string; key?: string; hart?: number }; body: { table: InspectorTable } };
  /** Exception filters beside those that the initialize response lists; they are set as those are. */
  'exceptions/filters': { arguments: Record<string, never>; body: { filters: PickedFilter[] } };
  /** Exception filters that rows set ("break on its like"), beside those of the Breakpoints view. */
  'exceptions/likes': { arguments: Record<string, never>; body: { likes: ExceptionLike[] } };
  'exceptions/addLike': { arguments: ExceptionLike; body: { likes: ExceptionLike[] } };
  'exceptions/removeLike': { arguments: ExceptionLike; body: { likes: ExceptionLike[] } };
  /** Console input from the pseudoterminal. */
  'console/input': { arguments: { text: string }; body: Record<string, never> };
  /** For the status bar: where the selected hart is. */
  'machine/status': { arguments: { hart?: number }; body: MachineStatus };
  /** Sets what Step Into does at traps, at once and for restarts, or asks for it. */
  'stepping/traps': { arguments: { policy?: TrapPolicy }; body: { policy: TrapPolicy } };
  /** Runs on until the machine does that; a `stopped` event follows. */
  'run/to': { arguments: { goal: RunGoal; threadId?: number }; body: Record<string, never> };
  /** `explain 0x… for read`: the walk in words. */
  'address/explain': {
    arguments: { address: string; access: 'read' | 'write' | 'execute'; hart?: number };
    body: { lines: string[] };
  };
}

/** An exception filter to be picked under a heading. */
export interface PickedFilter {
  readonly filter: string;
  readonly label: string;
  readonly description: string;
  readonly heading: string;
}

/** An exception filter and the condition on its traps. */
export interface ExceptionLike {
  readonly filter: string;
  readonly condition: string;
}

export interface MachineStatus {
  readonly running: boolean;
  /** The manual's mode name, e.g. `S`. */
  readonly mode: string;
  readonly pc: string;
  readonly retired: string;
  /** Guest seconds. */
  readonly seconds: number;
  readonly harts: number;
  /** What Step Into does at traps. */
  readonly traps: TrapPolicy;
}

/** Own events: name → body. */
export interface OwnEvents {
  /** Guest console output; `text` is UTF-8 decoded, with the guest's own line ends. */
  'console/output': { text: string };
  /** These inspectors show stale data. At most ten a second while running; at once on a stop. */
  'inspect/changed': { inspectors: string[] };
  'machine/status': MachineStatus;
}
