import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DOCUMENTS, launchMarkdown, withParts } from '../../src/build/documents';
import { LAYERS } from '../../src/build/layers';
import { stopPicture } from '../support/stop-picture';

const root = resolve(__dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

describe('the generated parts', () => {
  it.each(DOCUMENTS.map((document) => [document.path, document] as const))('of %s are current', (path, { make }) => {
    const present = read(path);
    expect(make(present), 'run npm run gen').toBe(present);
  });

  it('begin with a stop as the debugger shows it', async () => {
    const picture = `${await stopPicture()}\n`;
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(join(root, 'media/stop.txt'), picture);
    expect(picture, 'UPDATE_GOLDEN=1 accepts it; then npm run gen').toBe(read('media/stop.txt'));
  });

  it('replace what is between their markers and nothing else', () => {
    const text = 'a\n<!-- generated: x -->\nold\n<!-- end: x -->\nb';
    expect(withParts(text, { x: 'new' })).toBe('a\n<!-- generated: x -->\n\nnew\n\n<!-- end: x -->\nb');
    expect(() => withParts(text, {})).toThrow('Nothing generates "x"');
    expect(() => withParts('', { x: 'new' })).toThrow('generated: x');
  });

  it('show attributes of objects and of arrays of objects below them', () => {
    const item = {
      type: 'object',
      required: ['path'],
      properties: { path: { type: 'string', markdownDescription: 'P' } },
    } as const;
    const schema = {
      type: 'object',
      properties: {
        images: { type: 'array', markdownDescription: 'I', items: item },
        harts: { type: 'integer', minimum: 1, maximum: 8, default: 1, markdownDescription: 'a|b' },
      },
    } as const;
    expect(launchMarkdown(schema).split('\n').slice(2)).toEqual([
      '| `images` | array of objects |  | I |',
      '| `images[].path` (required) | string |  | P |',
      '| `harts` | integer 1 to 8 | `1` | a\\|b |',
    ]);
  });
});

describe('the documents', () => {
  it.each(['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md'])(
    '%s links to files that exist',
    (path) => {
      const targets = [...read(path).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, target]) => target!);
      const local = targets.filter((target) => !/^[a-z]+:/.test(target));
      expect(local.filter((target) => !existsSync(resolve(root, dirname(path), target)))).toEqual([]);
    },
  );

  it('name npm scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = ['README.md', 'CONTRIBUTING.md', 'kernels/README.md'].flatMap((path) =>
      [...read(path).matchAll(/npm run ([a-z:]+)/g)].map(([, name]) => name!),
    );
    expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });

  it('name files and folders of the tree that exist', () => {
    const pathLike = /`((?:src|test|kernels|media|\.ci)\/[\w./-]+)`/g;
    const named = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md'].flatMap((path) =>
      [...read(path).matchAll(pathLike)].map(([, name]) => name!),
    );
    expect(named.filter((name) => !existsSync(join(root, name)))).toEqual([]);
  });

  it('describe every folder of src that there is', () => {
    const text = read('ARCHITECTURE.md');
    const folders = Object.keys(LAYERS).filter((name) => existsSync(join(root, 'src', name)));
    expect(folders.filter((name) => !new RegExp(`^  ${name}/ `, 'm').test(text))).toEqual([]);
  });
});
