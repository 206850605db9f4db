import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { HostFileError } from '../../src/base/host';
import { assetPath } from '../../src/platform/assets';
import { nodeHost } from '../../src/platform/node/host';

const folder = mkdtempSync(join(tmpdir(), 'worldstep-host-'));
const file = join(folder, 'kernel.bin');
writeFileSync(file, 'bytes');
const huge = join(folder, 'huge.img');
writeFileSync(huge, '');
truncateSync(huge, 3 * 2 ** 30);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const host = nodeHost({ root: folder });
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe('the host on Node', () => {
  it('reads plain paths, file URIs and files of the installation', async () => {
    expect(text(await host.readFile(file))).toBe('bytes');
    expect(text(await host.readFile(pathToFileURL(file).href))).toBe('bytes');
    expect(text(await host.readFile('asset:kernel.bin'))).toBe('bytes');
  });

  it.each([
    ['a file that is not there', () => join(folder, 'gone'), 'does not exist'],
    ['a file larger than memory takes', () => huge, 'is larger than 2 GiB'],
    ['a folder', () => folder, 'is a directory, not a file'],
    ['a name below a file', () => join(file, 'x'), 'lies below something that is not a directory'],
    [
      'a scheme nobody serves',
      () => 'vscode-vfs://github/a',
      'is not a file on this machine. Give a path or a file: URI.',
    ],
    [
      'a way out of the installation',
      () => 'asset:../../etc/passwd',
      'is not a file on this machine. Give a path or a file: URI.',
    ],
  ])('says in words why %s cannot be read', async (_, uri, reason) => {
    const error = await host.readFile(uri()).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(HostFileError);
    expect(error).toMatchObject({ uri: uri(), reason });
  });

  it('makes the folders of a file it writes', async () => {
    const deep = join(folder, 'a/b/c.txt');
    await host.writeFile(deep, new TextEncoder().encode('deep'));
    expect(text(await host.readFile(deep))).toBe('deep');
  });

  it('undoes gzip and rejects what is not gzip', async () => {
    expect(text(await host.gunzip(gzipSync('packed')))).toBe('packed');
    await expect(host.gunzip(new Uint8Array([1, 2, 3]))).rejects.toThrow();
  });
});

describe('names of files that come with Worldstep', () => {
  it.each([
    ['asset:dist/symbols.wasm', 'dist/symbols.wasm'],
    ['bundled:msgqueue/kernel.json', 'kernels/msgqueue/kernel.json'],
    ['bundled:/msgqueue/kernel.json', 'kernels/msgqueue/kernel.json'],
    ['file:///a', undefined],
    ['/a/b', undefined],
    ['bundled:../package.json', undefined],
  ])('%s is %s', (uri, path) => {
    expect(assetPath(uri)).toBe(path);
  });
});
