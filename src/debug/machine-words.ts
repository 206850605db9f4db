/** How modes and processors are called: as their instruction set calls them. */
import { t } from '../base/l10n';

export { processorText } from '../isa/core/isa';

/** A mode in a sentence: `S mode`; numbered levels, as PLV0 is, stand alone. */
export const modeText = (mode: string): string => (/\d$/.test(mode) ? mode : t`${mode} mode`);
