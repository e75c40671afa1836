/** Links, partitions, losses. */
export const NETWORK = [] as const;
