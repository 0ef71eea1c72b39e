import { predictionCache } from "../../src/predict/cache";
import type { PredictResponse } from "../../src/predict/schema";

const response: PredictResponse = {
  sentiment: "positive",
  scores: { positive: 1, neutral: 0, negative: 0 },
  modelVersion: "m1",
};

describe("predictionCache", () => {
  it("remembers an answer for 300 s and no longer", () => {
    let now = 1;
    const cache = predictionCache("m1", () => now);
    cache.set("good", response);
    now += 300_000;
    expect(cache.get("good")).toEqual(response);
    now += 1;
    expect(cache.get("good")).toBeUndefined();
  });

  it("tells texts apart that differ in case or white space", () => {
    const cache = predictionCache("m1");
    cache.set("good", response);
    expect(cache.get("Good")).toBeUndefined();
    expect(cache.get("good ")).toBeUndefined();
  });

  it("is bounded", () => {
    const cache = predictionCache("m1");
    for (let index = 0; index < 6_000; index += 1) cache.set(`text ${index}`, response);
    expect(cache.get("text 0")).toBeUndefined();
    expect(cache.get("text 5999")).toEqual(response);
  });
});
