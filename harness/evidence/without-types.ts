import { stripTypeScriptTypes } from 'node:module';

/** TypeScript without its types, each replaced by as much white space, so that all else stays at its place. Throws for what cannot be erased (enums, namespaces with code). */
export function withoutTypes(text: string): string {
  // Node warns once that this is experimental: that is nothing for a reader of ours.
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  try {
    return stripTypeScriptTypes(text);
  } finally {
    process.emitWarning = emitWarning;
  }
}
