import { enabling, toxiproxyBy } from '../../runtime/links/toxiproxy.ts';
import type { FaultDefinition } from '../definition.ts';
import { probeAt } from './link-probe.ts';
import { directly, linkOf } from './toxic.ts';

/** Nobody listens where the link was: its connections are closed, new ones refused. */
export const linkDown: FaultDefinition = {
  kind: 'link-down',
  family: 'network',
  does: 'nobody listens where the link was: its connections are closed, new ones refused',
  touches: 'both',
  needs: ['links'],
  seen_by: 'questions through the link are refused; the same service asked directly must stay well',
  undone_by: 'letting the proxy listen again',
  injection(aim) {
    const { link, probe } = linkOf(aim);
    const proxies = toxiproxyBy((method, path, body) => link.ask(method, path, body));
    const { method, path, body } = enabling(link.name, true);
    return {
      sights: () => [
        {
          name: `${aim.fault.name}: through ${link.name}`,
          on: 'target',
          from: 'observer',
          probe: probeAt(probe, link.address),
          means: 'a question through the link is answered',
        },
        directly(aim, link, probe),
      ],
      undo: link.undoAsk(method, path, body),
      async inject() {
        await proxies.enable(link.name, false);
        return `link ${link.name} is down`;
      },
      async heal() {
        await proxies.enable(link.name, true);
        return `link ${link.name} listens again`;
      },
    };
  },
};
