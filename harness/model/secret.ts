/** `${env:NAME}`: a credential that stands in the environment and in no file. Plans and records keep this text; the value is put in its place when it is sent to the observer. */
const PLACE = /\$\{env:([A-Za-z_][A-Za-z0-9_]*)\}/g;

/** A place in a document that wants a credential. */
export interface Wanted {
  readonly path: string;
  readonly name: string;
}

/** Every credential that a document (a plan, a system) asks of the environment, with its places. */
export function credentialsIn(document: unknown, path = ''): readonly Wanted[] {
  if (typeof document === 'string') return [...document.matchAll(PLACE)].map(([, name = '']) => ({ path, name }));
  if (typeof document !== 'object' || document === null) return [];
  return Object.entries(document).flatMap(([key, value]) => credentialsIn(value, path === '' ? key : `${path}.${key}`));
}

/** What is wrong with the environment for a document: a line for each credential that is not there (or is empty), with the places that want it. */
export function missingCredentials(document: unknown, environment: NodeJS.ProcessEnv): readonly string[] {
  const missing = credentialsIn(document).filter(({ name }) => (environment[name] ?? '') === '');
  return [...new Set(missing.map(({ name }) => name))].map(
    (name) =>
      `the environment has no ${name}, which ${missing.flatMap((each) => (each.name === name ? [each.path] : [])).join(' and ')} asks for; set it (\`export ${name}=…\`) and run again`,
  );
}

/** The values of a document's credentials, longest first: what must be hidden wherever somebody else's words are written down. */
export function secretsOf(document: unknown, environment: NodeJS.ProcessEnv): readonly string[] {
  const values = credentialsIn(document).flatMap(({ name }) => environment[name] ?? []);
  return [...new Set(values)].filter((value) => value !== '').sort((a, b) => b.length - a.length);
}

/** The text with its credentials filled in. Throws, naming the variable and never a value, when one is not there. */
export function reveal(text: string, environment: NodeJS.ProcessEnv): string {
  if (!text.includes('${env:')) return text;
  return text.replace(PLACE, (_, name: string) => {
    const value = environment[name];
    if (value === undefined) throw new Error(`the environment has no ${name}`);
    return value;
  });
}
