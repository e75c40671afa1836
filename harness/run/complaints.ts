import { z } from 'zod';
import { nearest } from '../runtime/template.ts';

/** What a schema has against a document, a line each: the place, what stands there, and what to write instead. At most twelve. */
export function complaints(error: z.ZodError, document: unknown, schema: z.ZodType): readonly string[] {
  const lines = error.issues.flatMap((issue) => complain(issue, document, schema));
  const shown = [...new Set(lines)].slice(0, 12);
  return lines.length > shown.length && shown.length === 12 ? [...shown, `  … and ${lines.length - 12} more`] : shown;
}

function complain(issue: z.core.$ZodIssue, document: unknown, schema: z.ZodType): readonly string[] {
  const place = issue.path.join('.') || '(the whole file)';
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map(
        (key) => `  ${[...issue.path, key].join('.')}: unknown key "${key}"${nearest(key, keysAt(schema, issue.path, document))}`,
      );
    case 'invalid_value':
      return [
        `  ${place}: ${shown(valueAt(document, issue.path))} is not one of ${issue.values.map((value) => `"${String(value)}"`).join(', ')}${nearestIn(valueAt(document, issue.path), issue.values)}`,
      ];
    case 'invalid_union': {
      if (issue.discriminator !== undefined) {
        const given = valueAt(document, issue.path);
        const kinds = optionsOf(schema, issue.path.slice(0, -1), issue.discriminator, document);
        return [
          `  ${place}: ${shown(given)} is no ${issue.discriminator} that is known${nearestIn(given, kinds) || `; there are ${kinds.join(', ')}`}`,
        ];
      }
      // The branch with the fewest complaints is the one that was meant.
      const best = [...issue.errors].sort((a, b) => weight(a) - weight(b))[0] ?? [];
      return best.flatMap((inner) => complain({ ...inner, path: [...issue.path, ...inner.path] } as z.core.$ZodIssue, document, schema));
    }
    case 'invalid_type':
      return [
        `  ${place}: ${valueAt(document, issue.path) === undefined ? `is missing (${issue.expected})` : issue.message.startsWith('Invalid input') ? `${shown(valueAt(document, issue.path))} should be ${issue.expected}` : issue.message}`,
      ];
    default:
      return [`  ${place}: ${issue.message}`];
  }
}

function weight(issues: readonly z.core.$ZodIssue[]): number {
  return issues.reduce(
    (sum, issue) =>
      sum +
      (issue.path.length === 0 && issue.code === 'invalid_type' && issue.message.startsWith('Invalid') ? 100 : 1) -
      (issue.message.startsWith('Invalid') ? 0 : 0.5),
    0,
  );
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function nearestIn(value: unknown, known: readonly unknown[]): string {
  if (typeof value !== 'string') return '';
  const hint = nearest(value, known.map(String));
  return hint.startsWith('; did') ? hint : '';
}

function valueAt(document: unknown, at: readonly PropertyKey[]): unknown {
  return at.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined),
    document,
  );
}

/** Keys that the schema knows at a place of the document. */
function keysAt(schema: z.ZodType, at: readonly PropertyKey[], document: unknown): readonly string[] {
  return objectsAt(schema, at, document).flatMap((each) => Object.keys(each.shape));
}

function optionsOf(schema: z.ZodType, at: readonly PropertyKey[], key: string, document: unknown): readonly string[] {
  return objectsAt(schema, at, document).flatMap((each) => {
    const field = each.shape[key] as z.ZodType | undefined;
    return field instanceof z.ZodLiteral ? [...field.values].map(String) : [];
  });
}

function objectsAt(schema: z.ZodType, at: readonly PropertyKey[], document: unknown): readonly z.ZodObject[] {
  const found: z.ZodObject[] = [];
  const visit = (node: unknown, [key, ...rest]: readonly PropertyKey[], value: unknown): void => {
    const inner = bare(node);
    if (inner instanceof z.ZodUnion || inner instanceof z.ZodDiscriminatedUnion)
      for (const option of inner.options) visit(option, key === undefined ? [] : [key, ...rest], value);
    else if (inner instanceof z.ZodIntersection)
      for (const side of [inner.def.left, inner.def.right]) visit(side, key === undefined ? [] : [key, ...rest], value);
    else if (inner instanceof z.ZodObject) {
      if (key === undefined) found.push(inner);
      else visit(inner.shape[String(key)], rest, valueAt(value, [key]));
    } else if (inner instanceof z.ZodRecord && key !== undefined) visit(inner.valueType, rest, valueAt(value, [key]));
    else if (inner instanceof z.ZodArray && key !== undefined) visit(inner.element, rest, valueAt(value, [key]));
  };
  visit(schema, at, document);
  return found;
}

function bare(node: unknown): unknown {
  if (
    node instanceof z.ZodOptional ||
    node instanceof z.ZodDefault ||
    node instanceof z.ZodNullable ||
    node instanceof z.ZodPrefault ||
    node instanceof z.ZodReadonly
  )
    return bare(node.unwrap());
  if (node instanceof z.ZodPipe) return bare(node.in);
  return node;
}
