import { SkyloopError } from '../../../core/errors.ts'
import type { Dataset } from './dataset.ts'
import { readWeightList } from '../settings/setting-rule.ts'

/** A class with a handful of boxes must not drown all others. */
const MIN_WEIGHT = 0.1
const MAX_WEIGHT = 10

/**
 * Weights of the classes in the loss, as `class_weights` asks for them.
 *
 * `balanced`: boxes ÷ (classes that have boxes · boxes of the class), so that the mean weight of a box is 1 where no
 * limit is met; a class without boxes weighs 1.
 *
 * @returns `[K]`; undefined for `none`
 * @throws SkyloopError `yolo.train.class-weights` when a list has not one number for each class, or only zeros
 */
export function classWeightsOf(setting: string, train: Dataset): Float32Array | undefined {
  if (setting === 'none') return undefined
  const { classNames } = train
  if (setting === 'balanced') {
    const counts = boxesPerClass(train)
    const boxes = counts.reduce((sum, count) => sum + count, 0)
    const present = counts.filter((count) => count > 0).length
    return Float32Array.from(counts, (count) =>
      count === 0 ? 1 : Math.min(MAX_WEIGHT, Math.max(MIN_WEIGHT, boxes / (present * count))),
    )
  }
  const weights = readWeightList(setting)
  if (weights?.length !== classNames.length || weights.every((weight) => weight === 0)) {
    throw new SkyloopError({
      code: 'yolo.train.class-weights',
      message: `class_weights="${setting}" must have ${classNames.length} numbers, not all 0: one for each of ${classNames.join(', ')}`,
    })
  }
  return Float32Array.from(weights)
}

/** `[K]` */
function boxesPerClass({ images, classNames }: Dataset): number[] {
  const counts = classNames.map(() => 0)
  for (const { classes } of images) for (const k of classes) counts[k]!++
  return counts
}
