/** How code shows that it runs guests. */

const VMRUN = [0x0f, 0x01, 0xd8] as const;

/** Implements {@link Isa.runsGuests}: only a hypervisor executes VMRUN. @see AMD64 APM volume 3, "VMRUN" */
export const runsGuests = (code: Uint8Array): boolean => {
  for (let at = code.indexOf(VMRUN[0]); at >= 0; at = code.indexOf(VMRUN[0], at + 1)) {
    if (code[at + 1] === VMRUN[1] && code[at + 2] === VMRUN[2]) return true;
  }
  return false;
};
