/** Processor, memory, disks, handles, connections. */
export const RESOURCE = [] as const;
