/** The name service. */
export const NAMES = [] as const;
