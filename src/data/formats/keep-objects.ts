import type { LabelLedger } from './label-issue.ts'
import type { BoxTraits, ReadyBox } from './labelled-image.ts'

/**
 * Boxes that a format keeps which knows objects alone: ignored regions are left out, and what is said of a box beyond
 * its class and corners is told as lost.
 *
 * @param carried traits that the format does carry
 */
export function keepObjects(
  boxes: readonly ReadyBox[],
  carried: readonly (keyof BoxTraits)[],
  ledger: LabelLedger,
): ReadyBox[] {
  return boxes.filter(({ traits, place }) => {
    if (traits.ignored) {
      ledger.issue('ignored-region', 'dropped', place)
      return false
    }
    const isSaid = (name: keyof BoxTraits): boolean =>
      !carried.includes(name) && traits[name] !== undefined && traits[name] !== false && traits[name] !== 0
    if ((Object.keys(traits) as (keyof BoxTraits)[]).some(isSaid)) ledger.issue('attributes', 'changed', place)
    return true
  })
}
