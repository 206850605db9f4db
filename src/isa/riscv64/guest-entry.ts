/** How code shows that it runs guests. */

const SYSTEM = 0x73;
const HSTATUS = 0x600;
const HGATP = 0x680;

/**
 * Implements {@link Isa.runsGuests}: only a hypervisor writes hstatus, whose SPV makes sret enter a guest, or hgatp.
 * @see RISC-V Privileged ISA, "Hypervisor Status Register (hstatus)"
 */
export const runsGuests = (code: Uint8Array): boolean => {
  const view = new DataView(code.buffer, code.byteOffset, code.byteLength);
  let at = 0;
  while (at + 4 <= code.length) {
    // The two low bits of an instruction say how long it is.
    if ((view.getUint8(at) & 3) !== 3) {
      at += 2;
      continue;
    }
    const word = view.getUint32(at, true);
    const csr = word >>> 20;
    if ((word & 0x7f) === SYSTEM && (csr === HSTATUS || csr === HGATP) && isCsrWrite(word)) return true;
    at += 4;
  }
  return false;
};

/** csrrw always writes, csrrs and csrrc unless they set or clear nothing. */
const isCsrWrite = (word: number): boolean => {
  const funct3 = (word >> 12) & 3;
  return funct3 === 1 || (funct3 !== 0 && ((word >> 15) & 0x1f) !== 0);
};
