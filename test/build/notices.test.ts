import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { discrepancies, inventory, type Part } from '../../src/build/notices/inventory';
import { chosen, copyrights, licencesOf } from '../../src/build/notices/licences';

const root = resolve(__dirname, '../..');
const facts = (expression: string, files: Record<string, string> = {}) => ({
  expression,
  authors: ['A. Author'],
  files: new Map(Object.entries(files)),
});

describe('ThirdPartyNotices.txt', () => {
  it('names every package of the bundles, the wasm module and the kernels, and no other', async () => {
    const notices = readFileSync(join(root, 'ThirdPartyNotices.txt'), 'utf8');
    expect(discrepancies(notices, await inventory(root))).toEqual([]);
  });

  it('is found out of date by a package too many and a version too old', () => {
    const part: Part = { kind: 'npm', title: 'T', explanation: '', components: [{ name: 'a', version: '2' }] };
    expect(discrepancies('## T\n\n* a 1\n* b 1\n\n## Texts\n\n* c 1\n', [part])).toEqual([
      'missing: T: a 2',
      'no longer shipped: T: a 1',
      'no longer shipped: T: b 1',
    ]);
  });
});

describe('the licence taken', () => {
  it.each([
    ['MIT/Apache-2.0', ['Apache-2.0']],
    ['Unlicense OR MIT', ['MIT']],
    ['GPL-3.0-or-later OR Apache-2.0 OR MulanPSL-2.0', ['Apache-2.0']],
    ['(MIT OR Apache-2.0) AND Unicode-3.0', ['Apache-2.0', 'Unicode-3.0']],
    ['MPL-2.0+', ['MPL-2.0']],
    ['GPL-2.0-or-later', ['GPL-2.0-or-later']],
  ])('of %s is %j', (expression, ids) => expect(chosen(expression)).toEqual(ids));

  it("comes with the package's own text, or with the common one and the authors", () => {
    const own = 'Copyright (c) 2020 Somebody\n\nPermission is hereby granted, free\nof charge, to any person';
    expect(licencesOf('a', facts('MIT', { LICENSE: own }), new Map())[0]?.text).toBe(own);
    expect(licencesOf('a', facts('MIT'), new Map())[0]?.text).toMatch(/^Copyright \(c\) A\. Author\n\nPermission/);
  });

  it('is refused when its text is nowhere', () => {
    expect(() => licencesOf('a', facts('EUPL-1.2'), new Map())).toThrow('a: no text of EUPL-1.2');
  });

  it('keeps copyright lines but not the form in the Apache text', () => {
    const text = 'Copyright [yyyy] [name]\n   Copyright 2021 One\nCopyright (c) 2022 Two\ncopyright notice that is';
    expect(copyrights(facts('Apache-2.0', { LICENSE: text }))).toEqual([
      'Copyright 2021 One',
      'Copyright (c) 2022 Two',
    ]);
  });
});
