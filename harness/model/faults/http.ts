/** HTTP answers on a link. */
export const HTTP = [] as const;
