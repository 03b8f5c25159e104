import { agree, count, listNames } from '../phrase.ts'
import type { Rule } from '../recommendation.ts'

/** Classes of the list without a single box. */
export const unusedClasses: Rule = ({ labels, sample }) => {
  if (!labels?.namesKnown || labels.boxes === 0 || sample) return undefined
  const unused = labels.classes.filter(({ boxes }) => boxes === 0)
  if (unused.length === 0) return undefined
  return {
    severity: 'note',
    title: `${count(unused.length, 'class', 'classes')} without a box: ${listNames(unused.map(({ name }) => name))}`,
    action: `Remove ${agree(unused.length, 'it', 'them')} from the class list (class numbers behind ${agree(unused.length, 'it', 'them')} shift: use \`skyloop data convert\`, never an editor), or label some.`,
    why: 'The model cannot learn a class that it never sees, and some tools count it as a score of 0.',
    images: [],
    values: { unused: unused.length },
  }
}
