// Type-aware rules only: formatting and syntax rules are Biome's.
import tseslint from "typescript-eslint";

/** A capability uses the core, never another capability; the core uses no capability. `up` leads to src/. */
function ownFolderOrCore(up) {
  const outside = up.replaceAll(".", "\\.");
  const message = "Import the core or your own folder.";
  const regex = `^${outside}(?!configuration/|drift/|http/|rate-limit/|model-client/|telemetry/)`;
  return { "no-restricted-imports": ["error", { patterns: [{ regex, message }] }] };
}

export default tseslint.config(
  {
    ignores: [
      "**/*.generated.*",
      "node_modules/",
      ".venv*/",
      ".serin/",
      ".serverless/",
      "coverage/",
      "deploy/local/pages/",
      "**/*.cjs",
      ".eslint.config.mjs",
    ],
  },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/consistent-type-assertions": ["error", { assertionStyle: "never" }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
    },
  },
  { files: ["src/*/*"], rules: ownFolderOrCore("../") },
  { files: ["src/*/*/**"], rules: ownFolderOrCore("../../") },
  {
    files: ["test/**"], // JSON that a test reads is checked by its expectations
    rules: {
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-call": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-unsafe-return": "off",
      "@typescript-eslint/restrict-plus-operands": "off",
      "@typescript-eslint/unbound-method": "off",
    },
  },
);
