import { count } from '../../advice/phrase.ts'
import type { DuplicateGroup } from '../../set/near-duplicates.ts'
import { markup, type Markup } from '../markup.ts'
import { figure, section, type PageContext } from '../page-context.ts'

export const GROUPS_SHOWN = 12
const KEPT_SHOWN = 3
const DROPPED_SHOWN = 5

/** The pictures of a group that are shown. */
export function shownOf({ keep, drop }: DuplicateGroup): string[] {
  return [...keep.slice(0, KEPT_SHOWN), ...drop.slice(0, DROPPED_SHOWN).map(({ image }) => image)]
}

/** Look-alikes side by side: what stays in green, what could go in red. */
export function duplicatesSection(context: PageContext): Markup | undefined {
  const { duplicates } = context.profile
  if (duplicates.length === 0) return undefined
  const groups = duplicates.slice(0, GROUPS_SHOWN).map((group) => {
    const { keep, drop } = group
    const kept = keep
      .slice(0, KEPT_SHOWN)
      .map((path) => figure(context, path, labelled(context, path), { text: 'keep', kind: 'keep' }))
    const dropped = drop
      .slice(0, DROPPED_SHOWN)
      .map(({ image, distance, identical }) =>
        figure(
          context,
          image,
          [identical ? 'same bytes' : `${distance} of 128 bits`, labelled(context, image)].filter(Boolean).join(', '),
          { text: 'like it', kind: 'drop' },
        ),
      )
    const hidden = keep.length + drop.length - kept.length - dropped.length
    return markup`<div class="gallery"><h3>${count(keep.length + drop.length, 'image')} <small>${keep.length} would do</small></h3><div class="strip">${kept}${dropped}</div>${hidden > 0 ? markup`<p class="more">and ${hidden} more</p>` : undefined}</div>`
  })
  const all = duplicates.reduce((sum, { keep, drop }) => sum + keep.length + drop.length, 0)
  const more = duplicates.length > GROUPS_SHOWN ? ` The ${GROUPS_SHOWN} largest are shown.` : ''
  return section(
    'duplicates',
    'Look-alikes',
    `${count(duplicates.length, 'group')} of nearly the same picture, ${count(all, 'image')} together.${more} Moving objects may differ within a group: the hash sees the scene.`,
    markup`<div class="groups">${groups}</div>`,
  )
}

function labelled({ byPath }: PageContext, path: string): string {
  const labels = byPath.get(path)?.labels
  return labels === undefined ? '' : `${labels.boxes} boxes`
}
