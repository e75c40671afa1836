import { runtimeContract } from '../runtime.contract.ts';
import { processRuntime } from './process.ts';

runtimeContract('process', processRuntime);
