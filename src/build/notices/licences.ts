/** Which licence of a package we take, and the text that it asks us to hand on. */

/** What a package says about its licence. */
export interface LicenceFacts {
  /** An SPDX expression; the old `A/B` for `A OR B` is understood. */
  readonly expression: string;
  readonly authors: readonly string[];
  /** Its licence files: name → text. */
  readonly files: ReadonlyMap<string, string>;
}

/** A licence as we take it. */
export interface Licence {
  /** SPDX identifier. */
  readonly id: string;
  readonly text: string;
}

/** Where a package offers a choice we take the first of these. */
const PREFERENCE = ['Apache-2.0', 'MIT', 'BSD-3-Clause', 'Zlib', 'Unlicense', 'MPL-2.0'];

/** Words that tell the text of a licence. */
const SIGNS: Readonly<Record<string, RegExp>> = {
  MIT: /Permission is hereby granted, free of charge/,
  'BSD-1-Clause': /BSD 1-Clause License/i,
  'MPL-2.0': /Mozilla Public License/i,
  'Unicode-3.0': /UNICODE LICENSE V3/i,
  'Apache-2.0 WITH LLVM-exception': /LLVM Exceptions to the Apache/i,
};

const MIT = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

/** The identifiers that an expression binds us to, one of each choice. */
export const chosen = (expression: string): string[] => [
  ...new Set(
    expression
      .replace(/[()]/g, '')
      .replaceAll('/', ' OR ')
      .split(' AND ')
      .map((choice) => {
        const offered = choice.split(' OR ').map((id) => id.trim().replace(/^MPL-2\.0\+$/, 'MPL-2.0'));
        return PREFERENCE.find((id) => offered.includes(id)) ?? offered[0] ?? '';
      }),
  ),
];

/**
 * The licences to hand on with a package. `standard` has texts by identifier for packages that come without a file.
 * Throws where a text can be found nowhere.
 */
export const licencesOf = (name: string, facts: LicenceFacts, standard: ReadonlyMap<string, string>): Licence[] =>
  chosen(facts.expression).map((id) => {
    const text = id === 'Apache-2.0' ? standard.get(id) : (ownText(id, facts) ?? standard.get(id));
    if (text !== undefined) return { id, text };
    if (id === 'MIT')
      return { id, text: `Copyright (c) ${facts.authors.join(', ') || `the authors of ${name}`}\n\n${MIT}` };
    throw new Error(`${name}: no text of ${id}. Name a file that has it in src/build/notices/collect.ts.`);
  });

function ownText(id: string, { files }: LicenceFacts): string | undefined {
  const sign = SIGNS[id];
  return sign && [...files.values()].find((text) => sign.test(text.replace(/\s+/g, ' ')))?.trim();
}

/** The copyright lines of licence files, without the form that Apache's text has for them. */
export const copyrights = ({ files }: LicenceFacts): string[] => [
  ...new Set(
    [...files.values()]
      .flatMap((text) => text.split('\n'))
      .map((line) => line.trim())
      .filter((line) => /^(?:©|copyright)\s+(?:\(c\)|©|\d{4}|the |[A-Z])/i.test(line) && /\d{4}|\(c\)|©/i.test(line))
      .filter((line) => !/\[yyyy\]|\{yyyy\}|<year>/i.test(line)),
  ),
];
