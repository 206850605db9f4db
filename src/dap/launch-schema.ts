// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are VS Code's variables.
/**
 * The attributes of a `launch` configuration of type `worldstep`: what {@link checkLaunch} refuses, what launch.json
 * completes, explains and marks, the table in README.md and the settings follow from here.
 */
import { ARCHITECTURE_NAMES } from '../base/architectures';
import { BOARD_OPTIONS } from '../base/board-choices';
import { DRIVE_BUSES } from '../base/device-words';
import { ADDRESS, type Schema, type SchemaValue, TEXT } from '../base/schema';
import { SIZE } from '../base/size';
import { IMAGE_WORLDS } from '../debug/image-world';
import { INSPECTORS } from '../inspect/registry';
import { MOST_RECORDS } from '../inspect/trap-log';
import { TRAP_POLICY_TEXTS } from './trap-policy-list';

/** Children of a variable that are listed when the client asks for all of them, unless the launch says otherwise. */
export const MOST_CHILDREN = 2000;

const path = <const Text extends string>(markdownDescription: Text) =>
  ({ type: 'string', markdownDescription }) as const;

const DISK = {
  type: ['string', 'object'],
  expected: 'a file name or an object',
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
      ...SIZE,
      markdownDescription:
        'Size of the disk, if it is not that of the file; what the file does not fill reads as zeros.',
    },
  },
} as const satisfies Schema;

/** The schema of a launch configuration. */
export const launchSchema = {
  type: 'object',
  required: ['program'],
  additionalProperties: false,
  properties: {
    program: {
      ...TEXT,
      markdownDescription:
        'The kernel: an ELF file, a Linux-header Image or a flat binary, as a path or a URI. `bundled:NAME` runs a kernel that comes with Worldstep.',
      examples: ['bundled:msgqueue', '${workspaceFolder}/target/riscv64gc-unknown-none-elf/release/kernel'],
      default: 'bundled:msgqueue',
    },
    arch: {
      type: 'string',
      enum: ARCHITECTURE_NAMES,
      markdownDescription: 'The instruction set. Needed for flat binaries only; an ELF says it itself.',
    },
    mode: {
      type: 'string',
      markdownDescription:
        'Which of a kernel’s modes runs: a name under `modes` in its kernel.json. Without it that of `image`.',
      examples: ['stage2'],
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
          path: { ...TEXT, markdownDescription: 'The ELF file.' },
          world: {
            type: 'string',
            // No machine here has a mode of its own for hypervisors yet.
            enum: IMAGE_WORLDS.filter((world) => world !== 'hypervisor'),
            enumDescriptions: [
              'A user program.',
              'A kernel or hypervisor.',
              'Firmware, in the most privileged mode.',
              'A user program in a virtual machine.',
              'The kernel of a virtual machine.',
            ],
            markdownDescription:
              'Where its code executes. Breakpoints and symbols of the image hold there only. Without it the contents of memory decide.',
          },
          address: {
            ...ADDRESS,
            markdownDescription: 'The virtual address of its first byte, if it does not run where it was linked.',
          },
          load: {
            ...ADDRESS,
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
        memory: { ...SIZE, default: '128M', markdownDescription: 'Size of its RAM.' },
        ...BOARD_OPTIONS,
      },
    },
    bios: path(
      'Firmware to start in M-mode, as QEMU takes with `-bios`. Without it Worldstep answers SBI calls itself.',
    ),
    initrd: path('Initial RAM disk, as Linux takes it.'),
    load: {
      type: ['string', 'array'],
      items: { type: 'string' },
      expected: 'an address, a file with an address, or an array of these',
      markdownDescription:
        'Where things lie in memory, by physical addresses: `0x80000000` for a flat `program`, `initrd.img@0x84000000` for one more file, `module.elf` for an ELF file that says it itself; or an array of these.',
      examples: ['0x80000000', ['0x80000000', '${workspaceFolder}/data.bin@0x84000000']],
    },
    entry: {
      ...ADDRESS,
      markdownDescription:
        'The physical address of the first instruction, in place of the entry that the program names.',
    },
    disk: {
      ...DISK,
      type: ['string', 'object', 'array'],
      items: DISK,
      expected: 'a file name, an object, or an array of these',
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
      markdownDescription:
        'Where sources are now: path prefix in the debug information → folder. `.` stands for relative paths; without it they are looked for in the workspace and above the program.',
      examples: [{ '/build/kernel': '${workspaceFolder}' }],
      additionalProperties: { type: 'string' },
    },
    debugFileDirectories: {
      type: 'array',
      items: { type: 'string' },
      markdownDescription:
        'Folders with debug information that is not in the programs themselves: debug files of stripped programs (by `.gnu_debuglink` or build id), files of dwz, `.dwo` and `.dwp`. Beside a program and in `.debug` there they are found without.',
      examples: [['${workspaceFolder}/debug', '/usr/lib/debug']],
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
      enumDescriptions: ['A terminal of its own.', 'Among the messages of the Debug Console.'],
      default: 'terminal',
      markdownDescription:
        'Where the console of the guest is: in a terminal of its own, or among the Debug Console’s messages.',
    },
    openViews: {
      type: 'array',
      markdownDescription: 'Views of the Worldstep panel to open at the first stop.',
      uniqueItems: true,
      items: { type: 'string', enum: INSPECTORS.map(({ id }) => id) },
      default: [],
    },
    numbers: {
      type: 'string',
      enum: ['decimal', 'hexadecimal'],
      enumDescriptions: ['As the source language writes them.', 'In hexadecimal.'],
      default: 'decimal',
      markdownDescription:
        'How integers are shown in variables, watches and the Debug Console. Addresses are always in hexadecimal; `,x` and `,d` behind an expression choose for one.',
    },
    limits: {
      type: 'object',
      markdownDescription: 'How much a session keeps and lists.',
      additionalProperties: false,
      properties: {
        traps: {
          type: 'integer',
          minimum: 100,
          maximum: 1_000_000,
          default: MOST_RECORDS,
          markdownDescription:
            'How many traps, and how many VM exits, the views keep one by one. Older ones are only counted.',
        },
        children: {
          type: 'integer',
          minimum: 100,
          maximum: 100_000,
          default: MOST_CHILDREN,
          markdownDescription:
            'How many elements of an array or a collection are listed at once, for editors that do not ask for parts.',
        },
      },
    },
  },
} as const satisfies Schema;

/** The schema of an `attach` configuration: to a session that another client has launched. */
export const attachSchema = {
  type: 'object',
  required: ['port'],
  additionalProperties: false,
  properties: {
    port: {
      type: 'integer',
      minimum: 1,
      maximum: 65535,
      markdownDescription: 'The port that `worldstep dap --port` listens on.',
    },
    host: {
      type: 'string',
      default: '127.0.0.1',
      markdownDescription: 'The machine that it runs on.',
    },
  },
} as const satisfies Schema;

/** What a checked `launch` request says, after the shell filled the defaults from kernel.json. */
export type LaunchArguments = SchemaValue<typeof launchSchema> & {
  /** Run without debugging; set by clients, not written in launch.json. */
  readonly noDebug?: boolean;
};

/** A disk image with options as the command line takes them (`fs.img,bus=virtio-mmio`), or the same as an object. */
export type LaunchDisk = SchemaValue<typeof DISK>;

/** The attributes that are settings too, `worldstep.` before their path. What the launch itself says wins. */
export const SETTING_PATHS = [
  'console',
  'numbers',
  'stepping.traps',
  'openViews',
  'limits.traps',
  'limits.children',
] as const;

/** The schema of an attribute by its path. Throws for paths that there are not. */
export function attributeSchema(path: string): Schema {
  let schema: Schema | undefined = launchSchema;
  for (const key of path.split('.')) schema = schema?.properties?.[key];
  if (schema === undefined) throw new Error(`There is no launch attribute "${path}".`);
  return schema;
}
