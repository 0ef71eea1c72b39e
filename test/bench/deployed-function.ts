// A function's bundle and environment, as `sls package` makes them for stage prod.
import { execFileSync } from "node:child_process";
import path from "node:path";
import { type PackagedService, packageService } from "../../deploy/packaged-service";
import { PYTHON } from "../../deploy/python-env";

/** The function as deployed. */
export interface DeployedFunction {
  readonly bundle: string;
  /** The variables of its environment that the template spells out. */
  readonly environment: NodeJS.ProcessEnv;
}

/** @param names - As in serverless.yml. @returns each function, unpacked into a folder of its own below `folder`. */
export function unpackFunctions<Name extends string>(
  folder: string,
  names: readonly Name[],
): Readonly<Record<Name, DeployedFunction>> {
  const service = packageService("prod");
  try {
    const unpacked = names.map((name) => [name, unpack(service, name, path.join(folder, name))] as const);
    return Object.assign({}, ...unpacked.map(([name, deployed]) => ({ [name]: deployed })));
  } finally {
    service.remove();
  }
}

function unpack({ template, directory }: PackagedService, name: string, folder: string): DeployedFunction {
  const logicalId = `${name.charAt(0).toUpperCase()}${name.slice(1)}LambdaFunction`;
  const { Environment } = Object(template.Resources[logicalId]?.Properties);
  const variables = Object.entries(Environment.Variables).flatMap(([variable, value]) =>
    typeof value === "string" ? [[variable, value]] : [],
  );
  execFileSync(PYTHON, ["-m", "zipfile", "-e", path.join(directory, `${name}.zip`), folder]);
  return { bundle: path.join(folder, "src", name, "handler.js"), environment: Object.fromEntries(variables) };
}
