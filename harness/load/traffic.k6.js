// What k6 runs: requests as PLAN says (see k6.ts, which makes it). Nothing is drawn by k6: what chance decides comes from the plan's seed and the number of the iteration.
import exec from 'k6/execution';
import http from 'k6/http';
import { Counter } from 'k6/metrics';

const plan = JSON.parse(__ENV.PLAN);
const counters = {
  good: new Counter('traffic_good'),
  refused: new Counter('traffic_refused'),
  failed: new Counter('traffic_failed'),
  unanswered: new Counter('traffic_unanswered'),
};

export const options = {
  scenarios: plan.scenarios,
  thresholds: plan.thresholds,
  discardResponseBodies: true,
  systemTags: ['scenario'],
  summaryTrendStats: ['max'],
  maxRedirects: 0,
};

export function hit() {
  const n = exec.scenario.iterationInTest;
  const url = plan.urls[n % plan.urls.length];
  const answer = http.request(plan.method, url, plan.method === 'POST' ? '{}' : null, {
    timeout: plan.timeout_ms,
    headers: plan.crowd === null ? {} : someone(n, plan.crowd),
  });
  counters[kindOf(answer.status)].add(1);
}

function kindOf(status) {
  if (status === 0) return 'unanswered';
  if (status < 400) return 'good';
  return status < 500 ? 'refused' : 'failed';
}

/** Who asks: a person with a session, a bot that says that it is one, or an attacker that claims to come from elsewhere. */
function someone(n, { seed, people, bots, sessions }) {
  const draw = chance(seed + n * 2654435761);
  const who = draw();
  if (who < people) return { 'user-agent': 'Mozilla/5.0', cookie: `session=p${Math.floor(draw() * sessions)}`, 'x-crowd': 'person' };
  if (who < people + bots) return { 'user-agent': 'somebot/1.0 (+http://bot.invalid)', 'x-crowd': 'bot' };
  return { 'user-agent': 'Mozilla/5.0', 'x-forwarded-for': `203.0.113.${Math.floor(draw() * 254) + 1}`, 'x-crowd': 'attacker' };
}

/** mulberry32 (Tommy Ettinger, public domain). */
function chance(seed) {
  let a = seed | 0;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export function handleSummary({ metrics, state }) {
  const counts = Object.fromEntries(
    Object.entries(metrics).flatMap(([name, metric]) => (metric.type === 'counter' ? [[name, metric.values.count]] : [])),
  );
  return { stdout: `${JSON.stringify({ counts, ran_ms: state.testRunDurationMs })}\n` };
}
