/** A user's file or option cannot become a machine: what is wrong, where, and the next step, in one message. */
export class LoadError extends Error {
  constructor(
    /** The file or option the message is about. */
    readonly subject: string,
    readonly problem: string,
    readonly nextStep: string,
  ) {
    super(`${subject}: ${problem}. ${nextStep}`);
    this.name = 'LoadError';
  }
}
