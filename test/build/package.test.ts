import { existsSync, readFileSync } from 'node:fs';
import { join, posix, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listKernels } from '../../src/build/kernel-list';
import { PACKAGE_FILES } from '../../src/build/package-files';
import { picturesOf, readmePage } from '../../src/build/readme-page';

const root = resolve(__dirname, '../..');

describe('README.md as the page of the extension', () => {
  const bytes = (path: string): Uint8Array => new TextEncoder().encode(path);

  it.each([
    ['![A picture](media/a.png)', '![A picture](data:image/png;base64,bWVkaWEvYS5wbmc=)'],
    ['[the file](kernels/x/README.md) and [it](#part)', 'the file and [it](#part)'],
    [
      '[site](https://example.org/a) ![x](https://example.org/a.png)',
      '[site](https://example.org/a) ![x](https://example.org/a.png)',
    ],
    ['a[0] (b)', 'a[0] (b)'],
  ])('%j', (text, page) => {
    expect(readmePage(text, bytes)).toBe(page);
  });

  it('refuses pictures that marketplaces do not show', () => {
    expect(() => readmePage('![x](media/a.svg)', bytes)).toThrow('media/a.svg is no PNG');
  });

  it('shows a picture, and leaves no link that leads nowhere', () => {
    const text = readFileSync(join(root, 'README.md'), 'utf8');
    expect(picturesOf(text).length).toBeGreaterThan(0);
    const page = readmePage(text, (path) => readFileSync(join(root, path)));
    expect(page).toContain('](data:image/png;base64,iVBOR');
    expect(
      [...page.matchAll(/\]\(([^)\s]+)\)/g)].filter(([, link = '']) => !/^(https:|data:image\/png;|#)/.test(link)),
    ).toEqual([]);
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
