import path from 'node:path';
import type { Plugin } from 'rolldown';
import type { parseAst } from 'rolldown/parseAst';
import { withoutTypes } from './without-types.ts';

/** Declarations alone: a schema that nobody uses does nothing. */
const DECLARATIONS = 'harness/model/';

/** Lists that grow without changing what is there: which judges there are (those that a plan needs are programs of their own), and the words that verdicts are made of. What is imported from them stands in the text by its name; that what they do stays is a test's business (`judge/objectives.test.ts`). */
const LISTS = /(^|\/)harness\/(judge\/objectives|model\/reason|model\/verdict)\.ts$/;

/** Modules of declarations as they were made droppable, by their text. */
const madeDroppable = new Map<string, string>();

/**
 * What programs do, as text: name and code of each part into which a bundler puts them. What cannot change what they do is not in it: types, comments, white space, what no part of them
 * uses. Packages stay outside. `entries`, relative to `root`: the programs. Rejects where an import leads nowhere, with both names.
 */
export async function programText(entries: readonly string[], root: string): Promise<readonly (readonly [string, string])[]> {
  if (entries.length === 0) return [];
  // Whoever plays one run needs no bundler, and its start would wait for it.
  const [{ rolldown }, { parseAst }] = await Promise.all([import('rolldown'), import('rolldown/parseAst')]);
  const bundle = await rolldown({
    input: Object.fromEntries(entries.map((entry) => [entry.replaceAll('/', '_'), path.join(root, entry)])),
    cwd: root,
    platform: 'node',
    external: (id) => !/^[./]/.test(id) || LISTS.test(id),
    logLevel: 'silent',
    // A package that nobody uses any more is imported for nothing; which ones are, with their versions, the closure says.
    treeshake: { moduleSideEffects: 'no-external' },
    plugins: [declarationsDoNothing(root, parseAst)],
  });
  try {
    const { output } = await bundle.generate({
      format: 'esm',
      minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
      comments: false,
      entryFileNames: '[name].js',
      chunkFileNames: '[name].js',
    });
    return output.map((part) => [part.fileName, part.type === 'chunk' ? part.code : String(part.source)] as const);
  } finally {
    await bundle.close();
  }
}

/** Tells the bundler that what a module of declarations declares may go where it is not used: a schema is built by calls, of which it cannot know that they do nothing else. */
function declarationsDoNothing(root: string, parse: typeof parseAst): Plugin {
  return {
    name: 'declarations-do-nothing',
    transform(code, id) {
      if (!path.relative(root, id).split(path.sep).join('/').startsWith(DECLARATIONS)) return null;
      const made = madeDroppable.get(code) ?? droppable(withoutTypes(code), parse);
      madeDroppable.set(code, made);
      return { code: made, moduleType: 'js', map: null };
    },
  };
}

/** Each `const a = …` at the top level as the result of a function without effects. */
function droppable(code: string, parse: typeof parseAst): string {
  let made = '';
  let done = 0;
  for (const statement of parse(code).body) {
    const declared = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
    if (declared?.type !== 'VariableDeclaration') continue;
    for (const { init } of declared.declarations) {
      if (init === null) continue;
      made += `${code.slice(done, init.start)}/* @__PURE__ */ (() => (${code.slice(init.start, init.end)}))()`;
      done = init.end;
    }
  }
  return made + code.slice(done);
}
