/** Where bundles for Node have `fatfs.wasm`. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { provideFatfs } from '../image/fatfs';

/** Takes `fatfs.wasm` from the bundle's folder. Run from the sources there is none, and js-fatfs brings its own. */
export function useFatfsIn(folder: string): void {
  const file = join(folder, 'fatfs.wasm');
  if (existsSync(file)) provideFatfs(() => readFile(file));
}
