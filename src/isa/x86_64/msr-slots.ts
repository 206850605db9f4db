/** State slots that are model-specific registers, by the manual's names. Their rows are in msrs.ts. */
export const MSR_SLOTS = [
  ...['APIC_BASE', 'TSC_OFFSET', 'TSC_ADJUST', 'TSC_AUX', 'STAR', 'LSTAR', 'CSTAR', 'SFMASK', 'KERNEL_GS_BASE'],
  ...['SYSENTER_CS', 'SYSENTER_ESP', 'SYSENTER_EIP', 'PAT', 'DEBUGCTL', 'MISC_ENABLE'],
] as const;
