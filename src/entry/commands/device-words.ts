/** Mistakes in what `--disk` and `--device` are given, as mistakes of the command line. */
import { DeviceWordsError } from '../../base/device-words';
import { UsageError } from './command';

/** What `read` gives; a mistake in the words becomes a {@link UsageError} that names the option. */
export function asUsage<T>(option: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof DeviceWordsError) throw new UsageError(`${option}: ${error.message}`);
    throw error;
  }
}
