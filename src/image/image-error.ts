/** A disk or flash image cannot be made, read or changed: the message says what, where and what to do next. */
export class ImageError extends Error {}
