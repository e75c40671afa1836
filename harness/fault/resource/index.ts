import type { FaultDefinition } from '../definition.ts';
import { connections } from './connections.ts';
import { cpu } from './cpu.ts';
import { diskFull } from './disk-full.ts';
import { fileHandles } from './file-handles.ts';
import { memory } from './memory.ts';
import { slowDisk } from './slow-disk.ts';
import { slowProcess } from './slow-process.ts';

/** Processor, memory, disks, handles, connections. */
export const RESOURCE: readonly FaultDefinition[] = [cpu, slowProcess, memory, diskFull, slowDisk, fileHandles, connections];
