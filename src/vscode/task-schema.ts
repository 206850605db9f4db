/** The form of our tasks: what {@link readTask} refuses, and what tasks.json completes, explains and marks. */
import { ARCHITECTURE_NAMES } from '../base/architectures';
import { type Schema, type SchemaValue, TEXT } from '../base/schema';
import { BYTES } from '../base/size';
import { DISK_LABEL, OFFSETS } from '../image/kernel-schema';

const PROPERTIES = {
  task: {
    type: 'string',
    enum: ['build', 'command', 'disk', 'flash', 'run'],
    enumDescriptions: [
      'Build a kernel and its programs, as its kernel.json says. Needs Rust.',
      'Run the build tool of a project: make, cargo, west … The messages of its compilers become problems.',
      'Make a FAT32 disk image: the one that a kernel.json declares, or one of your files.',
      'Make the image of a flash bank: the one that a kernel.json declares, or one with your contents.',
      'Run a kernel to its end; the terminal of the task is its console.',
    ],
    markdownDescription:
      'What to do: `build` a kernel, run a build `command`, make a `disk` or `flash` image, or `run` a kernel.',
  },
  kernel: {
    type: 'string',
    markdownDescription:
      'Path of a kernel.json, from the workspace folder on. `bundled:NAME` is a kernel that comes with Worldstep (not for `build`).',
    examples: ['kernel.json', 'bundled:msgqueue'],
  },
  arch: {
    type: 'string',
    enum: ARCHITECTURE_NAMES,
    markdownDescription:
      'One of the architectures in kernel.json. Without it: all of them for `build`, the first for images, the first that there is a machine for to `run`.',
  },
  args: {
    type: 'array',
    items: { type: 'string' },
    markdownDescription: 'More options for `run`, as `worldstep run --help` lists them; the words behind a `command`.',
    examples: [['--harts', '2']],
  },
  command: {
    ...TEXT,
    markdownDescription: 'For `command`: the program that is run.',
    examples: ['make', 'cargo'],
  },
  cwd: {
    type: 'string',
    markdownDescription: 'For `command`: the folder that it runs in, from the workspace folder on.',
    examples: ['os'],
  },
  bank: {
    type: 'string',
    enum: ['pflash0', 'pflash1'],
    default: 'pflash1',
    markdownDescription: 'For `flash` with `kernel`: which of its banks.',
  },
  size: {
    ...BYTES,
    examples: ['64M'],
    markdownDescription: 'Size of the image of `disk` or `flash`, without `kernel`.',
  },
  // `label` is VS Code's own: what a task is called.
  diskLabel: { ...DISK_LABEL, markdownDescription: 'For `disk` without `kernel`: the label of the disk.' },
  files: {
    type: 'object',
    additionalProperties: TEXT,
    markdownDescription:
      'For `disk` without `kernel`: path in the image → file or folder, from the workspace folder on. Of a file whose name ends in `.gz` the contents are taken.',
    examples: [{ '/sbin/init': 'target/init.bin', '/etc': 'rootfs/etc' }],
  },
  at: {
    type: 'object',
    keys: OFFSETS,
    additionalProperties: { type: 'string' },
    markdownDescription: 'For `flash` without `kernel`: byte offset → text that stands there.',
    examples: [{ '0': 'PFLA' }],
  },
  end: {
    type: 'string',
    markdownDescription: 'For `flash` without `kernel`: a file whose last byte is the last byte of the bank.',
  },
  output: {
    type: 'string',
    markdownDescription:
      'Where the image goes, from the workspace folder on. With `kernel` it may be left out: then it goes into `target` beside the kernel.json.',
    examples: ['target/disk.img'],
  },
} as const satisfies Readonly<Record<string, Schema>>;

/** The schema of a task's definition. */
export const taskSchema = {
  type: 'object',
  required: ['task'],
  properties: PROPERTIES,
  conditions: [
    { key: 'task', values: ['build', 'run'], required: ['kernel'] },
    { key: 'task', values: ['command'], required: ['command'] },
    { key: 'task', values: ['disk', 'flash'], lacks: 'kernel', required: ['size', 'output'] },
  ],
} as const satisfies Schema;

/** A task's definition whose form has been checked. */
export type TaskJson = SchemaValue<typeof taskSchema>;
