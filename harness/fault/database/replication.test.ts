import type { z } from 'zod';
import { contractService } from '../../../fixtures/contract/system.ts';
import { writing } from '../../../fixtures/contract/writing.ts';
import { patroni } from '../../../fixtures/system/patroni.ts';
import { quickstart } from '../../../fixtures/system/quickstart.ts';
import { describeNeeding } from '../../faces/needs.ts';
import type { System } from '../../model/system.ts';
import { type FaultCase, faultContract } from '../fault.contract.ts';

const confirm_within = '10 s';
const [primary, replica] = [{ role: 'primary' }, { role: 'replica' }] as const;

/** The database of a system alone, its members one after the other (the first leads, the second is the synchronous standby), and a service that has nothing to do with it. */
function only({ services, links: _, ...system }: z.input<typeof System>, names: readonly string[]): z.input<typeof System> {
  const later = (name: string, i: number) =>
    names[i - 1]?.startsWith('pg-') === true ? { after: [...(services[name]?.after ?? []), names[i - 1] ?? ''] } : {};
  const kept = Object.fromEntries(
    names.flatMap((name, i) => (services[name] === undefined ? [] : [[name, { ...services[name], ...later(name, i) }]])),
  );
  return { ...system, services: { ...kept, other: contractService() }, may_touch: [...names, 'other'] };
}

const onPatroni: readonly FaultCase[] = [
  {
    name: 'cut',
    fault: { fault: 'cut', target: replica, from: primary, from_port: 'sql' },
    elsewhere: { fault: 'cut', target: replica, from: primary, from_port: 'rest' },
    confirm_within,
  },
  {
    name: 'handover',
    fault: { fault: 'handover', to: 'pg-2' },
    elsewhere: { fault: 'pause', target: 'other' },
    confirm_within: '30 s',
    lasting: true,
  },
];
const onRelay: FaultCase = {
  name: 'hold',
  fault: { fault: 'hold', target: 'relay', port: 'control' },
  elsewhere: { fault: 'pause', target: 'other' },
  confirm_within,
};

await describeNeeding('docker', 'replication under Patroni', () =>
  faultContract('docker', only(patroni, ['etcd', 'pg-1', 'pg-2', 'pg-3']), onPatroni, { load: writing }),
);
faultContract('process', only(quickstart, ['guardian', 'relay', 'pg-1', 'pg-2']), [onRelay], { load: writing });
