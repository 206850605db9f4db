/** Reads a DTB back, written from the specification and independent of the builder. */
export interface ReadNode {
  readonly name: string;
  readonly properties: Map<string, Uint8Array>;
  readonly children: ReadNode[];
}

export function readFdt(blob: Uint8Array): ReadNode {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.length);
  const field = (index: number): number => view.getUint32(4 * index);
  if (field(0) !== 0xd00dfeed || field(1) !== blob.length || field(5) !== 17 || field(6) !== 16)
    throw new Error('bad header');
  const text = (at: number): string => new TextDecoder().decode(blob.subarray(at, blob.indexOf(0, at)));
  const strings = field(3);
  let at = field(2);
  const end = at + field(9);
  const align = (value: number): number => (value + 3) & ~3;
  const node = (): ReadNode => {
    at += 4;
    const result: ReadNode = { name: text(at), properties: new Map(), children: [] };
    at = align(blob.indexOf(0, at) + 1);
    for (;;) {
      const token = view.getUint32(at);
      if (token === 3) {
        const length = view.getUint32(at + 4);
        result.properties.set(text(strings + view.getUint32(at + 8)), blob.subarray(at + 12, at + 12 + length));
        at = align(at + 12 + length);
      } else if (token === 1) {
        result.children.push(node());
      } else if (token === 2) {
        at += 4;
        return result;
      } else {
        throw new Error(`bad token ${token} at ${at}`);
      }
    }
  };
  const root = node();
  if (view.getUint32(at) !== 9 || at + 4 !== end) throw new Error('bad end');
  return root;
}

export function nodeAt(root: ReadNode, path: string): ReadNode | undefined {
  let node: ReadNode | undefined = root;
  for (const part of path.split('/').filter((name) => name !== '')) {
    node = node?.children.find((child) => child.name === part);
  }
  return node;
}

export const cells = (bytes: Uint8Array | undefined): number[] => {
  const view = new DataView((bytes ?? new Uint8Array()).slice().buffer);
  return Array.from({ length: view.byteLength / 4 }, (_, index) => view.getUint32(4 * index));
};

export const strings = (bytes: Uint8Array | undefined): string[] =>
  new TextDecoder().decode(bytes).split('\0').slice(0, -1);

export const paths = (node: ReadNode, prefix = ''): string[] =>
  node.children.flatMap((child) => [`${prefix}/${child.name}`, ...paths(child, `${prefix}/${child.name}`)]);
