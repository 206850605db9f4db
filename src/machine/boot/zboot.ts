/**
 * Kernels that unpack themselves as EFI programs, as distributions ship them (`vmlinuz`): a machine without EFI unpacks
 * them as it loads them.
 * @see Linux, drivers/firmware/efi/libstub/zboot-header.S for the header, Makefile.zboot for the size behind the payload
 */
import { gunzipSync } from 'fflate';
import { decompress } from 'fzstd';
import { hex } from '../../base/address';
import { t } from '../../base/l10n';
import { hasText } from '../../base/magic';
import { LoadError } from './load-error';
import type { NamedFile } from './load-plan';

const PAYLOAD = { offset: 8, size: 12, method: 24 } as const;
const METHOD_BYTES = 32;
const HEADER_BYTES = 0x40;
/** More is no kernel, and no host has room for it. */
const MOST = 2 ** 30;

/** True for a kernel that unpacks itself as an EFI program. */
export const isZboot = (bytes: Uint8Array): boolean =>
  bytes.length >= HEADER_BYTES && hasText(bytes, 0, 'MZ') && hasText(bytes, 4, 'zimg');

/** By the method's name in the header: unpacks a payload that has `size` bytes then. */
const METHODS: Readonly<Record<string, (payload: Uint8Array, size: number) => Uint8Array>> = {
  gzip: (payload) => gunzipSync(payload),
  zstd: (payload, size) => decompress(payload, new Uint8Array(size)),
};

/**
 * The kernel inside one that unpacks itself; any other file as it is.
 * @throws LoadError for one whose method is not known, or that is damaged
 */
export function unpackZboot(file: NamedFile): NamedFile {
  const { name, bytes } = file;
  if (!isZboot(bytes)) return file;
  const damaged = (problem: string): LoadError => new LoadError(name, problem, t`Make or download it again.`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const start = view.getUint32(PAYLOAD.offset, true);
  const end = start + view.getUint32(PAYLOAD.size, true);
  // The size of the unpacked kernel: gzip's own last word, else the word behind the payload.
  const [method = ''] = new TextDecoder('latin1')
    .decode(bytes.subarray(PAYLOAD.method, PAYLOAD.method + METHOD_BYTES))
    .split('\0');
  const unpack = Object.hasOwn(METHODS, method) ? METHODS[method] : undefined;
  if (!unpack) {
    throw new LoadError(
      name,
      t`it is a kernel that unpacks itself as an EFI program, compressed with ${method || '?'}`,
      t`Give the Image it was made from, or one compressed with ${Object.keys(METHODS).join(t` or `)}.`,
    );
  }
  const sizeAt = method === 'gzip' ? end - 4 : end;
  if (sizeAt < start || sizeAt + 4 > bytes.length) {
    throw damaged(t`its compressed kernel ends at ${hex(end)}, past the end of the file (${hex(bytes.length)})`);
  }
  const size = view.getUint32(sizeAt, true);
  if (size > MOST) throw damaged(t`its header has impossible sizes`);
  let kernel: Uint8Array;
  try {
    kernel = unpack(bytes.subarray(start, end), size);
  } catch (error) {
    throw damaged(t`its compressed kernel cannot be unpacked: ${(error as Error).message}`);
  }
  if (kernel.length !== size) throw damaged(t`its header has impossible sizes`);
  return { name, bytes: kernel };
}
