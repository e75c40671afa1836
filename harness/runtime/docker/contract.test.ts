import { describeNeeding } from '../../faces/needs.ts';
import { runtimeContract } from '../runtime.contract.ts';
import { dockerRuntime } from './docker.ts';

await describeNeeding('docker', 'containers', () => runtimeContract('docker', dockerRuntime));
