// What the endpoints of Autopilot's models are sent, and which of their answers are predictions.
import fc from "fast-check";
import { csvField } from "../../src/model-client/csv";
import { FORMATS } from "../../src/model-client/format";
import answers from "../deploy/autopilot/recorded/invoke-endpoint.json";

/** Reads one record as RFC 4180 has it: its fields, and what is left of the text after it. */
function parseRecord(csv: string): { fields: string[]; rest: string } {
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    const [raw = "", quoted] = /^(?:"((?:[^"]|"")*)"|[^",\r\n]*)/.exec(csv.slice(at)) ?? [];
    fields.push(quoted === undefined ? raw : quoted.replaceAll('""', '"'));
    at += raw.length;
    if (csv[at] !== ",") return { fields, rest: csv.slice(at) };
    at += 1;
  }
}

const texts = fc.string({ unit: fc.constantFrom('"', ",", "\n", "\r", "'", "\\", " ", "a", "é", "😀") });

describe("a field of CSV", () => {
  it("is read back as the text, with a space for each line break", () => {
    fc.assert(
      fc.property(texts, texts, (one, other) => {
        const { fields, rest } = parseRecord(`${csvField(one)},${csvField(other)}\n`);
        const folded = [one, other].map((text) => text.replace(/\r\n|\r|\n/g, " "));
        expect(fields).toEqual(folded);
        expect(rest).toBe("\n");
      }),
    );
  });

  it("never has a line break, which would end the row", () => {
    fc.assert(fc.property(texts, (text) => !/[\r\n]/.test(csvField(text))));
  });
});

describe("Autopilot's format", () => {
  const prediction = (answer: unknown) => FORMATS.autopilot.one("a text").read(JSON.stringify(answer));
  const answer = (row: object) => ({
    predictions: [
      {
        predicted_label: "positive",
        probability: 0.8,
        probabilities: [0.05, 0.15, 0.8],
        labels: ["negative", "neutral", "positive"],
        ...row,
      },
    ],
  });
  const expected = { label: "positive", scores: { positive: 0.8, neutral: 0.15, negative: 0.05 } };

  it("sends the text as a row without a header", () => {
    expect(FORMATS.autopilot.one('so, "good"')).toMatchObject({
      contentType: "text/csv",
      accept: "application/json",
      body: '"so, ""good"""\n',
    });
  });

  it("reads lists in the order of their labels", () => {
    expect(prediction(answer({}))).toEqual(expected);
  });

  it("reads lists that are texts, as Autopilot's containers print them", () => {
    expect(prediction(answers.threeLabels)).toEqual(expected);
    const labels = `["negative", "neutral", "positive"]`;
    expect(prediction(answer({ labels, probabilities: "[5e-2,0.15,0.8]" }))).toEqual(expected);
  });

  it.each<[string, unknown]>([
    ["the model has other labels", answers.twoLabels],
    ["it is no object", "positive"],
    ["it has no predictions", {}],
    ["it has no prediction", { predictions: [] }],
    ["it has two", { predictions: [...answer({}).predictions, ...answer({}).predictions] }],
    ["it has another member", { ...answer({}), model: "x" }],
    ["its row has another member", answer({ score: 1 })],
    ["it has the label only", { predictions: [{ predicted_label: "positive" }] }],
    ["its label is unknown", answer({ predicted_label: "mixed" })],
    ["a label is there twice", answer({ labels: ["negative", "positive", "positive"] })],
    ["a label is missing", answer({ labels: ["negative", "positive"] })],
    ["labels are no list", answer({ labels: "negative,neutral,positive" })],
    ["a label hides code", answer({ labels: "['negative', 'neutral', __import__('os')]" })],
    ["a printed label is unknown", answer({ labels: "['negative', 'neutral', 'mixed']" })],
    ["a printed label has two kinds of quotes", answer({ labels: `['negative", 'neutral', 'positive']` })],
    ["a probability is missing", answer({ probabilities: [0.2, 0.8] })],
    ["a probability is no number", answer({ probabilities: "[nan, 0.2, 0.8]" })],
    ["a printed probability is not closed", answer({ probabilities: "[0.1, 0.1, 0.8" })],
    ["a probability is above 1", answer({ probabilities: [0.1, 0.1, 7] })],
    ["a printed probability is above 1", answer({ probabilities: "[0.1, 0.1, 7]" })],
  ])("takes nothing for a prediction when %s", (_, body) => {
    expect(prediction(body)).toBeUndefined();
  });

  it("never throws, whatever comes", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (labels, probabilities) => {
        expect(() => prediction(answer({ labels, probabilities }))).not.toThrow();
      }),
    );
  });
});

describe("many texts at once", () => {
  const good = { label: "positive", scores: { positive: 0.8, neutral: 0.15, negative: 0.05 } };
  const bad = { label: "negative", scores: { positive: 0.1, neutral: 0.2, negative: 0.7 } };
  const lines = (...answers: unknown[]) => answers.map((answer) => `${JSON.stringify(answer)}\n`).join("");

  it("are lines of JSON for our models, whatever is in the texts", () => {
    const exchange = FORMATS.serin.many(["one\ntwo", "\u2028", ""]);
    expect(exchange).toMatchObject({ contentType: "application/jsonlines", accept: "application/jsonlines" });
    expect(exchange.body).toBe('{"text":"one\\ntwo"}\n{"text":"\u2028"}\n{"text":""}\n');
  });

  it("are answered in their order", () => {
    expect(FORMATS.serin.many(["good", "bad"]).read(lines(good, bad))).toEqual([good, bad]);
  });

  it.each<[string, string]>([
    ["a line is missing", lines(good)],
    ["there is one too many", lines(good, bad, bad)],
    ["a line says what is wrong with its text", lines(good, { error: "not a text", code: "invalid_input", line: 2 })],
    ["a line is no prediction", lines(good, { ...bad, label: "mixed" })],
    ["nothing comes", ""],
  ])("are not answered when %s", (_, answer) => {
    const read = () => {
      try {
        return FORMATS.serin.many(["good", "bad"]).read(answer);
      } catch (error) {
        return error instanceof SyntaxError ? undefined : error;
      }
    };
    expect(read()).toBeUndefined();
  });

  const row = ({ label, scores }: typeof good) => ({
    predicted_label: label,
    labels: Object.keys(scores),
    probabilities: Object.values(scores),
  });

  it("are rows for Autopilot's models, where an empty text would be a missing value", () => {
    const exchange = FORMATS.autopilot.many(["good", ""]);
    expect(exchange).toMatchObject({ contentType: "text/csv", body: '"good"\n" "\n' });
    expect(exchange.read(JSON.stringify({ predictions: [row(good), row(bad)] }))).toEqual([good, bad]);
  });

  it.each([[[row(good)]], [[row(good), row(bad), row(bad)]], [[row(good), { ...row(bad), labels: ["positive"] }]]])(
    "are not answered by other rows of Autopilot's",
    (predictions) => {
      expect(FORMATS.autopilot.many(["good", ""]).read(JSON.stringify({ predictions }))).toBeUndefined();
    },
  );
});
