import {
  type AnyNode,
  type ArrowFunctionExpression,
  type Expression,
  type FunctionDeclaration,
  type FunctionExpression,
  type ModuleDeclaration,
  type Program,
  parse,
  type SpreadElement,
  type Statement,
} from 'acorn';
import { ancestor } from 'acorn-walk';
import { withoutTypes } from '../evidence/without-types.ts';

/** A part of a program that may or may not be executed. `offset`: a place in it (UTF-16 units) that is executed whenever it is. */
export interface Place {
  readonly offset: number;
  /** The place is a function, which begins and ends here: that it was called says nothing. */
  readonly apart?: readonly [number, number];
  readonly line: number;
  readonly column: number;
  readonly what: string;
}
/** What is there for when things go wrong; `name`: the function that it stands in. */
export interface Handler extends Place {
  readonly name: string;
}

const LISTEN = new Set(['on', 'once', 'addListener', 'prependListener', 'prependOnceListener', 'addEventListener']);
const WRONG = new Set(['error', 'timeout', 'abort', 'aborted', 'clientError', 'uncaughtException', 'unhandledRejection']);

/**
 * The decisions and the handlers of a module (TypeScript that can be erased, or JavaScript), by its syntax: they are the same whatever was executed. Branches: both arms of `if` and `? :`, what stands right
 * of `&&`, `||` and `??`, each case of a `switch`, the bodies of loops, `catch`. Handlers: `catch` blocks, functions given to `.catch`, as second to `.then`, to `.fallback`, and listeners of errors and
 * time-outs. Throws a SyntaxError for what is no module.
 */
export function partsOf(text: string, file: string): { readonly branches: readonly Place[]; readonly handlers: readonly Handler[] } {
  const program: Program = parse(/\.[cm]?ts$/.test(file) ? withoutTypes(text) : text, {
    ecmaVersion: 'latest',
    sourceType: 'module',
    allowHashBang: true,
    locations: true,
  });
  const branches: Place[] = [];
  const handlers: Handler[] = [];
  const branch = (what: string, node: AnyNode | null | undefined) => {
    if (node !== null && node !== undefined) branches.push(place(what, node));
  };
  const named = functionsIn(program);
  const handler = (what: string, node: AnyNode | SpreadElement | undefined, ancestors: readonly AnyNode[]) => {
    if (node === undefined) return;
    const own = node.type === 'Identifier' ? named.get(node.name) : isFunction(node) ? node : undefined;
    if (own === undefined) return;
    const found = { ...place(what, own.body), name: node.type === 'Identifier' ? node.name : enclosing(ancestors) };
    // One function may be given in several places.
    if (!handlers.some(({ offset, what: known }) => offset === found.offset && known === what)) handlers.push(found);
  };
  ancestor(program, {
    IfStatement({ consequent, alternate }) {
      branch('if', consequent);
      branch('else', alternate);
    },
    ConditionalExpression({ consequent, alternate }) {
      branch('? yes', consequent);
      branch('? no', alternate);
    },
    LogicalExpression({ operator, right }) {
      branch(operator, right);
    },
    SwitchCase({ test, consequent }) {
      branch(test === null || test === undefined ? 'default' : 'case', consequent[0]);
    },
    ForStatement: ({ body }) => branch('loop', body),
    ForOfStatement: ({ body }) => branch('loop', body),
    ForInStatement: ({ body }) => branch('loop', body),
    WhileStatement: ({ body }) => branch('loop', body),
    CatchClause({ body }, _, ancestors) {
      branch('catch', body);
      handlers.push({ ...place('catch', body), name: enclosing(ancestors) });
    },
    CallExpression({ callee, arguments: given }, _, ancestors) {
      if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return;
      const { name } = callee.property;
      if (name === 'catch' || name === 'fallback') handler(`.${name}`, given[0], ancestors);
      else if (name === 'setTimeout') handler('on timeout', given[1], ancestors);
      else if (name === 'then') handler('.then, if not', given[1], ancestors);
      else if (LISTEN.has(name)) {
        const event = textOf(given[0]);
        if (event !== null && WRONG.has(event)) handler(`on ${event}`, given[1], ancestors);
      }
    },
  });
  const inOrder = (a: Place, b: Place) => a.offset - b.offset;
  return { branches: branches.sort(inOrder), handlers: handlers.sort(inOrder) };
}

function place(what: string, node: AnyNode): Place {
  // The brace of a block may belong to what is around it.
  const first = node.type === 'BlockStatement' ? (node.body.find(isExecuted) ?? node) : node;
  const { line, column } = node.loc?.start ?? { line: 1, column: 0 };
  return { offset: first.start, line, column: column + 1, what, ...(isFunction(node) ? { apart: [node.start, node.end] as const } : {}) };
}

/** The functions of a module that have a name of their own; of two with one name, the first. */
function functionsIn(program: Program): ReadonlyMap<string, ArrowFunctionExpression | FunctionExpression | FunctionDeclaration> {
  const found = new Map<string, ArrowFunctionExpression | FunctionExpression | FunctionDeclaration>();
  const add = (name: string, node: ArrowFunctionExpression | FunctionExpression | FunctionDeclaration) => {
    if (!found.has(name)) found.set(name, node);
  };
  ancestor(program, {
    FunctionDeclaration(node) {
      if (node.id !== null) add(node.id.name, node as FunctionDeclaration);
    },
    VariableDeclarator({ id, init }) {
      if (id.type === 'Identifier' && init !== null && init !== undefined && isFunction(init)) add(id.name, init);
    },
  });
  return found;
}

/** A function that is declared is there before anything is executed. */
function isExecuted({ type }: Statement | ModuleDeclaration): boolean {
  return type !== 'FunctionDeclaration' && type !== 'EmptyStatement';
}

function isFunction(node: AnyNode | SpreadElement): node is ArrowFunctionExpression | FunctionExpression {
  return node.type === 'ArrowFunctionExpression' || node.type === 'FunctionExpression';
}

function textOf(node: Expression | SpreadElement | undefined): string | null {
  return node?.type === 'Literal' && typeof node.value === 'string' ? node.value : null;
}

/** The name of the innermost function that has one. */
function enclosing(ancestors: readonly AnyNode[]): string {
  for (let i = ancestors.length - 1; i > 0; i--) {
    const [node, parent] = [ancestors[i], ancestors[i - 1]];
    if (node?.type === 'FunctionDeclaration' && node.id !== null) return node.id.name;
    if (node === undefined || !isFunction(node)) continue;
    if (parent?.type === 'VariableDeclarator' && parent.id.type === 'Identifier') return parent.id.name;
    const key =
      parent?.type === 'MethodDefinition' || parent?.type === 'Property' || parent?.type === 'PropertyDefinition' ? parent.key : null;
    if (key?.type === 'Identifier') return key.name;
    if (key?.type === 'PrivateIdentifier') return `#${key.name}`;
    if (parent?.type === 'AssignmentExpression' && parent.left.type === 'MemberExpression' && parent.left.property.type === 'Identifier')
      return parent.left.property.name;
  }
  return 'the module';
}
