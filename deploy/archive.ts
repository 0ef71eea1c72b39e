// A deterministic tar.gz: the same files give the same bytes, wherever, whenever and in which order they were written.
import { mkdirSync } from "node:fs";
import path from "node:path";
import { create } from "tar";

/**
 * Writes an archive with fixed times, owner and modes; what a symbolic link points to is packed in its place.
 * @param target - The file to write; its folder is made.
 * @param content - Path in the archive -> the file to pack, in the archive's order.
 */
export async function writeArchive(target: string, content: ReadonlyMap<string, string>): Promise<void> {
  const nameOf = new Map([...content].map(([name, source]) => [source, name]));
  mkdirSync(path.dirname(target), { recursive: true });
  const everywhereTheSame = { portable: true, mtime: new Date(0), preservePaths: true, follow: true };
  await create(
    {
      ...everywhereTheSame,
      file: target,
      gzip: { level: 6, portable: true },
      onWriteEntry: (entry) => {
        entry.path = nameOf.get(entry.path) ?? entry.path;
        if (entry.stat) entry.stat.mode = 0o644;
      },
    },
    [...nameOf.keys()],
  );
}
