// `npm start`: checks Node before anything that an old Node cannot parse is loaded.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `Serin needs Node >= 20.19, but this is Node ${process.versions.node}. Install a newer one from nodejs.org.`,
  );
  process.exit(1);
}
require("tsx/cjs");
require("./start.ts");
