// Lets osls load the TypeScript plugin beside this file.
require("tsx/cjs");
module.exports = require("./model-artifact.ts").ModelArtifactPlugin;
