/** Reports the next use of chosen virtual pages: they are kept out of nothing, but what was cached of them is dropped. */
import type { EngineIsa } from '../isa/core/engine-isa';
import type { Access } from '../isa/core/translation';

const PAGE = 12n;

/** The pages that are looked for. Whatever is cached needs no translation, so their owner drops them from the TLBs. */
export class TranslationUses {
  private pages = new Set<bigint>();

  constructor(private readonly used: (hart: number, address: bigint, access: Access) => void) {}

  /** Replaces the set; the first addresses of pages that were not in it. */
  set(pages: readonly bigint[]): bigint[] {
    const before = this.pages;
    this.pages = new Set(pages.map((page) => page >> PAGE));
    return [...this.pages].filter((page) => !before.has(page)).map((page) => page << PAGE);
  }

  /** The instruction set with a translation that reports what it is asked for. */
  seeing(isa: EngineIsa): EngineIsa {
    const { cpuTranslate } = isa;
    return {
      ...isa,
      cpuTranslate: (state, memory, address, access, effectivePrivilege, bytes) => {
        if (this.pages.size > 0 && this.pages.has(address >> PAGE)) this.used(state.hart, address, access);
        return cpuTranslate(state, memory, address, access, effectivePrivilege, bytes);
      },
    };
  }
}
