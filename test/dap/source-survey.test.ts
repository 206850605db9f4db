/** What a session says about the sources of its programs before it starts. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { LaunchArguments } from '../../src/dap/launch-schema';
import { type SourceSurvey, surveySources } from '../../src/dap/source-survey';
import { sessionServices } from '../../src/entry/session-services';
import { symbolReader } from '../../src/symbols/reader';
import { steadyHost } from '../support/conversation';
import { DapClient, type Json } from '../support/dap-client';
import { type MemoryFile, memoryHost } from '../support/memory-host';

const reader = symbolReader(new WebAssembly.Module(readFileSync('src/symbols/symbols.wasm')));
const here = 'test/dap/fixtures/places';
const elf = (path: string): Uint8Array => new Uint8Array(gunzipSync(readFileSync(path)));
const text = (file: string): string => readFileSync(`${here}/${file}`, 'utf8');

const PROGRAM = '/home/me/os/build/kernel.elf';
const BUILT = 1000;

/** The sources in a folder, as old as the program unless said otherwise. */
const sourcesIn = (folder: string, changed: Readonly<Record<string, MemoryFile>> = {}): Record<string, MemoryFile> =>
  Object.fromEntries(
    ['start.S', 'boot/setup.c', 'disk/setup.c'].map((file) => [
      `${folder}/${file}`,
      changed[file] ?? { content: text(file), modified: BUILT },
    ]),
  );

/** The survey of one of the built programs in that host. */
function survey(
  build: string,
  files: Record<string, MemoryFile>,
  launch: Partial<LaunchArguments> = {},
): Promise<SourceSurvey> {
  const path = launch.program ?? PROGRAM;
  const program = reader.read(path, elf(build.includes('/') ? build : `${here}/${build}.elf.gz`));
  const host = memoryHost({ [path]: { content: '', modified: BUILT }, ...files });
  return surveySources([{ name: 'kernel', program }], { program: path, ...launch }, {}, host);
}

describe('sources that are where they were', () => {
  it('are nothing to talk about', async () => {
    expect(await survey('moved', sourcesIn('/build/os'))).toEqual({ rules: {}, remarks: [] });
  });

  it('are nothing to talk about where a source map has them', async () => {
    const sourceMap = { '/build/os': '/home/me/os' };
    expect((await survey('moved', sourcesIn('/home/me/os'), { sourceMap })).remarks).toEqual([]);
  });

  it('may lack a file that a toolchain left', async () => {
    const { 'start.S': _, ...rest } = sourcesIn('/build/os', {});
    const some = Object.fromEntries(Object.entries(rest).filter(([path]) => !path.endsWith('start.S')));
    expect((await survey('moved', some)).remarks).toEqual([]);
  });
});

describe('sources that were changed since', () => {
  it('are named when they are newer than the program', async () => {
    const newer = { content: text('disk/setup.c'), modified: BUILT + 60 };
    const { remarks } = await survey('moved', sourcesIn('/build/os', { 'disk/setup.c': newer }), { cwd: '/build/os' });
    expect(remarks).toEqual(['disk/setup.c is newer than kernel.elf: lines may be off. Build it again.']);
  });

  it('are counted when there are more', async () => {
    const newer = (file: string) => ({ content: text(file), modified: BUILT + 60 });
    const changed = { 'boot/setup.c': newer('boot/setup.c'), 'disk/setup.c': newer('disk/setup.c') };
    expect((await survey('moved', sourcesIn('/build/os', changed))).remarks).toEqual([
      expect.stringMatching(/^\/build\/os\/\w+\/setup\.c and 1 more are newer than kernel\.elf: /),
    ]);
  });

  it('are not those that the file system dates a moment later', async () => {
    const later = { content: text('disk/setup.c'), modified: BUILT + 1.5 };
    expect((await survey('moved', sourcesIn('/build/os', { 'disk/setup.c': later }))).remarks).toEqual([]);
  });

  it('are not those with the checksum of what was compiled, whatever their time', async () => {
    const later = { content: text('disk/setup.c'), modified: BUILT + 3600 };
    expect((await survey('checksums', sourcesIn('/build/os', { 'disk/setup.c': later }))).remarks).toEqual([]);
  });

  it('are those with another checksum, whatever their time', async () => {
    const other = { content: `${text('disk/setup.c')}\n`, modified: BUILT - 3600 };
    expect((await survey('checksums', sourcesIn('/build/os', { 'disk/setup.c': other }))).remarks).toEqual([
      '/build/os/disk/setup.c is not the text that kernel.elf was built from: lines may be off. Build it again.',
    ]);
  });
});

describe('sources that are elsewhere', () => {
  it.each([
    ['in the workspace', '/home/me/os', '/home/me/os', '/build/os'],
    ['in a folder of the workspace', '/home/me', '/home/me/kernel', '/build/os'],
    ['deep in the workspace', '/home', '/home/me/kernel', '/build/os'],
    ['above the program', undefined, '/home/me', '/build/os'],
    // The shortest rule that has them.
    ['in a folder of the same name', '/home/me', '/home/me/os', '/build'],
  ])('are found %s, with the entry for launch.json', async (_, cwd, folder, from) => {
    const { remarks, rules } = await survey('moved', sourcesIn(folder), cwd === undefined ? {} : { cwd });
    const to = from === '/build/os' ? folder : '/home/me';
    expect(remarks).toEqual([
      `The sources that kernel.elf names in ${from} are in ${to} now. Add to launch.json: "sourceMap": { "${from}": "${to}" }`,
    ]);
    expect(rules).toEqual({});
  });

  it('are not taken for others of the same name', async () => {
    const other = { '/home/me/os/tests/setup.c': { content: '' } };
    expect((await survey('moved', other, { cwd: '/home/me/os' })).remarks).toEqual([
      'None of the 3 sources of kernel.elf is where it was when it was built (/build/os/start.S). Say where they are in launch.json: "sourceMap": { "/build/os": "…" }',
    ]);
  });
});

describe('sources with relative names', () => {
  it.each([
    ['in cwd', { cwd: '/home/me/os' }],
    ['above the program', {}],
    ['in a folder of cwd', { cwd: '/home/me' }],
  ])('are taken as they are found %s', async (_, launch) => {
    const { rules, remarks } = await survey('relative', sourcesIn('/home/me/os'), launch);
    expect({ rules, remarks }).toEqual({ rules: { '.': '/home/me/os' }, remarks: [] });
  });

  it('are those that the source map says, wherever others are', async () => {
    const sourceMap = { '.': '/copy' };
    const files = { ...sourcesIn('/home/me/os'), ...sourcesIn('/copy') };
    expect(await survey('relative', files, { sourceMap })).toEqual({ rules: sourceMap, remarks: [] });
  });

  it('are asked for when they are not found', async () => {
    expect((await survey('relative', {})).remarks).toEqual([
      'kernel.elf names its sources relative to a folder (start.S), and they are not found. Say which in launch.json: "sourceMap": { ".": "…" }',
    ]);
  });
});

describe('programs without lines', () => {
  it('are named, with the flags that help', async () => {
    expect((await survey('lineless', {})).remarks).toEqual([
      'kernel.elf has no line information, so only instructions can be stepped through. To see sources, compile it with -g, and link it without -s.',
    ]);
  });

  it('are told from Rust ones', async () => {
    const { remarks } = await survey('test/symbols/fixtures/lineless-rust.elf.gz', {});
    expect(remarks).toEqual([
      'kernel.elf has no line information, so only instructions can be stepped through. To see sources, set debug = 2 (and no strip) in the profile that builds it in Cargo.toml.',
    ]);
  });
});

describe('a session', () => {
  const launched = async (launch: object, breakpoints: Record<string, object[]> = {}) => {
    const client = new DapClient(sessionServices(steadyHost(), { symbolsWasm: 'asset:src/symbols/symbols.wasm' }));
    await client.launch(launch, breakpoints);
    const said = client
      .taken('output')
      .flatMap(({ category, output }: Json) => (category === 'console' ? [output] : []));
    return { client, said };
  };

  it('opens sources of relative names, and tells files of one name apart', async () => {
    const path = resolve(here, 'disk/setup.c');
    const line =
      text('disk/setup.c')
        .split('\n')
        .findIndex((each) => each.includes('@disk')) + 1;
    const { client, said } = await launched({ program: resolve(here, 'relative.elf.gz') }, { [path]: [{ line }] });
    expect(said).toEqual([]);
    await client.event('stopped');
    const { stackFrames } = await client.request('stackTrace', { threadId: 1 });
    expect(stackFrames.map(({ name, source }: Json) => `${name} ${source?.path}`).slice(0, 3)).toEqual([
      `begin ${path}`,
      `disk_setup ${path}`,
      `main ${resolve(here, 'boot/setup.c')}`,
    ]);
    client.dispose();
  });

  it('gives checksums to clients', async () => {
    const sourceMap = { '/build/os': resolve(here) };
    const { client } = await launched({ program: resolve(here, 'checksums.elf.gz'), sourceMap, stopOnEntry: true });
    const { sources } = await client.request('loadedSources');
    const disk = sources.find(({ path }: Json) => path === resolve(here, 'disk/setup.c'));
    expect(disk.checksums).toEqual([{ algorithm: 'MD5', checksum: '3b729c9dc25e11d207f859a874391bc2' }]);
    client.dispose();
  });

  it.each(['msgqueue', 'lazymapping', 'guestmonolithickernel'])('has no remark on the bundled %s', async (name) => {
    for (const sourceMap of [{}, { [`/worldstep/kernels/${name}`]: resolve('kernels', name) }]) {
      const { client, said } = await launched({
        program: `bundled:${name}`,
        arch: 'riscv64',
        sourceMap,
        stopOnEntry: true,
      });
      expect(said).toEqual([]);
      client.dispose();
    }
  });
});
