/** package.json with keys in place of its texts, and the texts by key: VS Code puts in what the user's language has. */

/** Keys of package.json's texts → the texts. */
export type Texts = Readonly<Record<string, string>>;

/** Entries that hold texts for users. */
const TEXT_ENTRIES = new Set([
  'displayName',
  'title',
  'description',
  'markdownDescription',
  'label',
  'contents',
  'contextualTitle',
  'patternErrorMessage',
]);
/** Entries that hold lists of such texts. */
const LIST_ENTRIES = new Set(['enumDescriptions', 'aliases']);
/** Where `name` is a text rather than an identifier. */
const NAMED = /^contributes\.views\./;
/** What others read as it stands: bodies of snippets, and what rustc's messages are taken apart with. */
const OTHERS = /\.(body|problemPatterns)(\.|$)|problemMatchers\.[^.]+\.(name|source)$/;
/** What an element of a list is called in a key. */
const NAMES = ['command', 'id', 'name', 'view', 'type', 'label', 'language'] as const;

/** Parts of package.json with `%KEY%` in place of their texts, and the texts. */
export function manifestInWords(parts: Readonly<Record<string, unknown>>): {
  readonly manifest: Readonly<Record<string, unknown>>;
  readonly texts: Texts;
} {
  const texts: Record<string, string> = {};
  const manifest = walked(parts, '', texts) as Readonly<Record<string, unknown>>;
  return { manifest, texts };
}

function walked(part: unknown, path: string, texts: Record<string, string>): unknown {
  if (OTHERS.test(path)) return part;
  if (Array.isArray(part)) return part.map((one, at) => walked(one, `${path}.${nameOf(one, at)}`, texts));
  if (typeof part !== 'object' || part === null) return part;
  const key = (name: string, text: string): string => {
    texts[name] = text;
    return `%${name}%`;
  };
  return Object.fromEntries(
    Object.entries(part).map(([entry, value]: [string, unknown]) => {
      const place = path === '' ? entry : `${path}.${entry}`;
      const isText = TEXT_ENTRIES.has(entry) || (entry === 'name' && NAMED.test(path));
      if (isText && typeof value === 'string' && !OTHERS.test(place)) return [entry, key(place, value)];
      if (LIST_ENTRIES.has(entry) && Array.isArray(value)) {
        return [entry, value.map((one: string, at) => key(`${place}.${at}`, one))];
      }
      return [entry, walked(value, place, texts)];
    }),
  );
}

function nameOf(element: unknown, at: number): string {
  if (typeof element !== 'object' || element === null) return `${at}`;
  const named = element as Readonly<Record<string, unknown>>;
  for (const name of NAMES) {
    const value = named[name];
    if (typeof value === 'string') return value.replace(/[^\w-]+/g, '-');
  }
  return `${at}`;
}
