/** How code shows that it runs guests. */

/** `msr vtcr_el2, x0`, and which bits of its word say so. */
const WRITES_VTCR = 0xd51c_2140;
const WITHOUT_RT = 0xffff_ffe0;

/** Implements {@link Isa.runsGuests}: only a hypervisor says how its stage 2 is made. @see Arm ARM, VTCR_EL2 */
export const runsGuests = (code: Uint8Array): boolean => {
  const view = new DataView(code.buffer, code.byteOffset, code.byteLength);
  for (let at = 0; at + 4 <= code.length; at += 4) {
    if ((view.getUint32(at, true) & WITHOUT_RT) >>> 0 === WRITES_VTCR) return true;
  }
  return false;
};
