import { placeOf } from '../../set/group-flights.ts'
import { agree, count, countOf, listFiles } from '../phrase.ts'
import type { Rule } from '../recommendation.ts'

/** Images that do not tell where, when or how high they were taken. */
export const missingMetadata: Rule = ({ images }) => {
  const lacks = {
    place: images.filter((image) => !placeOf(image)),
    altitude: images.filter(({ camera }) => camera.relativeAltitudeM === undefined),
    time: images.filter(({ camera }) => camera.capturedAtMs === undefined),
    'ground sample distance': images.filter(({ groundSample }) => !groundSample),
  }
  const missing = Object.entries(lacks).filter(([, list]) => list.length > 0)
  if (missing.length === 0) return undefined
  const concerned = new Set(missing.flatMap(([, list]) => list.map(({ path }) => path)))
  const sets = Object.values(lacks).map((list) => new Set(list.map(({ path }) => path)))
  const none = images.filter(({ path }) => sets.every((set) => set.has(path))).length
  return {
    severity: 'improve',
    title: `${countOf(concerned.size, images.length, 'image')} lack flight data: ${missing.map(([name, list]) => `${name} (${list.length})`).join(', ')}`,
    action: `Keep the camera's EXIF and XMP when images are copied, cut from video or shrunk; where they are lost, write \`metadata.jsonl\` with \`image\`, \`flight\` and \`altitudeM\` a line. First: ${listFiles([...concerned])}.`,
    why: `Without them sizes in metres, evaluation by altitude, the map and a split by flight cannot be had${none > 0 ? `; ${count(none, 'image')} ${agree(none, 'has', 'have')} none of it, as after an editor or a messenger` : ''}.`,
    images: [...concerned],
    values: Object.fromEntries(Object.entries(lacks).map(([name, list]) => [`without ${name}`, list.length])),
  }
}
