import { existsSync, readFileSync } from 'node:fs';
import { join, posix, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listKernels } from '../../src/build/kernel-list';
import { PACKAGE_FILES } from '../../src/build/package-files';
import { readmePage } from '../../src/build/readme-page';

const root = resolve(__dirname, '../..');

describe('README.md as the page of the extension', () => {
  it.each([
    ['a\n\n![A picture](media/a.png)\n\nb', 'a\n\nb'],
    ['![x](https://example.org/a.png)\n', '![x](https://example.org/a.png)\n'],
    ['[the file](kernels/x/README.md) and [it](#part)', 'the file and [it](#part)'],
    ['[site](https://example.org/a)', '[site](https://example.org/a)'],
    ['a[0] (b)', 'a[0] (b)'],
  ])('%j', (text, page) => {
    expect(readmePage(text)).toBe(page);
  });

  it('begins with what it is, a picture, and how to use it in VS Code; no link leads nowhere', () => {
    const page = readmePage(readFileSync(join(root, 'README.md'), 'utf8'));
    const parts = ['# Worldstep', '┌─ main.rs', '## In VS Code', '## On the command line'].map((part) =>
      page.indexOf(part),
    );
    expect(parts).toEqual(parts.toSorted((a, b) => a - b));
    expect(parts[0]).toBe(0);
    expect(page.slice(0, parts[2]).match(/^## /gm)).toBeNull();
    const links = [...page.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
    expect(links.filter((link) => !/^(https:|#)/.test(link))).toEqual([]);
  });
});

describe('the package', () => {
  /** A pattern of package.json's `files` as a regular expression. */
  const expression = (pattern: string): RegExp =>
    new RegExp(
      `^${pattern.replace(/[.+]/g, '\\$&').replace(/\*\*/g, '\0').replace(/\*/g, '[^/]*').replaceAll('\0', '.*')}$`,
    );
  const patterns = PACKAGE_FILES.map(expression);

  it('has every file that package.json names', () => {
    const { files: _, scripts: __, ...manifest } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const named = new Set<string>();
    JSON.stringify(manifest, (_key, value) => {
      // Among paths stand words with a dot, such as languages' file names: what is a file here is one of the package.
      if (typeof value === 'string' && /^(\.\/)?[\w-]+(\/[\w.-]+)*\.\w+$/.test(value) && existsSync(join(root, value)))
        named.add(posix.normalize(value));
      return value;
    });
    named.delete('package.json');
    expect([...named]).toEqual(expect.arrayContaining(['media/icon.png', 'dist/extension.node.js', 'dist/cli.js']));
    expect([...named].filter((file) => !patterns.some((pattern) => pattern.test(file)))).toEqual([]);
  });

  it('has every file that the list of samples names', () => {
    const kernels = listKernels(join(root, 'kernels'));
    const named = kernels.flatMap(({ folder, files }) => files.map((file) => posix.join('kernels', folder, file)));
    expect(named.length).toBeGreaterThan(50);
    expect(named.filter((file) => !patterns.some((pattern) => pattern.test(file)))).toEqual([]);
  });
});
