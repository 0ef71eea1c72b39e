// The words of a text, and how many of them no training text has: the TypeScript form of model/training/words.py.
import vocabulary from "./vocabulary.json";

// Nothing here depends on a version of Unicode, so that both languages agree: only ASCII letters are lowered, and every
// character is a part of a word that is neither ASCII nor Latin-1 or general punctuation. Links and @names are no words.
const LETTERS = "[a-z\\u00c0-\\u1fff\\u2070-\\uffff]+";
const TOKENS = new RegExp(`https?://[!-~]+|www\\.[!-~]+|@[A-Za-z0-9_]+|(${LETTERS}(?:'${LETTERS})*)`, "g");
const CAPITALS = /[A-Z]+/g;
const PROBES = 6;

const BITS = Buffer.from(vocabulary.bits, "base64");
const SIZE_MASK = BITS.length * 8 - 1; // their number is a power of two

/** Names the list of known words: shares by different lists cannot be compared. */
export const VOCABULARY = vocabulary.id;

/** The words, in lower case and in their order; links and @names are left out. */
export function wordsOf(text: string): string[] {
  const lowered = text.replace(CAPITALS, (letters) => letters.toLowerCase()).replaceAll("\u2019", "'");
  return Array.from(lowered.matchAll(TOKENS), ([, word]) => word).filter((word) => word !== undefined);
}

/** @returns Share of the words that no three training texts have, cut after two digits; undefined for a text without words. */
export function unknownWords(text: string): number | undefined {
  const words = wordsOf(text);
  if (words.length === 0) return undefined;
  const unknown = words.filter((word) => !isKnown(word)).length;
  return Math.floor((100 * unknown) / words.length) / 100;
}

/**
 * Whether a Bloom filter has a word; about 1 in 100 that it lacks seem known.
 * Double hashing: Kirsch and Mitzenmacher (2006), "Less hashing, same performance".
 */
export function isKnown(word: string): boolean {
  const first = hash(word);
  const step = mixed(first) | 1; // odd: no bit is met twice
  for (let probe = 0; probe < PROBES; probe += 1) {
    const bit = (first + Math.imul(probe, step)) & SIZE_MASK;
    if ((((BITS[bit >> 3] ?? 0) >> (bit & 7)) & 1) === 0) return false;
  }
  return true;
}

/** FNV-1a over the UTF-16 code units, mixed. */
function hash(word: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < word.length; index += 1) value = Math.imul(value ^ word.charCodeAt(index), 0x01000193);
  return mixed(value);
}

/** The finalizer of MurmurHash3, by which every bit depends on every other. */
function mixed(value: number): number {
  let bits = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}
