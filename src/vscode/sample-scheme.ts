/** The scheme under which the sources of bundled kernels open, read-only: `worldstep-sample:/msgqueue/src/main.rs`. */
export const SAMPLE_SCHEME = 'worldstep-sample';
