// Columns for a terminal.

/** Aligned columns below a header. @param figuresFrom - Columns from this one on hold figures, which stand to the right. */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  figuresFrom: number = header.length,
): string {
  const lines = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const aligned = (line: readonly string[]) =>
    widths.map((width, column) => {
      const cell = line[column] ?? "";
      return column < figuresFrom ? cell.padEnd(width) : cell.padStart(width);
    });
  return lines.map((line) => aligned(line).join("  ").trimEnd()).join("\n");
}
