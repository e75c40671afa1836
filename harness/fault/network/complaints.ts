import { aimedAt } from '../../model/aimed-at.ts';
import type { Selector, SingleStep } from '../../model/fault.ts';
import { TOXIC_KINDS } from '../../model/faults/network.ts';
import type { System } from '../../model/system.ts';
import { nearest } from '../../runtime/template.ts';
import { cannotSee, probeOfLink } from './link-probe.ts';

/** What is wrong with a fault of this family beyond the names of its targets: said before anything starts. */
export function networkErrors(own: string, fault: SingleStep, system: System, add: (place: string, message: string) => void): void {
  if (TOXIC_KINDS.includes(fault.fault) && 'link' in fault) {
    const link = String(fault.link);
    const declared = system.links?.[link];
    if (declared === undefined) return;
    if (declared.via !== 'tcp') {
      add(`${own}.link`, `${fault.fault} acts on bytes, and link ${link} is \`via: "${declared.via}"\`; make it \`via: "tcp"\``);
      return;
    }
    const blind = cannotSee(fault.fault, probeOfLink(system, link));
    if (blind !== null) add(`${own}.link`, `link ${link}: ${blind}`);
  }
  if (fault.fault === 'partition' || fault.fault === 'loss') {
    const [targets, from] = [meant(fault.target, system), meant(fault.from, system)];
    const both = targets.filter((name) => from.includes(name));
    if (both.length > 0 && both.length === from.length)
      add(`${own}.from`, `${both.join(', ')} ${both.length === 1 ? 'is' : 'are'} on both sides; name others to be cut off from`);
  }
  if (fault.fault === 'isolate' && meant(fault.target, system).length === Object.keys(system.services).length)
    add(`${own}.target`, `everything carries ${JSON.stringify(fault.target.label)}: there is nothing to be cut off from`);
  if ((fault.fault === 'drop-port' || fault.fault === 'refuse') && fault.port !== undefined)
    for (const name of meant(fault.target, system)) {
      const ports = Object.keys(system.services[name]?.ports ?? {});
      if (system.services[name] !== undefined && !ports.includes(fault.port))
        add(`${own}.port`, `${name} has no port "${fault.port}"${nearest(fault.port, ports)}`);
    }
}

/** The services that a selector is known to mean; none where only the run will tell. */
function meant(selector: Selector, system: System): readonly string[] {
  return typeof selector === 'string' || 'label' in selector ? aimedAt(selector, system) : [];
}
