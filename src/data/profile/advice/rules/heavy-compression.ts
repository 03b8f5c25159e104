import { agree, countOf, fileName, listFiles, short } from '../phrase.ts'
import type { Rule } from '../recommendation.ts'

/** Bits a pixel of a JPEG under which its blocks and ringing show on objects of a few pixels. */
const FEWEST_BITS = 0.6

/** JPEG and WebP files that were squeezed. */
export const heavyCompression: Rule = ({ images }) => {
  const bits = (image: (typeof images)[number]): number => (image.sizeBytes * 8) / (image.width * image.height)
  const found = images
    .filter((image) => (image.format === 'jpeg' || image.format === 'webp') && bits(image) < FEWEST_BITS)
    // A picture of almost nothing is small without being squeezed.
    .filter(({ entropy }) => entropy > 4)
    .sort((a, b) => bits(a) - bits(b))
  if (found.length === 0) return undefined
  const names = found.map(({ path }) => path)
  return {
    severity: 'improve',
    title: `${countOf(found.length, images.length, 'image')} ${agree(found.length, 'is', 'are')} heavily compressed`,
    action: `Get the originals of ${listFiles(names)}, not copies from a messenger or a video of low bit rate; save frames as JPEG of quality 90 or more.`,
    why: `${fileName(names[0]!)} has ${short(bits(found[0]!))} bits a pixel (under ${FEWEST_BITS}): compression smears exactly the small, low-contrast objects that drones look for.`,
    images: names,
    values: { compressed: found.length, limit: FEWEST_BITS, worst: bits(found[0]!) },
  }
}
