import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { init, parse } from 'es-module-lexer';
import { programText } from './program.ts';
import { withoutTypes } from './without-types.ts';

/** What programs do, by their names and the content of all that they are made of: many variants rest on the same ones. */
const bundled = new Map<string, Awaited<ReturnType<typeof programText>>>();

/** A tree of modules, and the files that were looked into so far. */
export class Closure {
  readonly #root: string;
  readonly #programs = new Set<string>();
  readonly #modules = new Map<string, string>();
  /** Modules whose path, relative to the root, stands as a word of its own in the text of another. */
  readonly #named = new Set<string>();
  readonly #files = new Map<string, string>();
  readonly #packages = new Map<string, string>();

  /** `root`: what lies outside is named by nobody. */
  constructor(root: string) {
    this.#root = root;
  }

  /** Adds a module and all that it imports, directly or not: types apart, they do nothing; packages by name and version. Rejects when an import leads to no file, saying from where. */
  async addModule(file: string): Promise<void> {
    await init;
    this.#programs.add(this.#name(file));
    this.#module(file);
  }

  /** Adds a module as `addModule` does, and every program that it and what it imports start by a path relative to the root, which no import leads to: a supervisor its releases. */
  async addProgram(file: string): Promise<void> {
    await this.addModule(file);
    for (const started of this.#named) if (!this.#programs.has(started)) await this.addProgram(path.join(this.#root, started));
  }

  /** Adds all files in and below a folder (a file alone), unread. `skip`: not these. */
  addFolder(folder: string, skip: (name: string) => boolean = () => false): void {
    if (statSync(folder).isFile()) {
      this.#add(folder);
      return;
    }
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
      if (entry.isFile() && !skip(entry.name)) this.#add(path.join(entry.parentPath, entry.name));
  }

  /** The files, relative to the root, and the packages with their versions, sorted. */
  get parts(): readonly string[] {
    return [...this.#modules.keys(), ...this.#files.keys(), ...[...this.#packages].map(([name, version]) => `${name}@${version}`)].sort();
  }

  /** sha256 (hex) over what the modules do (see `programText`), every other file's name and content and every package's name and version; `more` is part of it. */
  async digest(more: readonly string[] = []): Promise<string> {
    const hash = createHash('sha256');
    for (const [name, code] of [...(await this.#code())].sort(byName)) hash.update(`${name} ${code.length} ${code}\n`);
    for (const [file, sha] of [...this.#files].sort(byName)) hash.update(`${file} ${sha}\n`);
    for (const [name, version] of [...this.#packages].sort(byName)) hash.update(`${name}@${version}\n`);
    for (const text of more) hash.update(`${text.length} ${text}\n`);
    return hash.digest('hex');
  }

  async #code(): ReturnType<typeof programText> {
    const programs = [...this.#programs].sort();
    const key = shaOf(JSON.stringify([this.#root, programs, [...this.#modules].sort(byName)]));
    const code = bundled.get(key) ?? (await programText(programs, this.#root));
    bundled.set(key, code);
    return code;
  }

  #module(file: string): void {
    const name = this.#name(file);
    if (this.#modules.has(name)) return;
    const text = readFileSync(file, 'utf8');
    this.#modules.set(name, shaOf(text));
    if (!/\.[cm]?[jt]s$/.test(file)) return;
    // What the harness starts is no part of a system.
    if (!name.startsWith('harness/'))
      for (const [, named = ''] of text.matchAll(/['"`]((?:[\w-]+\/)+[\w.-]+\.[cm]?[jt]s)['"`]/g))
        if (existsSync(path.join(this.#root, named))) this.#named.add(named);
    for (const specifier of importsOf(text, file)) {
      if (!/^[./]/.test(specifier)) this.#package(specifier, file);
      else {
        const next = path.resolve(path.dirname(file), specifier);
        if (!existsSync(next)) throw new Error(`${path.relative(this.#root, file)} imports ${specifier}, which is not there`);
        this.#module(next);
      }
    }
  }

  #add(file: string): void {
    const name = this.#name(file);
    if (!this.#files.has(name)) this.#files.set(name, shaOf(readFileSync(file)));
  }

  #name(file: string): string {
    return path.relative(this.#root, file).split(path.sep).join('/');
  }

  #package(specifier: string, from: string): void {
    const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
    if (this.#packages.has(name)) return;
    for (let folder = path.dirname(from); ; folder = path.dirname(folder)) {
      const manifest = path.join(folder, 'node_modules', name, 'package.json');
      if (existsSync(manifest))
        return void this.#packages.set(name, (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version);
      if (path.dirname(folder) === folder)
        throw new Error(`${path.relative(this.#root, from)} imports ${specifier}, which is not installed`);
    }
  }
}

/** What modules import, by their text: each is looked into for every closure that it is part of. */
const imports = new Map<string, readonly string[]>();

/** The specifiers that a module imports, types and Node's own apart; `import(something)` is known only when it runs. */
function importsOf(text: string, file: string): readonly string[] {
  const key = `${path.extname(file)} ${text}`;
  const known = imports.get(key);
  if (known !== undefined) return known;
  const [found] = parse(/\.[cm]?ts$/.test(file) ? withoutTypes(text) : text, file);
  const specifiers = found.flatMap(({ n: specifier }) => (specifier === undefined || specifier.startsWith('node:') ? [] : [specifier]));
  imports.set(key, specifiers);
  return specifiers;
}

function shaOf(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

function byName([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : 1;
}
