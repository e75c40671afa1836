/** What scenario files and programs that embed Faultline may use. */
export { adopt, type MappingText } from './model/mapping.ts';
export type { Plan } from './model/plan.ts';
export { type ProjectPolicyText as PolicyText, policy } from './model/project-policy.ts';
export { type AdoptingText, type ScenarioText, scenario } from './model/scenario.ts';
export type { Verdict } from './model/verdict.ts';
