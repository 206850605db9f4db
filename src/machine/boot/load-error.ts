/** A user's file or option cannot become a machine: what is wrong, where, and the next step, in one message. */
import { t } from '../../base/l10n';

export class LoadError extends Error {
  constructor(
    /** The file or option the message is about. */
    readonly subject: string,
    readonly problem: string,
    readonly nextStep: string,
  ) {
    super(t`${subject}: ${problem}. ${nextStep}`);
    this.name = 'LoadError';
  }
}
