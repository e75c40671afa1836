#!/usr/bin/env node
// Runs on any Node from 20 on, and hands over to Node 24, which npm brings along: it runs TypeScript as it is.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module, { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';

const here = import.meta.dirname;
// Type stripping refuses node_modules: an installed package runs its compiled code.
const compiled = path.join(here, '../../dist/harness/cli/main.js');
const installed = here.includes(`${path.sep}node_modules${path.sep}`);
const main = installed || !existsSync(path.join(here, 'main.ts')) ? compiled : path.join(here, 'main.ts');

if (Number(process.versions.node.split('.')[0]) >= 24) {
  // The next command starts in half the time; coverage would be less exact.
  if (process.env.NODE_V8_COVERAGE === undefined)
    module.enableCompileCache(path.join(process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache'), 'faultline', 'compiled'));
  await import(main);
} else {
  const node = findNode();
  if (node === null) {
    process.stderr.write(
      `faultline needs Node 24 (this is ${process.version}), and npm brought none for ${process.platform}-${process.arch}; install Node 24, or run \`npm ci\` again\n`,
    );
    process.exit(3);
  }
  const child = spawn(node, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
  // The terminal sends Ctrl-C to both; whoever signals only us means the child.
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  process.on('SIGINT', () => undefined);
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 3)));
}

function findNode() {
  try {
    const require = createRequire(import.meta.url);
    const file = path.join(path.dirname(require.resolve(`node-${process.platform}-${process.arch}/package.json`)), 'bin/node');
    return existsSync(file) ? file : null;
  } catch {
    // npm has no such package for this platform.
    return null;
  }
}
