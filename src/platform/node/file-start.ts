import { open } from 'node:fs/promises';

/** The first bytes of a file, fewer if it is shorter. Rejects if it cannot be read. */
export const readFileStart = async (path: string, length: number): Promise<Uint8Array> => {
  const file = await open(path, 'r');
  try {
    const { bytesRead, buffer } = await file.read(new Uint8Array(length), 0, length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
};
