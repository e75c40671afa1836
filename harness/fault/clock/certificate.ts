import type { FaultKind } from '../../model/fault.ts';
import type { LinkPlace } from '../../model/runtime.ts';
import type { Sight } from '../../model/sight.ts';
import type { Aim, FaultDefinition } from '../definition.ts';
import { linkOf } from '../http/link-of.ts';
import type { Injection } from '../injection.ts';

/** A TLS link that shows a certificate which was good until yesterday. Connections that are open stay so. */
export const expired = certificate('certificate-expired', 'expired', 'a `tls` link shows a certificate that expired yesterday');

/** A TLS link that shows somebody else's certificate, good and by the same authority. */
export const wrongName = certificate('certificate-wrong-name', 'wrong-name', 'a `tls` link shows a certificate that is for somebody else');

function certificate(kind: FaultKind, shown: string, does: string): FaultDefinition {
  return {
    kind,
    family: 'clock',
    does,
    touches: 'new',
    needs: ['links'],
    seen_by: 'a handshake that checks chain, name and dates; other `tls` links and the service itself stay well',
    undone_by: 'showing the good one again',
    injection: (aim) => injection(aim, shown),
  };
}

function injection(aim: Aim, shown: string): Injection {
  const { fault, place, targets } = aim;
  const link = linkOf(aim, 'tls');
  const use = async (which: string) => {
    const { status, text } = await link.ask('PUT', `/use/${which}`);
    if (status !== 200) throw new Error(`the proxy of ${link.name} does not show its certificate "${which}": ${status} ${text}`);
    return `${link.name}: ${text}`;
  };
  const others = [...place.links.values()].filter((each) => each.ca !== undefined && each.name !== link.name);
  return {
    undo: link.undoAsk('PUT', '/use/good'),
    sights: () => [
      sightOf(link, 'target', fault.name),
      ...others.map((each) => sightOf(each, 'bystander', fault.name)),
      {
        name: `${targets[0]?.name} behind ${link.name} (${fault.name})`,
        on: 'bystander',
        from: 'observer',
        probe: { kind: 'tcp', address: link.to },
        means: 'the service itself accepts connections',
      },
    ],
    inject: () => use(shown),
    heal: () => use('good'),
  };
}

function sightOf({ name, address, ca = '' }: LinkPlace, on: Sight['on'], fault: string): Sight {
  return {
    name: `certificate of ${name} (${fault})`,
    on,
    from: 'observer',
    probe: { kind: 'tls', address, name, ca },
    means: `${name} shows a certificate of the run's authority, for ${name}, valid today`,
  };
}
