import type { Random } from '../../../core/random.ts'
import type { Augmentation } from './augment-settings.ts'

/** One change to an image, with all that it takes to make it again. */
export type Change =
  /** The image and three others, each a quarter, in reading order. */
  | { readonly kind: 'mosaic'; readonly others: readonly [string, string, string] }
  /** Mirrored left to right, top to bottom, or both. */
  | { readonly kind: 'flip'; readonly axis: 'x' | 'y' | 'xy' }
  /** Turned clockwise. */
  | { readonly kind: 'rotate'; readonly quarterTurns: 1 | 2 | 3 }
  /** Above 1 a part is enlarged; below, the whole is shrunk onto grey. `x` and `y`, 0 to 1, say where. */
  | { readonly kind: 'zoom'; readonly factor: number; readonly x: number; readonly y: number }
  /** `(value - 128) * contrast + 128 * gain` for every channel. */
  | { readonly kind: 'light'; readonly gain: number; readonly contrast: number }
  | { readonly kind: 'hue'; readonly turnDeg: number; readonly saturation: number }
  /** Gaussian. */
  | { readonly kind: 'blur'; readonly sigmaPx: number }
  /** White, the same in all channels, in levels of 255. */
  | { readonly kind: 'noise'; readonly sigma: number; readonly seed: number }

/** Changes in the order in which light, lens and sensor would make them. */
const DRAW: Record<Augmentation, (random: Random, others: readonly string[]) => Change> = {
  mosaic: (random, others) => ({
    kind: 'mosaic',
    others: [random.pick(others), random.pick(others), random.pick(others)],
  }),
  flip: (random) => ({ kind: 'flip', axis: random.pick(['x', 'y', 'xy'] as const) }),
  rotate: (random) => ({ kind: 'rotate', quarterTurns: random.pick([1, 2, 3] as const) }),
  zoom: (random) => ({
    kind: 'zoom',
    factor: three(random.range(0.7, 1.4)),
    x: three(random.next()),
    y: three(random.next()),
  }),
  light: (random) => ({ kind: 'light', gain: three(random.range(0.7, 1.3)), contrast: three(random.range(0.8, 1.25)) }),
  hue: (random) => ({
    kind: 'hue',
    turnDeg: Math.round(random.range(-12, 13)),
    saturation: three(random.range(0.75, 1.3)),
  }),
  blur: (random) => ({ kind: 'blur', sigmaPx: three(random.range(0.4, 1.6)) }),
  noise: (random) => ({ kind: 'noise', sigma: three(random.range(2, 10)), seed: random.int(2 ** 31) }),
}

/** The chance that a copy is changed in a way; what hides small objects is rarer. */
const CHANCE: Record<Augmentation, number> = {
  mosaic: 0.25,
  flip: 0.6,
  rotate: 0.6,
  zoom: 0.4,
  light: 0.6,
  hue: 0.5,
  blur: 0.2,
  noise: 0.3,
}

/**
 * The changes that make one copy; at least one.
 *
 * @param others images that a mosaic may take
 */
export function drawChanges(by: readonly Augmentation[], random: Random, others: readonly string[]): Change[] {
  const possible = (Object.keys(DRAW) as Augmentation[]).filter(
    (kind) => by.includes(kind) && (kind !== 'mosaic' || others.length > 0),
  )
  if (possible.length === 0) return []
  const drawn = possible.filter((kind) => random.next() < CHANCE[kind])
  const kinds = drawn.length > 0 ? drawn : [random.pick(possible)]
  return kinds.map((kind) => DRAW[kind](random, others))
}

/** Three decimals, so that a change written down is the change made. */
function three(value: number): number {
  return Number(value.toFixed(3))
}
