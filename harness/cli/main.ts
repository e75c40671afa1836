import { EXIT } from '../model/reason.ts';
import { UsageError } from '../model/usage-error.ts';
import { nearest } from '../runtime/template.ts';
import { HELP } from './help.ts';
import { out } from './out.ts';

/** A command: takes its words, returns the exit code. */
export type Command = (words: readonly string[]) => Promise<number>;

/** Every command, loaded when it is wanted: `list` does not wait for the engine's client. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  run: async () => (await import('./run.ts')).runCommand,
  plan: async () => (await import('./plan.ts')).planCommand,
  gate: async () => (await import('./gate.ts')).gateCommand,
  merge: async () => (await import('./merge.ts')).mergeCommand,
  coverage: async () => (await import('./coverage.ts')).coverageCommand,
  compare: async () => (await import('./compare.ts')).compareCommand,
  prove: async () => (await import('./prove.ts')).proveCommand,
  list: async () => (await import('./list.ts')).listCommand,
  judge: async () => (await import('./judge.ts')).judgeCommand,
  replay: async () => (await import('./replay.ts')).replayCommand,
  observe: async () => (await import('./observe.ts')).observeCommand,
  heal: async () => (await import('./heal.ts')).healCommand,
  audit: async () => (await import('./audit.ts')).auditCommand,
  doctor: async () => (await import('./doctor.ts')).doctorCommand,
  schema: async () => (await import('./schema.ts')).schemaCommand,
  help: async () => (await import('./help.ts')).helpCommand,
};

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // Whoever read us has gone (`faultline list | head`): there is nobody left to tell.
  if (error.code !== 'EPIPE') throw error;
});
process.exitCode = await main(process.argv.slice(2));

async function main(words: readonly string[]): Promise<number> {
  const all = words.filter((word) => word !== '--stack');
  const stack = all.length < words.length || process.env['FAULTLINE_STACK'] === '1';
  const [name = 'help', ...rest] = all;
  try {
    if (name === '--version' || name === '-V') return await (await import('./schema.ts')).versionCommand([]);
    if (name === '--help' || name === '-h' || rest.includes('--help') || rest.includes('-h')) {
      out(HELP);
      return EXIT.held;
    }
    const load = COMMANDS[name];
    if (load === undefined) throw new UsageError(`there is no command "${name}"${nearest(name, Object.keys(COMMANDS))}`);
    const command = await load();
    return await command(rest);
  } catch (error) {
    const { message } = error as Error;
    process.stderr.write(`${message}\n`);
    if (stack && error instanceof Error) process.stderr.write(`${error.stack ?? ''}\n`);
    process.stderr.write(
      error instanceof UsageError
        ? 'exit 3: nothing was started\n'
        : `exit 3: the harness could not go on${stack ? '' : ' (--stack shows where)'}\n`,
    );
    return EXIT.usage;
  }
}
