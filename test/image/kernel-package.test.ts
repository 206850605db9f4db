import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseKernelPackage } from '../../src/image/kernel-json';
import {
  breakpointLine,
  buildsOf,
  builtFiles,
  type KernelPackage,
  packagePath,
  sourcePath,
  suggestionsOf,
} from '../../src/image/kernel-package';
import { INSPECTORS } from '../../src/inspect/registry';
import { SEED } from '../support/random';

const minimal = {
  name: 'tiny',
  title: 'Tiny',
  description: 'Does nothing.',
  architectures: {
    riscv64: { board: 'riscv64-virt', memory: '16M', image: { file: 'tiny.bin', format: 'flat', load: '0x8020_0000' } },
  },
};

const app = { name: 'app', crate: 'payload/app', file: 'app.elf.gz', world: 'guest user' };

/** `minimal` with `value` put at a dotted path. */
function changed(path: string, value: unknown): string {
  const copy = structuredClone(minimal);
  const keys = path.split('.');
  // biome-ignore lint/suspicious/noExplicitAny: walks a JSON value
  const parent = keys.slice(0, -1).reduce((at: any, key) => at[key], copy);
  if (value === undefined) delete parent[keys.at(-1)!];
  else parent[keys.at(-1)!] = value;
  return JSON.stringify(copy);
}

function parsed(text: string): KernelPackage {
  const result = parseKernelPackage(text, 'kernel.json');
  if (!result.ok) throw new Error(result.problems.join('\n'));
  return result.kernel;
}

function problems(text: string): readonly string[] {
  const result = parseKernelPackage(text, 'kernel.json');
  return result.ok ? [] : result.problems;
}

test('the bundled message queue is read with its image, flash and sources', () => {
  const kernel = parsed(readFileSync('kernels/msgqueue/kernel.json', 'utf8'));
  expect(kernel.name).toBe('msgqueue');
  const build = kernel.architectures.get('riscv64')!;
  expect(build.memory).toBe(128 << 20);
  const file = '../prebuilt/msgqueue-riscv64.elf.gz';
  expect(build.image).toEqual({ file, format: 'flat', load: 0x8020_0000n, crate: '.' });
  expect(build.symbols).toEqual(['../prebuilt/msgqueue-riscv64.elf.gz']);
  expect(build.flash.get('pflash1')).toEqual({ size: 32 << 20, at: [{ offset: 0, text: 'PFLA' }] });
  expect(sourcePath(kernel, '/worldstep/kernels/msgqueue/src/main.rs')).toBe('./src/main.rs');
});

test.each(['msgqueue', 'lazymapping', 'guestmonolithickernel'])(
  'each breakpoint suggested for %s is on exactly one line of its source, for each architecture and mode',
  (name) => {
    const kernel = parsed(readFileSync(`kernels/${name}/kernel.json`, 'utf8'));
    for (const { architecture, mode } of buildsOf(kernel)) {
      const { breakpoints, views } = suggestionsOf(kernel, architecture, mode);
      expect(views.every((id) => INSPECTORS.some((inspector) => inspector.id === id))).toBe(true);
      expect(breakpoints.length).toBeGreaterThan(0);
      for (const each of breakpoints) {
        expect(each.file).not.toMatch(otherArchitectures(architecture));
        const source = readFileSync(packagePath(`kernels/${name}/kernel.json`, each.file), 'utf8');
        const line = breakpointLine(source, each);
        expect(source.split('\n')[line! - 1]).toContain(each.at);
      }
    }
  },
);

const otherArchitectures = (architecture: string): RegExp =>
  new RegExp(['riscv64', 'aarch64', 'x86_64', 'loongarch64'].filter((one) => one !== architecture).join('|'));

test('an architecture has suggestions of its own, in place of the package’s', () => {
  const breakpoints = [{ file: 'a.rs', at: 'x', note: 'why' }];
  const kernel = parsed(
    JSON.stringify({
      ...minimal,
      views: ['registers'],
      breakpoints,
      architectures: {
        riscv64: { ...minimal.architectures.riscv64, views: ['pageTables'], breakpoints: [] },
        aarch64: minimal.architectures.riscv64,
      },
    }),
  );
  expect(suggestionsOf(kernel, 'riscv64')).toEqual({ views: ['pageTables'], breakpoints: [] });
  expect(suggestionsOf(kernel, 'aarch64')).toEqual({ views: ['registers'], breakpoints });
  expect(suggestionsOf(kernel)).toEqual(suggestionsOf(kernel, 'riscv64'));
});

const inModes = (modes: object) =>
  parsed(changed('architectures.riscv64', { ...minimal.architectures.riscv64, programs: [app], modes }));

test('a mode is the build with another image, and what it says itself', () => {
  const breakpoints = [{ file: 'a.rs', at: 'x', note: 'why' }];
  const mode = { title: 'in small', file: 'small.bin', features: ['small'], expectedOutput: 'small.txt', breakpoints };
  const kernel = inModes({ small: mode });
  const plain = kernel.architectures.get('riscv64')!;
  const { modes, ...build } = plain;
  expect(modes.get('small')).toEqual({
    ...build,
    title: 'in small',
    image: { ...build.image, file: 'small.bin', features: ['small'] },
    symbols: ['small.bin'],
    expectedOutput: 'small.txt',
    breakpoints,
    modes: new Map(),
  });
  expect(suggestionsOf(kernel, 'riscv64', 'small')).toEqual({ views: [], breakpoints });
  expect(suggestionsOf(kernel, 'riscv64')).toEqual({ views: [], breakpoints: [] });
});

test('a mode that says its file and title only is else as the build, and all files are listed once', () => {
  const kernel = inModes({ one: { title: 'one', file: 'one.bin' }, two: { title: 'two', file: 'two.bin' } });
  const plain = kernel.architectures.get('riscv64')!;
  expect(buildsOf(kernel).map(({ architecture, mode }) => [architecture, mode])).toEqual([
    ['riscv64', undefined],
    ['riscv64', 'one'],
    ['riscv64', 'two'],
  ]);
  expect(plain.modes.get('two')).toMatchObject({ programs: plain.programs, memory: plain.memory });
  expect(builtFiles(kernel)).toEqual(['tiny.bin', 'app.elf.gz', 'one.bin', 'two.bin']);
});

test('only guest kernels have a load address: user programs run where they are linked', () => {
  const program = { name: 'app', file: 'app.elf', world: 'user', load: '0x1000' };
  const build = { ...minimal.architectures.riscv64, programs: [program] };
  const [problem] = problems(JSON.stringify({ ...minimal, architectures: { riscv64: build } }));
  expect(problem).toBe(
    'kernel.json: "architectures.riscv64.programs[0].load" has no place where "world" is "user" or "guest user"',
  );
});

test('what may be left out has defaults', () => {
  const kernel = parsed(JSON.stringify(minimal));
  expect(kernel).toMatchObject({ panicMarkers: [], sources: [], views: [], breakpoints: [] });
  expect(kernel.architectures.get('riscv64')).toMatchObject({
    symbols: ['tiny.bin'],
    memory: 16 << 20,
    disks: [],
    programs: [],
    virtualization: false,
  });
});

test('the interrupt controller and semihosting are read where an architecture has them', () => {
  const build = { ...minimal.architectures.riscv64, board: 'aarch64-virt', gic: '3', semihosting: true };
  expect(parsed(changed('architectures.aarch64', build)).architectures.get('aarch64')).toMatchObject({
    gic: '3',
    semihosting: true,
  });
  const wrong = parseKernelPackage(changed('architectures.aarch64', { ...build, gic: '4' }), 'kernel.json');
  expect(JSON.stringify(wrong)).toContain('gic\\" must be one of 2, 3, not \\"4\\"');
});

test('an ELF image needs no load address', () => {
  const kernel = parsed(changed('architectures.riscv64.image', { file: 'tiny.elf', format: 'elf' }));
  expect(kernel.architectures.get('riscv64')?.image).toEqual({ file: 'tiny.elf', format: 'elf' });
});

test('programs, a disk to be made, the processor and a firmware file are read', () => {
  const build = parsed(
    changed('architectures.riscv64', {
      ...minimal.architectures.riscv64,
      cpu: 'max',
      virtualization: true,
      programs: [app],
      flash: { pflash0: { size: '4M', end: 'firmware.bin' } },
      disk: { size: '64M', label: 'DATA', files: { '/sbin/app': { program: 'app' }, '/etc/motd': { file: 'motd' } } },
      expectedOutput: 'expected-output-riscv64.txt',
    }),
  ).architectures.get('riscv64')!;
  expect(build).toMatchObject({ cpu: 'max', virtualization: true, programs: [app] });
  expect(build.expectedOutput).toBe('expected-output-riscv64.txt');
  expect(build.flash.get('pflash0')).toEqual({ size: 4 << 20, at: [], endFile: 'firmware.bin' });
  const content = {
    kind: 'fat',
    size: 64 << 20,
    label: 'DATA',
    files: new Map<string, object>([
      ['/sbin/app', { program: 'app' }],
      ['/etc/motd', { file: 'motd' }],
    ]),
  };
  expect(build.disks).toEqual([{ bus: 'virtio-pci', isReadOnly: false, content }]);
});

const image = (path: string | undefined, bus = 'virtio-pci', isReadOnly = false, size?: number) => ({
  bus,
  isReadOnly,
  content: { kind: 'image', path, size },
});

test.each<[string, unknown, unknown[]]>([
  ['text', 'disk.img', [image('disk.img')]],
  ['text with options', 'fs.img,bus=virtio-mmio-legacy,readonly', [image('fs.img', 'virtio-mmio-legacy', true)]],
  ['an object', { path: 'fs.img', bus: 'virtio-mmio' }, [image('fs.img', 'virtio-mmio')]],
  ['a size alone', { size: '8M', bus: 'virtio-mmio' }, [image(undefined, 'virtio-mmio', false, 8 << 20)]],
  ['a list', ['a.img', { path: 'b.img', readonly: true }], [image('a.img'), image('b.img', 'virtio-pci', true)]],
])('a disk is named by %s', (_, disk, expected) => {
  const build = parsed(changed('architectures.riscv64.disk', disk)).architectures.get('riscv64');
  expect(build?.disks).toEqual(expected);
});

test('a PC kernel may be a Multiboot one', () => {
  const image = { file: 'pc.elf', format: 'multiboot', crate: '.' };
  const kernel = parsed(changed('architectures.x86_64', { board: 'x86_64-q35', memory: '128M', image }));
  expect(kernel.architectures.get('x86_64')?.image).toEqual(image);
});

test.each<[string, unknown, string]>([
  ['name', undefined, '"name" is missing'],
  ['name', 'My Kernel', '"name" must be lower-case letters, digits and dashes, not "My Kernel"'],
  ['title', '', '"title" must be text, not ""'],
  [
    'titel',
    'x',
    '"titel" is not known here; known are $schema, name, title, description, difficulty, expectedOutput, panicMarkers, sources, views, breakpoints, architectures',
  ],
  ['views', 'queues', '"views" must be an array of strings, not "queues"'],
  ['breakpoints', [{ file: 'a.rs' }], '"breakpoints[0].at" is missing'],
  ['architectures', 3, '"architectures" must be an object with at least one architecture, not 3'],
  ['architectures.riscv64', null, '"architectures.riscv64" must be an object, not null'],
  ['architectures.riscv64.memory', 'big', '"architectures.riscv64.memory" must be a size such as "128M", not "big"'],
  ['architectures.riscv64.memory', 0, '"architectures.riscv64.memory" must be a size such as "128M", not 0'],
  [
    'architectures.riscv64.image.format',
    'raw',
    '"architectures.riscv64.image.format" must be one of flat, elf, linux-image, not "raw"',
  ],
  [
    'architectures.riscv64.image.load',
    0x8020_0000,
    '"architectures.riscv64.image.load" must be an address such as "0x80200000", not 2149580800',
  ],
  [
    'architectures.riscv64.image.load',
    '0x1_0000_0000_0000_0000',
    '"architectures.riscv64.image.load" must be an address such as "0x80200000", not "0x1_0000_0000_0000_0000"',
  ],
  [
    'architectures.riscv64.flash',
    { pflash1: { size: 4, at: { 1: 'PFLA' } } },
    '"architectures.riscv64.flash.pflash1.at" has "PFLA" beyond the end of the bank',
  ],
  [
    'architectures.riscv64.flash',
    { pflash1: { size: 4, at: { x: 'P' } } },
    '"architectures.riscv64.flash.pflash1.at.x" must stand under an offset such as "0" or "0x1000"',
  ],
  [
    'architectures.riscv64.board',
    'virt',
    '"architectures.riscv64.board" must be one of riscv64-virt, aarch64-virt, x86_64-q35, loongarch64-virt, not "virt"',
  ],
  [
    'architectures.riscv64.virtualization',
    'on',
    '"architectures.riscv64.virtualization" must be true or false, not "on"',
  ],
  ['architectures.riscv64.semihosting', 'on', '"architectures.riscv64.semihosting" must be true or false, not "on"'],
  [
    'architectures.riscv64.gic',
    '3',
    '"architectures.riscv64.gic" is not known here; known are board, memory, image, cpu, virtualization, semihosting, programs, symbols, flash, disk, expectedOutput, views, breakpoints, modes',
  ],
  [
    'architectures.riscv64.modes',
    { 'Stage 2': { title: 'x', file: 'x' } },
    '"architectures.riscv64.modes.Stage 2" must stand under lower-case letters, digits and dashes',
  ],
  ['architectures.riscv64.modes', { a: { title: 'x' } }, '"architectures.riscv64.modes.a.file" is missing'],
  [
    'architectures.riscv64.image',
    { file: 'a', format: 'elf', crate: '/src/a' },
    '"architectures.riscv64.image.crate" must be a folder relative to kernel.json, not "/src/a"',
  ],
  [
    'architectures.riscv64.image',
    { file: 'a', format: 'multiboot', load: '0x200000' },
    '"architectures.riscv64.image.format" must be one of flat, elf, linux-image, not "multiboot"',
  ],
  [
    'architectures.x86_64',
    { board: 'x86_64-q35', memory: '1M', image: { file: 'a', format: 'multiboot', load: '0x200000' } },
    '"architectures.x86_64.image.load" has no place where "format" is "elf" or "multiboot"',
  ],
  [
    'architectures.riscv64.programs',
    [{ name: 'app', file: 'app.elf', world: 'guest' }],
    '"architectures.riscv64.programs[0].world" must be one of user, kernel, guest kernel, guest user, not "guest"',
  ],
  [
    'architectures.riscv64.programs',
    [app, { ...app, file: 'other.elf' }],
    '"architectures.riscv64.programs" has "app" twice',
  ],
  [
    'architectures.riscv64.disk',
    true,
    '"architectures.riscv64.disk" must be a file name, an object, or an array of these, not true',
  ],
  [
    'architectures.riscv64.disk',
    'fs.img,bus=virtio-mmoi',
    '"architectures.riscv64.disk" is wrong: there is no bus "virtio-mmoi". Did you mean virtio-mmio?',
  ],
  [
    'architectures.riscv64.disk',
    ['a.img', { path: 'fs.img', bus: 'scsi' }],
    '"architectures.riscv64.disk[1].bus" must be one of virtio-pci, virtio-mmio, virtio-mmio-legacy, not "scsi"',
  ],
  ['architectures.riscv64.disk', { bus: 'virtio-mmio' }, '"architectures.riscv64.disk.size" is missing'],
  [
    'architectures.riscv64.disk',
    { size: '64M', label: 'my disk', files: {} },
    '"architectures.riscv64.disk.label" must be at most 11 capital letters, digits and _, not "my disk"',
  ],
  [
    'architectures.riscv64.disk',
    { size: '64M', files: { 'sbin/app': { file: 'app' } } },
    '"architectures.riscv64.disk.files.sbin/app" must stand under an absolute path such as "/sbin/init"',
  ],
  [
    'architectures.riscv64.disk',
    { size: '64M', files: { '/sbin/app': { program: 'app' } } },
    '"architectures.riscv64.disk.files./sbin/app.program" is "app", which is no program of this architecture; "programs" has none',
  ],
  [
    'architectures.riscv64.disk',
    { size: '64M', files: { '/sbin/app': {} } },
    '"architectures.riscv64.disk.files./sbin/app" must be an object with "program" or "file", not {}',
  ],
])('a mistake in %s (%j) is reported with its place', (path, value, message) => {
  expect(problems(changed(path, value))).toEqual([`kernel.json: ${message}`]);
});

test('text that is not JSON, or not an object, is refused once', () => {
  expect(problems('{')).toHaveLength(1);
  expect(problems('{')[0]).toMatch(/^kernel\.json is not JSON: /);
  expect(problems('[]')).toEqual(['kernel.json: The whole file must be an object, not []']);
});

test('all mistakes of a file are reported together', () => {
  expect(problems('{"name": 1, "architectures": {"riscv64": {}}}')).toEqual([
    'kernel.json: "name" must be lower-case letters, digits and dashes, not 1',
    'kernel.json: "title" is missing',
    'kernel.json: "description" is missing',
    'kernel.json: "architectures.riscv64.board" is missing',
    'kernel.json: "architectures.riscv64.memory" is missing',
    'kernel.json: "architectures.riscv64.image" is missing',
  ]);
});

test('no JSON value makes the parser throw', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(
        'name',
        'sources',
        'views',
        'breakpoints',
        'architectures',
        'architectures.riscv64',
        'architectures.riscv64.image',
        'architectures.riscv64.flash',
      ),
      fc.jsonValue(),
      (path, value) => {
        const result = parseKernelPackage(changed(path, value), 'kernel.json');
        expect(result.ok || result.problems.length > 0).toBe(true);
      },
    ),
    { seed: SEED },
  );
});

test('a marker that no line or several lines contain gives no breakpoint', () => {
  const at = (text: string) => ({ file: 'a.rs', at: text, note: '' });
  expect(breakpointLine('one\ntwo\ntwo\n', at('one'))).toBe(1);
  expect(breakpointLine('one\ntwo\ntwo\n', at('two'))).toBeUndefined();
  expect(breakpointLine('one\ntwo\ntwo\n', at('three'))).toBeUndefined();
});

test.each([
  ['kernels/msgqueue/kernel.json', '../prebuilt/a.elf.gz', 'kernels/prebuilt/a.elf.gz'],
  ['kernels/msgqueue/kernel.json', './src/main.rs', 'kernels/msgqueue/src/main.rs'],
  ['https://host/x/kernels/a/kernel.json', '../b', 'https://host/x/kernels/b'],
  ['/w/kernel.json', 'a', '/w/a'],
  ['kernel.json', '../a', '../a'],
])('from %s, %s leads to %s', (from, relative, to) => {
  expect(packagePath(from, relative)).toBe(to);
});

test('recorded sources are found by the longest prefix, and library sources are not found', () => {
  const kernel = parsed(changed('sources', { '/k/tiny/': '.', '/k/tiny/user': '../user' }));
  expect(sourcePath(kernel, '/k/tiny/src/main.rs')).toBe('./src/main.rs');
  expect(sourcePath(kernel, '/k/tiny/user/main.rs')).toBe('../user/main.rs');
  expect(sourcePath(kernel, '/k/tinyer/main.rs')).toBeUndefined();
  expect(sourcePath(kernel, '/rustc/1.96.0/library/core/src/lib.rs')).toBeUndefined();
});
