/** Text as HTML or XML text or attribute value: whatever a system under test says, it stays text, and every character is a legal one. */
export function escapeMarkup(text: string): string {
  return printable(text).replace(/[&<>"']/g, (c) => ENTITIES[c] ?? c);
}

/** The same for an attribute of XML, whose line breaks would be read back as spaces. */
export function escapeAttribute(text: string): string {
  return escapeMarkup(text).replaceAll('\n', '&#10;').replaceAll('\t', '&#9;');
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/**
 * Text without anything that a terminal, a browser or an XML parser obeys: control characters become their pictures (␛), lone surrogates and
 * non-characters �, and marks that turn the direction of text are spelled out. Line breaks and tabs stay.
 */
export function printable(text: string): string {
  return (
    text
      .toWellFormed()
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this is about.
      .replace(/[\u0000-\u0008\u000b-\u001f]/g, (c) => String.fromCodePoint(0x2400 + (c.codePointAt(0) ?? 0)))
      .replace(/\u007f/g, '\u2421')
      .replace(/[\u0080-\u009f\ufffe\uffff]/g, '\ufffd')
      .replace(
        /[\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
        (c) => `[U+${(c.codePointAt(0) ?? 0).toString(16).toUpperCase()}]`,
      )
  );
}
