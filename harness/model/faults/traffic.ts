/** Floods and slow attackers. */
export const TRAFFIC = [] as const;
