import { captured } from "../../src/drift/capture";
import { VOCABULARY } from "../../src/drift/words";

const SCORES = { positive: 0.8999, neutral: 0.0901, negative: 0.01 };

describe("what is kept of an answered request", () => {
  it("is its sentiment and three numbers", () => {
    expect(captured("good qwzrtx", "positive", SCORES)).toEqual({
      sentiment: "positive",
      confidence: 0.89, // cut, not rounded: 0.9 is another bin
      unknown_words: 0.5,
      vocabulary: VOCABULARY,
    });
  });

  it("has no share of unknown words where there are no words", () => {
    expect(captured("12 :-)", "neutral", SCORES)).not.toHaveProperty("unknown_words");
  });
});
