/** What is filled in for each operation. */
export interface Filling {
  readonly id: string;
  readonly value: string;
  readonly writer: string;
  readonly seq: number;
}

/** Replaces `{id}`, `{value}`, `{writer}` and `{seq}`. */
export function fillIn(text: string, filling: Filling): string {
  return text.includes('{') ? template(text)(filling) : text;
}

/** A text with places in it, taken apart once. */
export function template(text: string): (filling: Filling) => string {
  const parts = text.split(/\{(id|value|writer|seq)\}/);
  if (parts.length === 1) return () => text;
  return (filling) => {
    let made = parts[0] ?? '';
    for (let i = 1; i < parts.length; i += 2) made += `${filling[parts[i] as keyof Filling]}${parts[i + 1] ?? ''}`;
    return made;
  };
}
