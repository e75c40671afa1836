/** Text in lines of at most `width` characters, broken between words; a longer word is broken where it must be. At least one line. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/ +/).flatMap((word) => pieces(word, width))) {
    if (line === '') line = word;
    else if ([...line].length + 1 + [...word].length <= width) line += ` ${word}`;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}

function pieces(word: string, width: number): string[] {
  const chars = [...word];
  const parts: string[] = [];
  for (let i = 0; i < Math.max(1, chars.length); i += width) parts.push(chars.slice(i, i + width).join(''));
  return parts;
}
