/** The devices of `worldstep run --device`, which no machine has unless it is asked for. */
import { busOf, deviceWords } from '../../base/device-words';
import { nearest } from '../../base/nearest';
import type { ExtraDevice } from '../../machine/boards/board';
import { UsageError } from './command';
import { asUsage } from './device-words';

const DEVICES = ['virtio-console', 'virtio-rng'] as const;

/** Of the entropy device, where none is given: runs are alike. */
const SEED = 0n;

/** Reads `virtio-console[,bus=BUS]` or `virtio-rng[,bus=BUS][,seed=N]`. Throws a {@link UsageError}. */
export function readExtra(text: string): ExtraDevice {
  const name = DEVICES.find((one) => one === text.split(',')[0]);
  if (name === undefined) {
    const [word = ''] = text.split(',');
    const near = nearest(word, DEVICES);
    const next = near === undefined ? `There is: ${DEVICES.join(', ')}.` : `Did you mean ${near}?`;
    throw new UsageError(`--device: there is no device "${word}". ${next}`);
  }
  return asUsage('--device', () => {
    const { values } = deviceWords(text, name === 'virtio-rng' ? ['bus=', 'seed='] : ['bus=']);
    const bus = busOf(values.get('bus'));
    return name === 'virtio-console'
      ? { kind: 'console', bus }
      : { kind: 'entropy', bus, seed: seedOf(values.get('seed')) };
  });
}

function seedOf(text: string | undefined): bigint {
  if (text === undefined) return SEED;
  const plain = text.replaceAll('_', '');
  if (/^(?:0x[0-9a-f]{1,16}|\d{1,19})$/i.test(plain)) return BigInt(plain);
  throw new UsageError(`--device: the seed "${text}" is no number of 64 bits. Write it as 1234 or 0x4d2.`);
}
