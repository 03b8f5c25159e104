import { SkyloopError } from '../../../core/errors.ts'

/** What augmentation may do to a copy. */
export const AUGMENTATIONS = ['flip', 'rotate', 'light', 'hue', 'blur', 'noise', 'zoom', 'mosaic'] as const
export type Augmentation = (typeof AUGMENTATIONS)[number]

export interface AugmentSettings {
  /** Changed copies of each train image. */
  readonly copies: number
  /** What copies may be changed by; each does so to a copy by chance, but every copy is changed. */
  readonly by: readonly Augmentation[]
}

/**
 * Settings from a number of copies and a text such as `flip,light,noise`; without the text, everything but mosaics.
 *
 * @returns null for no copies
 * @throws SkyloopError `data.augment`
 */
export function augmentSettings(copies: number, by: string | undefined): AugmentSettings | null {
  if (copies === 0) return null
  return { copies, by: by === undefined ? AUGMENTATIONS.filter((name) => name !== 'mosaic') : parseAugmentations(by) }
}

/**
 * Reads `flip,light,noise`.
 *
 * @throws SkyloopError `data.augment` naming what is allowed
 */
function parseAugmentations(text: string): Augmentation[] {
  const words = [...new Set(text.split(',').map((word) => word.trim()))]
  const found = AUGMENTATIONS.filter((name) => words.includes(name))
  if (found.length === words.length) return found
  const unknown = words.filter((word) => !AUGMENTATIONS.some((name) => name === word))
  throw new SkyloopError({
    code: 'data.augment',
    message: `"${unknown.join('", "')}" is no augmentation; allowed: ${AUGMENTATIONS.join(', ')}`,
  })
}
