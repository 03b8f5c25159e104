import { agree, countOf, fileName, listFiles, short } from '../phrase.ts'
import type { Rule } from '../recommendation.ts'

/** Files smaller than the picture that the camera says it took. */
export const reducedPictures: Rule = ({ images }) => {
  const factor = ({ camera, storedWidth, storedHeight }: (typeof images)[number]): number =>
    Math.max(camera.originalWidth ?? 0, camera.originalHeight ?? 0) / Math.max(storedWidth, storedHeight)
  const found = images.filter((image) => factor(image) > 1.02).sort((a, b) => factor(b) - factor(a))
  if (found.length === 0) return undefined
  const first = found[0]!
  const gsd = first.groundSample?.cmPerPx
  return {
    severity: 'improve',
    title: `${countOf(found.length, images.length, 'image')} ${agree(found.length, 'was', 'were')} made smaller after the flight`,
    action: `Ask for the originals of ${listFiles(found.map(({ path }) => path))}. Where only these exist, scale camera numbers to the picture before measuring on the ground (this report has done so).`,
    why: `${fileName(first.path)} is ${first.storedWidth}x${first.storedHeight} but its EXIF says ${first.camera.originalWidth}x${first.camera.originalHeight}: ${short(factor(first))} times fewer pixels on every object${gsd === undefined ? '' : `, ${short(gsd)} instead of ${short(gsd / factor(first))} cm a pixel`}.`,
    images: found.map(({ path }) => path),
    values: { reduced: found.length, largestFactor: factor(first) },
  }
}
