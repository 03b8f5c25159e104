import type { Distortion } from '../../../../data/geo/lens.ts'
import type { ViewOptions } from '../../../../data/geo/view-of-image.ts'
import type { OptionSpec } from '../../../command.ts'
import { UsageError } from '../../../failure.ts'
import { decimal } from '../../../option-values.ts'

/** What a person says of the cameras, on the command line. */
export interface ViewChoices {
  readonly height?: number
  readonly ground?: number
  readonly focalPx?: number
  readonly yawOffset?: number
  readonly distortion?: Distortion
  readonly maxDepth?: number
}

export const VIEW_OPTIONS: readonly OptionSpec[] = [
  {
    flags: '--height <m>',
    description: 'metres above ground, instead of what images say',
    parse: decimal('--height', 0.1, 10_000),
  },
  {
    flags: '--ground <m>',
    description: 'metres by which the ground lies above the point of take-off (default: 0)',
    parse: decimal('--ground', -10_000, 10_000),
  },
  {
    flags: '--focal-px <px>',
    description: "focal length in pixels of the camera's full picture, from a calibration",
    parse: decimal('--focal-px', 1, 1e6),
  },
  {
    flags: '--distortion <k1,k2,p1,p2,k3>',
    description: "lens coefficients in OpenCV's order; the last may be left out",
    parse: readDistortion,
  },
  {
    flags: '--yaw-offset <deg>',
    description: 'degrees added to every yaw, where the compass is known to be off',
    parse: decimal('--yaw-offset', -180, 180),
  },
  {
    flags: '--max-depth <m>',
    description: 'ground farther along the optical axis is left out (default: 20 heights)',
    parse: decimal('--max-depth', 1, 100_000),
  },
]

export function viewOptions(choices: ViewChoices): ViewOptions {
  return {
    ...(choices.height !== undefined && { heightM: choices.height }),
    ...(choices.ground !== undefined && { groundM: choices.ground }),
    ...(choices.focalPx !== undefined && { focalPx: choices.focalPx }),
    ...(choices.yawOffset !== undefined && { yawOffsetDeg: choices.yawOffset }),
    ...(choices.distortion && { distortion: choices.distortion }),
  }
}

function readDistortion(text: string): Distortion {
  const numbers = text.split(',').map((word) => (word.trim() === '' ? Number.NaN : Number(word)))
  if (numbers.length < 4 || numbers.length > 5 || !numbers.every(Number.isFinite)) {
    throw new UsageError({
      code: 'cli.option',
      message: `--distortion is four or five numbers k1,k2,p1,p2,k3, not "${text}"`,
    })
  }
  const [k1, k2, p1, p2, k3 = 0] = numbers as [number, number, number, number, number?]
  return { k1, k2, p1, p2, k3 }
}
