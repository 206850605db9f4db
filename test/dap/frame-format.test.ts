import { expect, it } from 'vitest';
import { newClient, trapsLaunch, trapsLine, trapsSource } from '../support/conversation';

const line = trapsLine('twice');

it.each<[object | undefined, string, string]>([
  [undefined, 'twice', 'kernel_main'],
  [{}, 'twice', 'kernel_main'],
  [{ module: true }, 'traps!twice', 'traps!kernel_main'],
  [{ line: true }, `twice Line ${line}`, `kernel_main Line ${trapsLine('main')}`],
  [{ parameters: true }, 'twice(value)', 'kernel_main()'],
  [{ parameterNames: true }, 'twice(value)', 'kernel_main()'],
  [{ parameters: true, parameterTypes: true }, 'twice(int)', 'kernel_main()'],
  [{ parameters: true, parameterValues: true }, 'twice(20)', 'kernel_main()'],
  [{ parameterTypes: true, parameterNames: true, parameterValues: true }, 'twice(int value = 20)', 'kernel_main()'],
  [{ parameterNames: true, parameterValues: true, hex: true }, 'twice(value = 0x14)', 'kernel_main()'],
  [
    { module: true, line: true, parameters: true, parameterNames: true, parameterValues: true, includeAll: true },
    `traps!twice(value = 20) Line ${line}`,
    `traps!kernel_main() Line ${trapsLine('main')}`,
  ],
])('a stack trace in the format %j names its frames %s and %s', async (format, inner, outer) => {
  const client = newClient();
  await client.launch(trapsLaunch(), { [trapsSource]: [{ line }] });
  await client.event('stopped');
  const { stackFrames } = await client.request('stackTrace', { threadId: 1, format });
  expect([stackFrames[0].name, stackFrames[1].name]).toEqual([inner, outer]);
  client.dispose();
});
