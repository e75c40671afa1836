import { escapeMarkup as esc } from './escape.ts';
import { STYLE } from './style.ts';

/** What stands on a page of ours; `title` is text, all else is HTML. */
export interface Page {
  readonly title: string;
  /** More than the style of all pages. */
  readonly style?: string;
  /** Where the first stop of the keyboard leads, in words: "To the verdict". */
  readonly skip: string;
  readonly main: string;
  readonly footer: string;
}

/** An HTML file that loads nothing and executes nothing, whatever stands on it. */
export function page({ title, style = '', skip, main, footer }: Page): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<title>${esc(title)}</title>
<style>${STYLE}${style}</style>
</head>
<body>
<a class="skip" href="#main">${skip}</a>
<main id="main">
${main}
</main>
<footer><p>${footer}</p></footer>
</body>
</html>
`;
}
