import { posix } from 'node:path'
import { namePathParts } from '../image-index.ts'
import type { LabelLedger } from '../label-issue.ts'
import type { SourceImage } from '../labelled-image.ts'

/** Characters that file systems, lists of names or shells stumble over. */
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const UNFIT = /[\u0000-\u001f<>:"|?*\\]/g

/** Longer names do not fit a directory entry once a label file's ending is added. */
const LONGEST_NAME = 200

/**
 * Names images in the target: the file's own name where it is unique, since labels are found by it.
 *
 * Two images of one folder whose names differ only in ending or case would share a label file on some machine; the
 * later one is renamed after its folder, which is reported.
 *
 * @param isFlat whether all splits share one folder
 * @returns the name; undefined for an image that was named before, which the ledger was told
 */
export function nameImages(
  isFlat: boolean,
  ledger: LabelLedger,
): (image: SourceImage, file: string | undefined) => string | undefined {
  const seen = new Set<string>()
  const taken = new Set<string>()
  return (image, file) => {
    const parts = namePathParts(file ?? image.name)
    const split = isFlat ? '' : (image.split ?? '')
    const identity = `${image.split ?? ''}:${file === undefined ? image.name : `file ${file}`}`
    if (seen.has(identity)) {
      ledger.issue('doubled-image', 'none', image.place)
      return undefined
    }
    seen.add(identity)
    const last = parts.at(-1) ?? 'image'
    const whole = parts.join('_')
    const numbered = (n: number): string => `${posix.parse(whole).name}-${n}${posix.extname(whole)}`
    let name = fit(last)
    for (let n = 1; taken.has(keyOf(split, name)); n++) name = fit(n === 1 ? whole : numbered(n))
    taken.add(keyOf(split, name))
    if (name !== last) ledger.issue('renamed', 'none', { ...image.place, text: `${image.name} -> ${name}` })
    return name
  }
}

function keyOf(split: string, name: string): string {
  return `${split}/${posix.parse(name).name.normalize('NFC').toLowerCase()}`
}

function fit(name: string): string {
  const clean = name.replace(UNFIT, '_')
  if (Buffer.byteLength(clean) <= LONGEST_NAME) return clean
  const { name: stem, ext } = posix.parse(clean)
  let short = stem
  while (Buffer.byteLength(short + ext) > LONGEST_NAME && short !== '') short = short.slice(0, -1)
  return short + ext.slice(0, 20)
}
