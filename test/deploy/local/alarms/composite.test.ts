import type { AlarmState } from "../../../../deploy/local/alarms/alarm";
import { AlarmRuleError, alarmsOf, evaluateComposite } from "../../../../deploy/local/alarms/composite";

const STATES: Readonly<Record<string, AlarmState>> = {
  bad: "ALARM",
  good: "OK",
  new: "INSUFFICIENT_DATA",
  "a b": "ALARM",
};
const state = (rule: string) => evaluateComposite(rule, (name) => STATES[name] ?? "INSUFFICIENT_DATA");

it.each([
  ["ALARM(bad)", "ALARM"],
  ['ALARM("bad")', "ALARM"],
  ['ALARM("a b")', "ALARM"],
  ["ALARM(good)", "OK"],
  ["ALARM(new)", "OK"],
  ["OK(good)", "ALARM"],
  ["INSUFFICIENT_DATA(new)", "ALARM"],
  ["ALARM(good) OR ALARM(bad)", "ALARM"],
  ["ALARM(good) AND ALARM(bad)", "OK"],
  ["ALARM(bad) OR ALARM(good) AND ALARM(good)", "ALARM"],
  ["(ALARM(bad) OR ALARM(good)) AND ALARM(good)", "OK"],
  ["NOT ALARM(good)", "ALARM"],
  ["NOT ALARM(bad) OR ALARM(bad)", "ALARM"],
  ["NOT (ALARM(good) OR ALARM(bad))", "OK"],
  ["TRUE AND NOT FALSE", "ALARM"],
  [" ( ALARM ( bad ) ) ", "ALARM"],
])("%s is %s", (rule, expected) => expect(state(rule)).toBe(expected));

it("knows every alarm of a rule, whatever the first ones say", () => {
  expect(alarmsOf('ALARM("a") OR (OK(b) AND NOT ALARM(c))')).toEqual(["a", "b", "c"]);
});

it.each([
  ["", "its end"],
  ["ALARM", "its end"],
  ["ALARM()", ")"],
  ["ALARM(bad", "its end"],
  ["ALARM(bad) bad", "bad"],
  ["ALARM(bad) XOR ALARM(good)", "XOR"],
  ["ALARMED(bad)", "ALARMED"],
  ["ALARM(bad) AND", "its end"],
  ['ALARM("bad)', "bad"],
])("refuses %s, naming what is wrong", (rule, named) => {
  expect(() => state(rule)).toThrow(AlarmRuleError);
  expect(() => state(rule)).toThrow(named);
});
