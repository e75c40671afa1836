/** Clocks and certificates. */
export const CLOCK = [] as const;
