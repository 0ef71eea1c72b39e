import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { ROOT } from "../deploy/root";
import { scripts } from "../package.json";

const pagesOf = (folder: string) =>
  readdirSync(path.join(ROOT, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => path.join(folder, name));
const pages = ["README.md", "model/README.md", ...["docs", "docs/adr", "runbooks"].flatMap(pagesOf)];
const read = (page: string) => readFileSync(path.join(ROOT, page), "utf8");
const found = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, first = ""]) => first);

/** As GitHub makes them. */
const anchors = (text: string) =>
  found(text, /^#+ (.+)$/gm).map((title) =>
    title
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );

it.each(pages)("%s names commands that exist", (page) => {
  const commands = found(read(page), /npm run (?:--silent )?([\w:-]+)/g);
  expect(Object.keys(scripts)).toEqual(expect.arrayContaining(commands));
});

it.each(pages)("%s links to what exists", (page) => {
  const links = found(read(page), /\]\((?!https?:)([^)\s]+)\)/g);
  const broken = links.filter((link) => {
    const [file = "", anchor] = link.split("#");
    const target = file === "" ? page : path.join(path.dirname(page), file);
    if (!existsSync(path.join(ROOT, target))) return true;
    return anchor !== undefined && !anchors(read(target)).includes(anchor);
  });
  expect(broken).toEqual([]);
});
