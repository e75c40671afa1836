/** What scenario files and programs that embed Faultline may use. */
export type { Plan } from './model/plan.ts';
export { type PolicyText, policy } from './model/policy.ts';
export { type ScenarioText, scenario } from './model/scenario.ts';
export type { Verdict } from './model/verdict.ts';
