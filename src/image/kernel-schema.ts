/**
 * The form of `kernel.json`: what {@link parseKernelPackage} refuses, and what editors complete, explain and mark. Every
 * path in it is relative to its folder.
 */
import { ARCHITECTURE_NAMES, BOARD_NAMES } from '../base/architectures';
import { BOARD_OPTIONS } from '../base/board-choices';
import { DRIVE_BUSES } from '../base/device-words';
import { ADDRESS, type Schema, type SchemaValue, TEXT } from '../base/schema';
import { BYTES } from '../base/size';

/** Where a program runs, as seen from the kernel of its package. */
const WORLDS = ['user', 'kernel', 'guest kernel', 'guest user'] as const;
export type ProgramWorld = (typeof WORLDS)[number];

const NAME = {
  type: 'string',
  pattern: '^[a-z][a-z0-9-]*$',
  expected: 'lower-case letters, digits and dashes',
} as const satisfies Schema;

const ANY_TEXT = { type: 'string', pattern: '^[\\s\\S]+$', expected: 'text' } as const satisfies Schema;

const text = <const Text extends string>(markdownDescription: Text) => ({ ...TEXT, markdownDescription });
const texts = <const Text extends string>(markdownDescription: Text) =>
  ({ type: 'array', items: TEXT, markdownDescription }) as const;

const BUILT_FILE = {
  file: text('The built program. A name that ends in `.gz` is unpacked first.'),
  crate: {
    type: 'string',
    pattern: '^(?![/\\\\]).',
    expected: 'a folder relative to kernel.json',
    markdownDescription: 'Folder of the cargo package that `file` is built from. Without it somebody else builds it.',
  },
} as const;

/** Formats that do not say where they lie. */
const PLACED: readonly string[] = ['flat', 'linux-image'];

const imageOf = <const Formats extends readonly string[]>(formats: Formats, descriptions: readonly string[]) =>
  ({
    type: 'object',
    markdownDescription: 'The file to load.',
    required: ['file', 'format'],
    additionalProperties: false,
    properties: {
      ...BUILT_FILE,
      format: {
        type: 'string',
        enum: formats,
        enumDescriptions: descriptions,
        markdownDescription: 'How the file is put into memory.',
      },
      load: {
        ...ADDRESS,
        markdownDescription: 'The physical address of its first byte, for the formats that do not say it themselves.',
      },
    },
    conditions: [
      { key: 'format', values: PLACED, required: ['load'] },
      { key: 'format', values: formats.filter((format) => !PLACED.includes(format)), refused: ['load'] },
    ],
  }) as const satisfies Schema;

const FORMATS = ['flat', 'elf', 'linux-image'] as const;
const FORMAT_TEXTS = [
  'Bytes at `load`, entered at their first. Of an ELF file the flat image is taken.',
  'Segments go to their physical addresses.',
  'The same as `flat`, with a Linux boot header at its start.',
];

const PROGRAMS = {
  type: 'array',
  markdownDescription: 'Other programs that run on it, in the order in which they are built: before the image.',
  items: {
    type: 'object',
    required: ['name', 'file', 'world'],
    additionalProperties: false,
    properties: {
      name: { ...NAME, markdownDescription: 'Its name, by which a disk can take it.' },
      ...BUILT_FILE,
      world: {
        type: 'string',
        enum: WORLDS,
        enumDescriptions: [
          'A user program.',
          'A kernel that takes the machine over.',
          'The kernel of a virtual machine.',
          'A user program in a virtual machine.',
        ],
        markdownDescription: 'Where it runs, as seen from the kernel.',
      },
      load: {
        ...ADDRESS,
        markdownDescription: 'Where a kernel is put in the memory of its machine, real or virtual.',
      },
    },
    conditions: [{ key: 'world', values: ['user', 'guest user'], refused: ['load'] }],
  },
} as const satisfies Schema;

/** Names of entries that are byte offsets. */
export const OFFSETS = {
  pattern: '^(0x[0-9a-fA-F]{1,8}|[0-9]{1,10})$',
  expected: 'an offset such as "0" or "0x1000"',
} as const;

/** The label of a FAT disk. */
export const DISK_LABEL = {
  type: 'string',
  pattern: '^[A-Z0-9_]{1,11}$',
  expected: 'at most 11 capital letters, digits and _',
} as const satisfies Schema;

const FLASH_BANK = {
  type: 'object',
  required: ['size'],
  additionalProperties: false,
  properties: {
    size: { ...BYTES, markdownDescription: 'Size of the bank.' },
    at: {
      type: 'object',
      keys: OFFSETS,
      additionalProperties: ANY_TEXT,
      markdownDescription: 'Byte offset → text that stands there.',
      examples: [{ '0': 'PFLA' }],
    },
    end: text('File whose last byte is the last byte of the bank, such as a firmware.'),
  },
} as const satisfies Schema;

const DISK = {
  type: ['string', 'object'],
  pattern: '.',
  expected: 'a file name or an object',
  additionalProperties: false,
  properties: {
    path: text('The image file. Without one the disk holds zeros, or `files`.'),
    bus: {
      type: 'string',
      enum: DRIVE_BUSES,
      default: DRIVE_BUSES[0],
      markdownDescription: 'Where the kernel looks for it.',
    },
    readonly: { type: 'boolean', default: false, markdownDescription: 'The guest may not write to it.' },
    size: { ...BYTES, markdownDescription: 'Size of the disk, if it is not that of the file.' },
    label: {
      ...DISK_LABEL,
      markdownDescription: 'Label of a disk that is made of `files`.',
    },
    files: {
      type: 'object',
      keys: { pattern: '^(/[^/]+)+$', expected: 'an absolute path such as "/sbin/init"' },
      additionalProperties: {
        type: 'object',
        additionalProperties: false,
        minProperties: 1,
        maxProperties: 1,
        expected: 'an object with "program" or "file"',
        properties: {
          program: text('The flat image of one of `programs`.'),
          file: text('A file as it is; a name that ends in `.gz` is unpacked first.'),
        },
      },
      markdownDescription: 'Makes a FAT32 disk: absolute path on it → what stands there.',
    },
  },
  conditions: [
    { lacks: 'path', required: ['size'] },
    { has: 'files', refused: ['path'] },
    { lacks: 'files', refused: ['label'] },
  ],
} as const satisfies Schema;

const SUGGESTIONS = {
  views: texts('Views worth opening, by id, such as `queues`.'),
  breakpoints: {
    type: 'array',
    markdownDescription: 'Places worth stopping at.',
    items: {
      type: 'object',
      required: ['file', 'at'],
      additionalProperties: false,
      properties: {
        file: text('The source file.'),
        at: text('Text that exactly one of its lines contains.'),
        note: text('Why to stop there.'),
      },
    },
  },
} as const satisfies Readonly<Record<string, Schema>>;

const MODES = {
  type: 'object',
  keys: NAME,
  markdownDescription:
    'Other kernels that are built from the same sources, by name: the same machine, programs, disks and flash with another image.',
  additionalProperties: {
    type: 'object',
    required: ['title', 'file'],
    additionalProperties: false,
    properties: {
      title: text('What is different, in a few words; lists have it behind the title of the kernel.'),
      file: text('The built program, in place of that of `image`.'),
      features: texts('Features of the cargo package of `image` that make it this one.'),
      worlds: {
        type: 'object',
        additionalProperties: { type: 'string', enum: WORLDS },
        markdownDescription: 'Programs that run elsewhere than `programs` says: name → world.',
      },
      expectedOutput: text('File with its console lines, in place of those without it.'),
      ...SUGGESTIONS,
    },
  },
} as const satisfies Schema;

const buildOf = (architecture: string) =>
  ({
    type: 'object',
    markdownDescription: 'How the build for one architecture is run.',
    required: ['board', 'memory', 'image'],
    additionalProperties: false,
    properties: {
      board: { type: 'string', enum: BOARD_NAMES, markdownDescription: 'The machine that it is made for.' },
      memory: { ...BYTES, markdownDescription: 'Size of its RAM.' },
      image:
        architecture === 'x86_64'
          ? imageOf([...FORMATS, 'multiboot'], [...FORMAT_TEXTS, 'A Multiboot 1 kernel whose header has addresses.'])
          : imageOf(FORMATS, FORMAT_TEXTS),
      cpu: text('The processor by QEMU’s name for it; the board’s own without it.'),
      virtualization: {
        type: 'boolean',
        default: false,
        markdownDescription: 'Whether the machine starts in the processor’s hypervisor mode.',
      },
      ...(architecture === 'aarch64' ? { gic: BOARD_OPTIONS.gic } : {}),
      ...(architecture === 'aarch64' || architecture === 'riscv64' ? { semihosting: BOARD_OPTIONS.semihosting } : {}),
      programs: PROGRAMS,
      symbols: texts('ELF files with symbols and debug information of the kernel, if `image` has none.'),
      flash: {
        type: 'object',
        additionalProperties: false,
        properties: { pflash0: FLASH_BANK, pflash1: FLASH_BANK },
        markdownDescription: 'Contents of the flash banks. A bank that is not named is erased.',
      },
      disk: {
        ...DISK,
        type: ['string', 'object', 'array'],
        items: DISK,
        expected: 'a file name, an object, or an array of these',
        markdownDescription:
          'The disk: an image file, with options as in `fs.img,bus=virtio-mmio,readonly`; an object; or an array of these.',
      },
      expectedOutput: text('File with the console lines of this architecture, in place of the package’s.'),
      ...SUGGESTIONS,
      modes: MODES,
    },
  }) as const satisfies Schema;

/** The schema of kernel.json. */
export const kernelSchema = {
  type: 'object',
  required: ['name', 'title', 'description', 'architectures'],
  additionalProperties: false,
  properties: {
    $schema: { type: 'string', markdownDescription: 'The schema, for editors.' },
    name: { ...NAME, markdownDescription: 'What the command line and launch.json call it; also its folder’s name.' },
    title: text('Its name in lists.'),
    description: text('What it is, in a sentence.'),
    difficulty: {
      type: 'integer',
      minimum: 1,
      markdownDescription: 'Samples are listed by it, from 1; those that do not say it come last.',
    },
    expectedOutput: text('File with the console lines that a successful run prints, one after the other.'),
    panicMarkers: texts('A console line that contains one of these means that the kernel failed.'),
    sources: {
      type: 'object',
      additionalProperties: TEXT,
      markdownDescription: 'Path prefix in the debug information → folder with these files. The longest prefix wins.',
    },
    ...SUGGESTIONS,
    architectures: {
      type: 'object',
      additionalProperties: false,
      minProperties: 1,
      expected: 'an object with at least one architecture',
      properties: Object.fromEntries(ARCHITECTURE_NAMES.map((name) => [name, buildOf(name)])),
      markdownDescription: 'How it is run, by architecture.',
    },
  },
} as const satisfies Schema;

/** What a checked kernel.json says. */
export type KernelJson = SchemaValue<typeof kernelSchema>;
/** What it says of one architecture. */
export type BuildJson = SchemaValue<ReturnType<typeof buildOf>>;
/** A mode of an architecture. */
export type ModeJson = SchemaValue<(typeof MODES)['additionalProperties']>;
/** A disk, or one of several. */
export type DiskJson = SchemaValue<typeof DISK>;
/** What stands at a path on a disk. */
export type DiskFileJson = SchemaValue<(typeof DISK)['properties']['files']['additionalProperties']>;
