/** Round values at even distance within `[low, high]`, about `count` of them: steps of 1, 2 or 5 times a power of ten. */
export function niceTicks(low: number, high: number, count: number): number[] {
  if (!(high > low)) return [low]
  const rough = (high - low) / Math.max(1, count)
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough * 0.999) ?? 10)
  const first = Math.ceil(low / step - 1e-9)
  const last = Math.floor(high / step + 1e-9)
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)))
}

/** `0.0005` as `5e-4`, `12000` as `12k`, others with as few digits as they need. */
export function tickLabel(value: number): string {
  const size = Math.abs(value)
  if (size === 0) return '0'
  if (size < 0.005)
    return value.toExponential(Number.isInteger(Number(value.toPrecision(1))) ? 0 : 1).replace('.0e', 'e')
  if (size >= 10_000) return `${Number((value / 1000).toPrecision(3))}k`
  return String(Number(value.toPrecision(4)))
}
