import { type Box, isTiny, SMALLEST_SIDE_PX } from '../edit/box.ts'
import { searchClasses } from '../edit/class-search.ts'
import { proposals } from '../edit/sheet.ts'
import { byId, el } from './dom.ts'
import { chooseClass } from './keyboard.ts'
import { classColour } from './palette.ts'
import type { Workbench } from './workbench.ts'

/** With as many classes as number keys there is nothing to search. */
const FEW_CLASSES = 9

/** The lists of classes and boxes. @param reveal brings a box into sight */
export function attachSidePanel(bench: Workbench, reveal: (box: Box) => void): { searchClass(): void } {
  const search = byId('class-search', HTMLInputElement)
  const classList = byId('class-list', HTMLElement)
  const boxList = byId('box-list', HTMLElement)
  byId('class-panel', HTMLElement).dataset['few'] = String(bench.labels.length <= FEW_CLASSES)

  const colourOf = (label: string): string => classColour(bench.colourIndex(label))
  const showClasses = (): void => {
    const counts = new Map<string, number>()
    for (const { label, proposed } of bench.sheet.boxes) if (!proposed) counts.set(label, (counts.get(label) ?? 0) + 1)
    classList.replaceChildren(
      ...searchClasses(bench.labels, search.value).map((label) => {
        const number = bench.labels.indexOf(label) + 1
        const row = el(
          'button',
          { type: 'button', 'aria-pressed': String(label === bench.currentLabel), 'data-label': label },
          swatch(colourOf(label)),
          el('span', { class: 'name' }, label),
          el('span', { class: 'count' }, String(counts.get(label) ?? 0)),
          number <= 9 ? el('kbd', {}, String(number)) : undefined,
        )
        return el('li', {}, row)
      }),
    )
  }
  const showBoxes = (): void => {
    const { boxes, selectedId } = bench.sheet
    byId('box-count', HTMLElement).textContent = String(boxes.length - proposals(bench.sheet).length)
    const rows = boxes.map((box) => boxRow(box, box.id === selectedId, colourOf(box.label)))
    boxList.replaceChildren(...(rows.length > 0 ? rows : [el('li', { class: 'empty' }, 'none yet: drag on the image')]))
    boxList.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' })
  }

  classList.addEventListener('click', (event) => {
    const row = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-label]') : null
    const label = row?.dataset['label']
    if (label !== undefined) chooseClass(bench, label)
  })
  boxList.addEventListener('click', (event) => {
    const row = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-id]') : null
    const box = bench.sheet.boxes.find(({ id }) => String(id) === row?.dataset['id'])
    if (!box) return
    bench.select(box.id)
    reveal(box)
  })
  search.addEventListener('input', showClasses)
  search.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') {
      const [first] = searchClasses(bench.labels, search.value)
      if (first !== undefined) chooseClass(bench, first)
    }
    if (event.key !== 'Enter' && event.key !== 'Escape') return
    event.preventDefault()
    search.value = ''
    showClasses()
    byId('stage', HTMLElement).focus()
  })
  bench.listen((change) => {
    if (change === 'boxes') showBoxes()
    if (change === 'boxes' || change === 'look') showClasses()
  })
  showClasses()
  return {
    searchClass: () => {
      byId('class-panel', HTMLElement).dataset['few'] = 'false'
      search.focus()
    },
  }
}

function swatch(colour: string): HTMLElement {
  const made = el('span', { class: 'swatch', 'aria-hidden': 'true' })
  made.style.background = colour
  made.style.color = colour
  return made
}

function boxRow(box: Box, selected: boolean, colour: string): HTMLElement {
  const tiny = isTiny(box)
  const sure = box.proposed && box.confidence !== undefined ? ` ${Math.round(box.confidence * 100)}%` : ''
  return el(
    'li',
    {
      role: 'option',
      'aria-selected': String(selected),
      'data-id': String(box.id),
      class: `${box.proposed ? 'proposed' : ''} ${tiny ? 'tiny' : ''}`,
      ...(tiny ? { title: `less than ${SMALLEST_SIDE_PX} px on a side: is it a slip?` } : {}),
    },
    swatch(colour),
    el('span', { class: 'name' }, `${box.label}${sure}`),
    el('span', { class: 'size' }, `${tiny ? '⚠ ' : ''}${Math.round(box.w)} × ${Math.round(box.h)}`),
  )
}
