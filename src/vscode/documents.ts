import * as vscode from 'vscode';
import type { InspectorTable } from '../inspect/contract';

/**
 * Read-only text documents made on the spot: tables (the trees' twins for reading aloud and for searching) and memory.
 * The URI carries what to show; the text is made again when the machine stops.
 */
export class TextDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #changes = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changes.event;
  readonly #makers = new Map<string, () => Promise<string>>();
  readonly #registration = vscode.workspace.registerTextDocumentContentProvider('worldstep-text', this);

  provideTextDocumentContent(uri: vscode.Uri): Promise<string> | string {
    return this.#makers.get(uri.toString())?.() ?? 'The debug session that this document belonged to has ended.';
  }

  /** Shows the text that `make` returns under `title`, beside the editor. */
  async show(title: string, make: () => Promise<string>): Promise<void> {
    const uri = vscode.Uri.from({ scheme: 'worldstep-text', path: `/${title}.txt` });
    this.#makers.set(uri.toString(), make);
    this.#changes.fire(uri);
    await vscode.window.showTextDocument(uri, { preview: true, preserveFocus: false });
  }

  /** Makes the open documents again. */
  refresh(): void {
    for (const uri of this.#makers.keys()) this.#changes.fire(vscode.Uri.parse(uri));
  }

  dispose(): void {
    this.#registration.dispose();
    this.#changes.dispose();
  }
}

/** A table as aligned text, its summary first. */
export const tableText = ({ columns, rows, summary }: InspectorTable): string => {
  const widths = columns.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    widths
      .map((width, column) => (cells[column] ?? '').padEnd(width))
      .join('  ')
      .trimEnd();
  return [
    ...wrapped(summary),
    '',
    line(columns),
    line(widths.map((width) => '-'.repeat(width))),
    ...rows.map(line),
    '',
  ].join('\n');
};

/** Lines of at most about 100 characters, broken at blanks. */
const wrapped = (text: string): string[] =>
  text.split('\n').flatMap((line) => line.match(/\S.{0,98}\S(?=\s|$)|\S+/g) ?? ['']);

/** Bytes as rows of sixteen: address, hexadecimal, printable characters. */
export const hexText = (start: bigint, bytes: Uint8Array): string => {
  const rows: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const part = [...bytes.subarray(at, at + 16)];
    const digits = part.map((byte) => byte.toString(16).padStart(2, '0'));
    const text = part.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    const halves = `${digits.slice(0, 8).join(' ').padEnd(23)}  ${digits.slice(8).join(' ').padEnd(23)}`;
    rows.push(`0x${(start + BigInt(at)).toString(16).padStart(16, '0')}  ${halves}  ${text}`);
  }
  return rows.join('\n');
};
