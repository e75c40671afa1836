import os from 'node:os';
import path from 'node:path';

/** Where a stand-up of local processes keeps its services' data. Its name is known before it is made, so that its undo can be on the disk first, and needs no memory. */
export function folderOfStandUp(id: string): string {
  return path.join(os.tmpdir(), `faultline-${id}`);
}
