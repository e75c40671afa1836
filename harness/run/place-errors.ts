import type { SingleStep } from '../model/fault.ts';
import type { System } from '../model/system.ts';
import { known } from './known.ts';

/** What is wrong with that on which a fault acts beside services: a link of another kind, a name that is not declared, a clock that cannot be shifted. */
export function placeErrors(own: string, fault: SingleStep, system: System, add: (place: string, message: string) => void): void {
  const services = Object.keys(system.services);
  if ('name' in fault) known(`${own}.name`, fault.name, Object.keys(system.names ?? {}), 'name', add);
  if ('to' in fault && fault.to !== undefined) known(`${own}.to`, fault.to, services, 'service', add);
  const needed = /^http-/.test(fault.fault) ? 'http' : /^certificate-/.test(fault.fault) ? 'tls' : null;
  const via = 'link' in fault ? system.links?.[fault.link]?.via : undefined;
  if (needed !== null && via !== undefined && via !== needed)
    add(`${own}.link`, `${fault.fault} needs a link with \`via: "${needed}"\`; this one is "${via}"`);
  if (fault.fault === 'clock-skew' && typeof fault.target === 'string' && system.services[fault.target]?.clock === undefined)
    add(
      `${own}.target`,
      `the clock of ${fault.target} cannot be shifted: say \`clock: "shiftable"\` there, and have libfaketime in its image`,
    );
}
