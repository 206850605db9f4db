/** State slots that are model-specific registers, by the manual's names. Their rows are in msrs*.ts. */

const numbered = (count: number, ...names: string[]): string[] =>
  Array.from({ length: count }, (_, n) => names.map((name) => name.replace('#', String(n)))).flat();

/** `TSC_OFFSET` is what the time stamp counter has beyond guest time. */
const CONTROL = [
  ...['APIC_BASE', 'TSC_OFFSET', 'TSC_ADJUST', 'TSC_AUX', 'TSC_RATIO', 'STAR', 'LSTAR', 'CSTAR', 'SFMASK'],
  ...['KERNEL_GS_BASE', 'SYSENTER_CS', 'SYSENTER_ESP', 'SYSENTER_EIP', 'MISC_ENABLE', 'IGNNE'],
  ...['SYSCFG', 'HWCR', 'TOP_MEM', 'TOP_MEM2', 'DEBUGCTL', 'BR_FROM', 'BR_TO', 'LASTEXCPFROM', 'LASTEXCPTO'],
];
const MEMORY = [
  ...['PAT', 'MTRRdefType', 'MTRRfix64K_00000', 'MTRRfix16K_80000', 'MTRRfix16K_A0000'],
  ...['C0000', 'C8000', 'D0000', 'D8000', 'E0000', 'E8000', 'F0000', 'F8000'].map((at) => `MTRRfix4K_${at}`),
  ...numbered(8, 'MTRRphysBase#', 'MTRRphysMask#'),
];
const MACHINE_CHECK = ['MCG_STATUS', 'MCG_CTL', ...numbered(10, 'MC#_CTL')];

export const MSR_SLOTS: readonly string[] = [...CONTROL, ...MEMORY, ...MACHINE_CHECK];
