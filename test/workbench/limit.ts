/**
 * So long nothing that a test waits for takes, however busy the host is. It ends a wait for what never comes, and decides nothing
 * else.
 */
export const LIMIT_MS = 120_000;
