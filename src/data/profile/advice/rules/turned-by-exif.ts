import { agree, countOf, listFiles } from '../phrase.ts'
import type { Rule } from '../recommendation.ts'

/** Images that viewers turn by their EXIF orientation. */
export const turnedByExif: Rule = ({ images }) => {
  const found = images.filter(({ orientation }) => orientation !== undefined && orientation !== 1)
  if (found.length === 0) return undefined
  const labelled = found.filter(({ labels }) => (labels?.boxes ?? 0) > 0)
  const names = (labelled.length > 0 ? labelled : found).map(({ path }) => path)
  return {
    severity: labelled.length > 0 ? 'fix' : 'note',
    title: `${countOf(found.length, images.length, 'image')} ${agree(found.length, 'is', 'are')} stored turned, with an orientation flag`,
    action:
      labelled.length > 0
        ? `Open ${listFiles(names)} with its boxes drawn: boxes must fit the upright picture. \`skyloop data prepare\` writes upright pixels without the flag.`
        : 'Nothing, with Skyloop: every step turns them upright. Write upright pixels (`skyloop data prepare`) before other tools read them.',
    why: 'Some tools obey the flag and others ignore it: boxes drawn in one and trained in the other lie on their side, and no error says so.',
    images: found.map(({ path }) => path),
    values: { turned: found.length, turnedWithBoxes: labelled.length },
  }
}
