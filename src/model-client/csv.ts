// Writes a text as a field of CSV (RFC 4180), as Autopilot's models read their training data and their requests.

/**
 * Always in quotes, with quotes inside doubled. A line break becomes a space: readers of Autopilot's CSV take each one for the end
 * of a row, quoted or not (docs.aws.amazon.com/sagemaker/latest/dg/canvas-importing-data.html).
 */
export function csvField(text: string): string {
  return `"${text.replace(/\r\n|[\r\n]/g, " ").replaceAll('"', '""')}"`;
}
