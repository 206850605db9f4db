/** Runs a guest of determinism.test.ts in a worker thread and posts how it ended. */
import { parentPort, workerData } from 'node:worker_threads';
import { bareGuest, consoleOf, messageQueue, runToEnd } from '../support/guests';

const HARTS: Readonly<Record<string, number>> = { one: 1, two: 2, four: 4, eight: 8 };
const harts = HARTS[String(workerData).split(' ')[0] ?? ''];
const machine = harts === undefined ? messageQueue() : bareGuest('harts', { harts });
const console = consoleOf(machine);
runToEnd(machine);
parentPort?.postMessage({ hash: machine.stateHash(), retired: machine.retired, text: console.text });
