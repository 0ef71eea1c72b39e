// Numbers as a rehearsal says them.

/** `12.5 s`. */
export function seconds(value: number): string {
  return `${value.toFixed(1)} s`;
}

/** A share as `2.5 %`; `–` for none. */
export function percent(share: number | null): string {
  return share === null ? "–" : `${(share * 100).toFixed(1)} %`;
}

/** `112 ms`; `–` for none. */
export function milliseconds(value: number | null): string {
  return value === null ? "–" : `${Math.round(value)} ms`;
}

/** `1.93`; `–` for none. */
export function ratio(value: number | null): string {
  return value === null ? "–" : value.toFixed(2);
}

/** A difference of shares as `-14.7 points`; `–` for none. */
export function points(difference: number | null): string {
  return difference === null ? "–" : `${difference > 0 ? "+" : ""}${(difference * 100).toFixed(1)} points`;
}

/** `1,335`. */
export function count(value: number): string {
  return value.toLocaleString("en");
}
