import { agree, countOf, listFiles, percent } from '../phrase.ts'
import type { Rule } from '../recommendation.ts'

/** Files that do not decode. */
export const unreadable: Rule = ({ counts, unreadable: files }) => {
  if (files.length === 0) return undefined
  const empty = files.filter(({ error }) => error.code === 'data.image.empty').length
  return {
    severity: 'fix',
    title: `${countOf(files.length, counts.profiled, 'image')} cannot be read`,
    action: `Fetch ${listFiles(files.map(({ path }) => path))} again from the card or the drone, or delete ${agree(files.length, 'it', 'them')} together with ${agree(files.length, 'its', 'their')} label files.`,
    why: `Preparation stops at a broken image unless it is told to skip it${empty > 0 ? `; ${empty} of them ${agree(empty, 'has', 'have')} no bytes at all, as after an interrupted copy` : ''}. Error rate ${percent(counts.errorRate)}.`,
    images: files.map(({ path }) => path),
    values: { unreadable: files.length, empty, errorRate: counts.errorRate },
  }
}
