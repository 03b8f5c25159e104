import { listFiles, listNames, percent, short } from '../phrase.ts'
import type { Rule } from '../recommendation.ts'

/** Boxes of the most frequent class over those of the rarest. */
const MOST_RATIO = 10

/** Classes that are far rarer than others. */
export const classImbalance: Rule = ({ labels, images }) => {
  const used = (labels?.classes ?? []).filter(({ boxes }) => boxes > 0).toSorted((a, b) => b.boxes - a.boxes)
  const [most, least] = [used[0], used.at(-1)]
  if (!most || !least || most.boxes / least.boxes <= MOST_RATIO) return undefined
  const rare = used.filter(({ boxes }) => most.boxes / boxes > MOST_RATIO)
  const holders = images.filter(({ labels: own }) => rare.some(({ id }) => (own?.byClass[id] ?? 0) > 0))
  const wanted = Math.ceil(most.boxes / MOST_RATIO)
  return {
    severity: 'improve',
    title: `${listNames(rare.map(({ name, boxes }) => `${name} (${boxes})`))} against ${most.boxes} of ${most.name}`,
    action: `Label more scenes with ${listNames(rare.map(({ name, boxes }) => `${name} (+${wanted - boxes})`))}, or merge what need not be told apart. All present examples are in ${listFiles(holders.map(({ path }) => path))}: keep them in every split.`,
    why: `${most.name} has ${percent(most.share)} of all boxes and ${short(most.boxes / least.boxes)} times as many as ${least.name}. The mean over classes then rests on a handful of boxes, and the rare class is learnt last.`,
    images: holders.map(({ path }) => path),
    values: Object.fromEntries([['ratio', most.boxes / least.boxes], ...used.map(({ name, boxes }) => [name, boxes])]),
  }
}
