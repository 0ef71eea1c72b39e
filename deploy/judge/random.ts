// Seeded random numbers for simulations: the same seed gives the same releases on every machine.

export interface Random {
  /** Uniform in (0, 1), both ends excluded. */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
  /** Events in a span in which `mean` are expected. */
  poisson(mean: number): number;
  /** Successes in `trials` of probability `share`. */
  binomial(trials: number, share: number): number;
}

const CHUNK = 30; // of a Poisson mean: e^-30 is far from underflow

/** Generator sfc32 (C. Doty-Humphrey, PractRand), 32 bits a draw. */
export function seededRandom(seed: number): Random {
  const uniform = sfc32(seed);
  return {
    uniform,
    normal: () => normalQuantile(uniform()),
    poisson: (mean) => {
      let events = 0;
      for (let left = mean; left > 0; left -= CHUNK) events += poissonByProducts(uniform, Math.min(left, CHUNK));
      return events;
    },
    binomial: (trials, share) => binomialByGaps(uniform, trials, share),
  };
}

function sfc32(seed: number): () => number {
  let [a, b, c, counter] = [0, seed | 0, (seed / 2 ** 32) | 0, 1];
  const next = () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return ((sum >>> 0) + 0.5) / 2 ** 32;
  };
  for (let round = 0; round < 15; round += 1) next(); // mixes the seed into all of the state
  return next;
}

/** Knuth, The Art of Computer Programming 2, 3.4.1: uniforms are multiplied until their product is below e^-mean. */
function poissonByProducts(uniform: () => number, mean: number): number {
  const limit = Math.exp(-mean);
  let events = 0;
  for (let product = uniform(); product > limit; product *= uniform()) events += 1;
  return events;
}

/** Jumps from success to success by geometric gaps (Devroye 1986, X.4.3): fast for small shares. */
function binomialByGaps(uniform: () => number, trials: number, share: number): number {
  if (share <= 0) return 0;
  if (share >= 1) return trials;
  const scale = Math.log1p(-share);
  let successes = -1;
  for (let at = 0; at <= trials; at += Math.floor(Math.log(uniform()) / scale) + 1) successes += 1;
  return successes;
}

const CENTRE = [
  2.506628277459239, -30.66479806614716, 138.357751867269, -275.9285104469687, 220.9460984245205, -39.69683028665376,
];
const CENTRE_BELOW = [
  1, -13.28068155288572, 66.80131188771972, -155.6989798598866, 161.5858368580409, -54.47609879822406,
];
const TAIL = [
  2.938163982698783, 4.374664141464968, -2.549732539343734, -2.400758277161838, -0.3223964580411365,
  -0.007784894002430293,
];
const TAIL_BELOW = [1, 3.754408661907416, 2.445134137142996, 0.3224671290700398, 0.007784695709041462];
const TAIL_SHARE = 0.02425;

/** Quantile of the standard normal distribution, by P. J. Acklam's rational approximation (relative error below 1.2e-9). */
export function normalQuantile(share: number): number {
  if (share < TAIL_SHARE) return tailQuantile(share);
  if (share > 1 - TAIL_SHARE) return -tailQuantile(1 - share);
  const distance = share - 0.5;
  return (distance * polynomial(CENTRE, distance ** 2)) / polynomial(CENTRE_BELOW, distance ** 2);
}

function tailQuantile(share: number): number {
  const distance = Math.sqrt(-2 * Math.log(share));
  return polynomial(TAIL, distance) / polynomial(TAIL_BELOW, distance);
}

/** @param coefficients - The constant first. */
function polynomial(coefficients: readonly number[], at: number): number {
  let sum = 0;
  for (let power = coefficients.length - 1; power >= 0; power -= 1) sum = sum * at + (coefficients[power] ?? 0);
  return sum;
}
