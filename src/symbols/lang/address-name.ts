/**
 * Which numbers are addresses, page numbers or bit patterns, that nobody reads in decimal: told by the names of types,
 * variables and fields, as `entry_paddr`, `PhysPageNum`, `vm.stack_top`, `frame.sepc`.
 */

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Surely an address, or a register that holds one. */
const ADDRESSES = words(`
  addr address paddr vaddr kaddr uaddr gpaddr hpaddr baddr daddr ptr uintptr pointer
  pa va ipa gpa gva hpa hva kva uva iova
  ppn vpn pfn vfn gfn mfn
  pc sp fp lr ra epc eip rip esp rsp ebp rbp
  satp vsatp hgatp ttbr vttbr pgdl pgdh eptp ncr3
  tvec stvec mtvec vstvec vbar eentry
  tval stval mtval vstval htval badv far hpfar
  sepc mepc vsepc era elr scratch sscratch mscratch`);

/** Patterns of bits. */
const PATTERNS = words(`
  flags mask magic pte pde pmd pud p4d pgd reg regs register registers gpr gprs
  sstatus mstatus hstatus vsstatus spsr crmd prmd estat eflags rflags cr0 cr3 cr4 efer esr`);

/** Addresses in kernels, but elsewhere numbers of any kind: the value decides. */
const PLACES = words(`
  start begin end base top bottom entry brk limit stack heap handler vector root table page frame region
  next prev head tail from to target`);

/** Before a word of {@link PLACES} it is an address. */
const KINDS = words('phys physical virt virtual linear');

const PAGE_NUMBERS = words('num number no');

/** A general register of some instruction set: says nothing alone, but three of them make a register file. */
const REGISTER = /^(?:[xwatsr]\d{1,2}|[re]?[abcd]x|[re]?[sd]i|gp|tp|ra|sp|fp|lr|pc)$/;

/** So many fields with names of registers, and a struct is the registers of something that was interrupted. */
const LEAST_REGISTERS = 3;

/** What a name says about its number. */
export type NameHint = 'address' | 'pattern' | 'maybe' | undefined;

/** Lower-case words of an identifier: `kernelStackTop`, `GuestPhysAddr`, `phys_addr_t`, `Rv64PTE`. */
function wordsOf(name: string): string[] {
  const split = name
    .replace(/([\p{Ll}\d])(\p{Lu})/gu, '$1_$2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1_$2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
  // C's `_t`, Arm's `_el1`: kinds of names, not things.
  while (split.length > 1 && /^(?:t|el\d\d?)$/.test(split.at(-1) ?? '')) split.pop();
  return split;
}

/** `addrs`, `addresses`, `ttbr0` count as the one that they are made of. */
const isAddressWord = (word: string): boolean =>
  [word, word.replace(/e?s$/, ''), word.replace(/s$/, ''), word.replace(/\d+$/, '')].some((one) => ADDRESSES.has(one));

/** Names that were asked for; a large array asks for the same one for each element. */
const answered = new Map<string, NameHint>();
const MOST_ANSWERED = 4096;

/** What the name of a type, a variable or a field says about the number it stands for. */
export function addressHint(name: string): NameHint {
  const known = answered.get(name);
  if (known !== undefined || answered.has(name)) return known;
  if (answered.size >= MOST_ANSWERED) answered.clear();
  const hint = hintOf(name);
  answered.set(name, hint);
  return hint;
}

function hintOf(name: string): NameHint {
  const all = wordsOf(name);
  const last = all.at(-1);
  if (last === undefined) return undefined;
  if (isAddressWord(last)) return 'address';
  if (PATTERNS.has(last)) return 'pattern';
  const before = all.slice(0, -1);
  const isKind = before.some((word) => KINDS.has(word));
  if (PAGE_NUMBERS.has(last) && isKind && /^(?:page|frame)$/.test(before.at(-1) ?? '')) return 'address';
  if (!PLACES.has(last)) return undefined;
  return isKind || before.some((word) => ADDRESSES.has(word)) ? 'address' : 'maybe';
}

/** Whether the fields of a struct are registers: of a trap frame, of a switched-away task. */
export const isRegisterFile = (fields: readonly string[]): boolean =>
  fields.filter((field) => REGISTER.test(field)).length >= LEAST_REGISTERS;
