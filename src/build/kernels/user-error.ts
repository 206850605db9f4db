/** Something that whoever runs the script can put right. The message says what, where and the next step. */
export class UserError extends Error {}
