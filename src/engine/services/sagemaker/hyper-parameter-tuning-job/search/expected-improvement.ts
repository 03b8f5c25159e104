/**
 * How much lower than `best` a normally distributed value is expected to be, counting only what is lower.
 *
 * @source Jones, Schonlau and Welch 1998, Efficient Global Optimization, equation 15
 */
export function expectedImprovement(mean: number, deviation: number, best: number): number {
  if (deviation <= 0) return Math.max(0, best - mean)
  const z = (best - mean) / deviation
  return Math.max(0, (best - mean) * normalCdf(z) + deviation * normalPdf(z))
}

const normalPdf = (z: number): number => Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI)

/** @source Abramowitz and Stegun 1964, 7.1.26; absolute error below 1.5e-7 */
function normalCdf(z: number): number {
  const x = Math.abs(z) / Math.SQRT2
  const t = 1 / (1 + 0.3275911 * x)
  const polynomial = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t
  const erf = 1 - polynomial * Math.exp(-x * x)
  return z < 0 ? 0.5 * (1 - erf) : 0.5 * (1 + erf)
}
