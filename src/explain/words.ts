// The words of a text, or the phrases of a long one: what its scores are shared out among.

/** A word or phrase, and where it stands in the text: UTF-16 offsets, `end` exclusive. */
export interface Part {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Longer texts are explained by so many phrases, which bounds what an explanation takes. */
export const MAX_PARTS = 32;

/** The words of a text, or MAX_PARTS phrases of consecutive words, whose lengths differ by at most one word. */
export function partsOf(text: string): readonly Part[] {
  const words = [...text.matchAll(/\S+/g)].map(({ 0: word, index }) => ({ start: index, end: index + word.length }));
  const count = Math.min(words.length, MAX_PARTS);
  const firstOf = (part: number) => Math.floor((part * words.length) / count);
  return Array.from({ length: count }, (_, part) => {
    const [first, ...others] = words.slice(firstOf(part), firstOf(part + 1));
    const [start, end] = [first?.start ?? 0, (others.at(-1) ?? first)?.end ?? 0];
    return { text: text.slice(start, end), start, end };
  });
}

/** The text with only some of its parts: one space between them, but the text itself when all are there. */
export function withOnly(text: string, parts: readonly Part[], kept: ReadonlySet<number>): string {
  if (kept.size === parts.length) return text;
  return parts
    .filter((_, part) => kept.has(part))
    .map((part) => part.text)
    .join(" ");
}
