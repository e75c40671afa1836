import { escapeMarkup } from '../escape.ts';

/** What a system or a person may have written as long as they liked, as HTML text of at most about so many characters. */
export function brief(text: string, most = 500): string {
  return escapeMarkup(text.length > most ? `${text.slice(0, most)}…` : text);
}
