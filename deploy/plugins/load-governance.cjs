// Lets osls load the TypeScript plugin beside this file (Node 20 cannot load it as it is).
require("tsx/cjs");
module.exports = require("./governance.ts").GovernancePlugin;
