import { markup, type Markup } from '../markup.ts'
import { section, type PageContext } from '../page-context.ts'

const MOST = 500

/** Files that could not be measured, and why. */
export function unreadableSection({ profile }: PageContext): Markup | undefined {
  const { unreadable } = profile
  if (unreadable.length === 0) return undefined
  const rows = unreadable
    .slice(0, MOST)
    .map(
      ({ path, error }) =>
        markup`<tr><td>${path}</td><td><code>${error.code}</code></td><td>${error.message}</td></tr>`,
    )
  const left = unreadable.length - MOST
  return section(
    'unreadable',
    'Unreadable files',
    left > 0 ? `The first ${MOST} of ${unreadable.length}.` : '',
    markup`<div class="scroll"><table class="plain"><thead><tr><th>file</th><th>code</th><th>why</th></tr></thead><tbody>${rows}</tbody></table></div>`,
  )
}
