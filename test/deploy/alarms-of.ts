// The alarms of a compiled template as CloudWatch describes them: names in the place of references.
import type { CompositeAlarm, MetricAlarm } from "@aws-sdk/client-cloudwatch";
import type { Resource } from "../../deploy/packaged-service";

type Resources = Readonly<Record<string, Resource>>;

export interface Alarms {
  readonly metric: readonly MetricAlarm[];
  readonly composite: readonly CompositeAlarm[];
}

/** @param resources - Those that exist: a template's, or what `evaluate` leaves of them. */
export function alarmsOf(resources: Resources): Alarms {
  const ofType = (type: string) =>
    Object.values(resources)
      .filter(({ Type }) => Type === type)
      .map(({ Properties }) => JSON.parse(JSON.stringify(resolve(Properties, resources))));
  return { metric: ofType("AWS::CloudWatch::Alarm"), composite: ofType("AWS::CloudWatch::CompositeAlarm") };
}

/** References by name: `Ref` and `Fn::GetAtt` become the property that names the resource, or its logical id where none does. */
export function resolve(value: unknown, resources: Resources): unknown {
  if (Array.isArray(value)) return value.map((item) => resolve(item, resources));
  if (typeof value !== "object" || value === null) return value;
  const { Ref, "Fn::GetAtt": attribute, "Fn::Sub": text, "Fn::Join": join } = Object(value);
  if (typeof Ref === "string") return nameOf(Ref, resources);
  if (Array.isArray(attribute)) return nameOf(String(attribute[0]), resources);
  if (typeof text === "string") return text.replaceAll(/\$\{(\w+)\}/g, (_, id: string) => nameOf(id, resources));
  if (Array.isArray(text)) return resolve({ "Fn::Sub": text[0] }, resources);
  if (Array.isArray(join)) return [resolve(join[1], resources)].flat().join(String(join[0]));
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, resolve(member, resources)]));
}

function nameOf(logicalId: string, resources: Resources): string {
  const properties = Object.entries(resources[logicalId]?.Properties ?? {});
  const [, name] = properties.find(([key, value]) => NAMES.includes(key) && typeof value === "string") ?? [];
  return typeof name === "string" ? name : logicalId;
}

const NAMES: readonly string[] = ["AlarmName", "EndpointName", "TopicName"];
