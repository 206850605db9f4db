/** A host without devices, firmware or observers, for engines that are tested alone; what a test needs is given. */
import type { EngineHost } from '../../src/engine/engine';

export const engineHost = (more: Pick<EngineHost, 'trapTaken'> & Partial<EngineHost>): EngineHost => ({
  deviceRead: () => undefined,
  deviceWrite: () => false,
  deviceReadWord: () => undefined,
  deviceWriteWord: () => false,
  readSpace: () => undefined,
  writeSpace: () => false,
  clock: 0n,
  ticksOf: (cycles) => cycles,
  firmwareCall: () => false,
  isHopeless: () => false,
  contextSwitched: () => false,
  timersChanged: () => {},
  stored: () => {},
  loaded: () => {},
  ...more,
});
