// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are VS Code's variables.
/** The JSON schema of a launch configuration: what launch.json completes, explains and marks. */
import { DRIVE_BUSES } from '../base/device-words';
import type { LaunchArguments } from '../dap/protocol';
import { TRAP_POLICY_TEXTS } from '../dap/trap-policy-list';
import { IMAGE_WORLDS } from '../debug/image-world';
import { INSPECTORS } from '../inspect/registry';

/** The part of JSON schema used here, with VS Code's additions. */
export interface Schema {
  /** Absent where `anyOf` says what is possible. */
  readonly type?: 'string' | 'boolean' | 'object' | 'array' | 'integer';
  readonly anyOf?: readonly Schema[];
  readonly markdownDescription?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  /** One for each of `enum`. */
  readonly enumDescriptions?: readonly string[];
  readonly examples?: readonly unknown[];
  readonly pattern?: string;
  readonly patternErrorMessage?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly uniqueItems?: boolean;
}

const WORLD_DESCRIPTIONS: readonly string[] = [
  'A user program.',
  'A kernel or hypervisor.',
  'Firmware, in the most privileged mode.',
  'A user program in a virtual machine.',
  'The kernel of a virtual machine.',
];

const address: Schema = {
  type: 'string',
  pattern: '^0x[0-9a-fA-F_]+$',
  patternErrorMessage: 'Write an address such as 0xffffffc080200000.',
};

const path = (markdownDescription: string): Schema => ({ type: 'string', markdownDescription });

const diskText: Schema = { type: 'string', pattern: '.' };
const diskObject: Schema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    path: path('The image file. Without one the disk holds zeros.'),
    bus: {
      type: 'string',
      enum: DRIVE_BUSES,
      default: DRIVE_BUSES[0],
      markdownDescription: 'Where the kernel looks for it.',
    },
    readonly: { type: 'boolean', default: false, markdownDescription: 'The guest may not write to it.' },
    size: {
      type: 'string',
      pattern: '^[0-9]+[KMG]?$',
      patternErrorMessage: 'Write a size such as 64M or 1G.',
      markdownDescription:
        'Size of the disk, if it is not that of the file; what the file does not fill reads as zeros.',
    },
  },
};

const PROPERTIES: Readonly<Record<Exclude<keyof LaunchArguments, 'noDebug'>, Schema>> = {
  program: {
    type: 'string',
    markdownDescription:
      'The kernel: an ELF file, a Linux-header Image or a flat binary, as a path or a URI. `bundled:NAME` runs a kernel that comes with Worldstep.',
    examples: ['bundled:msgqueue', '${workspaceFolder}/target/riscv64gc-unknown-none-elf/release/kernel'],
    default: 'bundled:msgqueue',
  },
  arch: {
    type: 'string',
    enum: ['riscv64', 'aarch64', 'x86_64', 'loongarch64'],
    markdownDescription: 'The instruction set. Needed for flat binaries only; an ELF says it itself.',
  },
  stopOnEntry: {
    type: 'boolean',
    default: false,
    markdownDescription: 'Stop before the first instruction.',
  },
  runTo: {
    type: 'string',
    markdownDescription: 'Stop first at this function.',
    examples: ['main'],
  },
  images: {
    type: 'array',
    markdownDescription: 'More files with symbols: user programs, guest kernels, firmware.',
    items: {
      type: 'object',
      required: ['path'],
      additionalProperties: false,
      properties: {
        path: path('The ELF file.'),
        world: {
          type: 'string',
          enum: IMAGE_WORLDS,
          enumDescriptions: WORLD_DESCRIPTIONS,
          markdownDescription:
            'Where its code executes. Breakpoints and symbols of the image hold there only. Without it the contents of memory decide.',
        },
        address: {
          ...address,
          markdownDescription: 'The virtual address of its first byte, if it does not run where it was linked.',
        },
        load: {
          ...address,
          markdownDescription:
            'Kernels and firmware: the physical address of its first byte. For a `guest kernel`, the address in the memory of its virtual machine.',
        },
        symbolsOnly: { type: 'boolean', default: true, markdownDescription: 'Read its symbols but do not load it.' },
      },
    },
  },
  machine: {
    type: 'object',
    markdownDescription: 'The machine that is emulated.',
    additionalProperties: false,
    properties: {
      harts: {
        type: 'integer',
        minimum: 1,
        maximum: 8,
        default: 1,
        markdownDescription: 'How many processors it has.',
      },
      memory: {
        type: 'string',
        default: '128M',
        markdownDescription: 'Size of its RAM.',
        pattern: '^[0-9]+[KMG]?$',
        patternErrorMessage: 'Write a size such as 128M or 1G.',
      },
    },
  },
  bios: path('Firmware to start in M-mode, as QEMU takes with `-bios`. Without it Worldstep answers SBI calls itself.'),
  initrd: path('Initial RAM disk, as Linux takes it.'),
  disk: {
    anyOf: [diskText, diskObject, { type: 'array', items: { anyOf: [diskText, diskObject] } }],
    markdownDescription:
      'A raw disk image, `fs.img`, or with options: `fs.img,bus=virtio-mmio-legacy,readonly`; the same as an object with `path`, `bus`, `readonly` and `size` (without a `path` a disk of zeros); or an array of these. The bus is `virtio-pci` (the default), `virtio-mmio` or `virtio-mmio-legacy`. What the guest writes is forgotten when the session ends.',
    examples: ['${workspaceFolder}/disk.img', { path: '${workspaceFolder}/fs.img', bus: 'virtio-mmio' }],
  },
  pflash0: path('Contents of the first flash bank.'),
  pflash1: path('Contents of the second flash bank.'),
  append: { type: 'string', markdownDescription: 'The command line that the kernel finds in its device tree.' },
  cwd: path('Folder for relative paths. The workspace folder if it is absent.'),
  sourceMap: {
    type: 'object',
    markdownDescription: 'Where sources are now: path prefix in the debug information → folder.',
    examples: [{ '/build/kernel': '${workspaceFolder}' }],
    additionalProperties: { type: 'string' },
  },
  stepping: {
    type: 'object',
    markdownDescription: 'How steps move.',
    additionalProperties: false,
    properties: {
      traps: {
        type: 'string',
        enum: TRAP_POLICY_TEXTS.map(({ id }) => id),
        enumDescriptions: TRAP_POLICY_TEXTS.map(({ description }) => description),
        default: 'skip',
        markdownDescription:
          'What Step Into does where control goes to another world: at a system call, a faulting access, a return from a trap, the entry into a guest and the exit from it. Step Over always stays in its world. Can be changed while debugging.',
      },
    },
  },
  trace: {
    type: 'boolean',
    default: false,
    markdownDescription: 'Write every protocol message to `worldstep-trace.jsonl` in `cwd` when the session ends.',
  },
  console: {
    type: 'string',
    enum: ['terminal', 'debugConsole'],
    default: 'terminal',
    markdownDescription:
      'Where the console of the guest is: in a terminal of its own, or among the Debug Console’s messages.',
  },
  openViews: {
    type: 'array',
    markdownDescription: 'Views of Run and Debug to open when the session starts.',
    uniqueItems: true,
    items: { type: 'string', enum: INSPECTORS.map(({ id }) => id) },
  },
};

export const launchSchema: Schema = {
  type: 'object',
  required: ['program'],
  properties: PROPERTIES,
};
