/** One address translated for debugger and inspector. Changes nothing. */
import { ipa, pa, type Va } from '../../base/address';
import { t } from '../../base/l10n';
import type { PhysicalReader } from '../core/isa';
import { type Access, type Regime, type Translation, translateBy } from '../core/translation';
import type { World } from '../core/world';

const PAGE = 4096;
const ALL = { read: true, write: true, execute: true, user: true } as const;

const direct: Regime = (address) => ({
  steps: [{ source: 'direct' }],
  result: { ok: true, ipa: ipa(address), pa: pa(address), pageSize: PAGE, perms: ALL },
});

/** Implements {@link Isa.translate}. */
export const translate = (_world: World, _read: PhysicalReader, address: Va, access: Access): Translation =>
  translateBy(t`direct`, [direct], address, access);
