import { agree, countOf, listNames } from '../phrase.ts'
import type { Rule } from '../recommendation.ts'

/** The same file, byte by byte, under several names. */
export const identicalFiles: Rule = ({ duplicates, counts }) => {
  const copies = duplicates.flatMap(({ drop }) => drop.filter(({ identical }) => identical))
  if (copies.length === 0) return undefined
  return {
    severity: 'fix',
    title: `${countOf(copies.length, counts.readable, 'image')} ${agree(copies.length, 'is a copy', 'are copies')} of another, byte by byte`,
    action: `Delete ${listNames(copies.map(({ image, like }) => `${image} (same as ${like})`))}.`,
    why: 'A copy weighs its scene twice, and when copies fall into different splits the validation score is a memory test.',
    images: copies.map(({ image }) => image),
    values: { copies: copies.length },
  }
}
