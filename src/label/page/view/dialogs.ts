import { ACTIONS, OTHER_KEYS } from '../edit/keymap.ts'
import type { QualityReport } from '../protocol.ts'
import { byId, el } from './dom.ts'

interface Choice<T> {
  readonly text: string
  readonly value: T
  /** The one that Enter takes. */
  readonly primary?: boolean
}

/** Shows what is to be said and waits for a choice. @returns undefined when the person closes it */
export function ask<T>(
  title: string,
  content: readonly Node[],
  choices: readonly Choice<T>[],
  ready?: () => void,
): Promise<T | undefined> {
  const dialog = byId('dialog', HTMLDialogElement)
  if (dialog.open) dialog.close()
  return new Promise((resolve) => {
    let chosen: T | undefined
    const buttons = choices.map(({ text, value, primary }) => {
      const made = el('button', { type: 'button', class: primary ? 'primary' : '' }, text)
      made.addEventListener('click', () => {
        chosen = value
        dialog.close()
      })
      return made
    })
    dialog.replaceChildren(
      el('h3', { id: 'dialog-title' }, title),
      ...content,
      el('div', { class: 'tools' }, ...buttons),
    )
    dialog.addEventListener('close', () => resolve(chosen), { once: true })
    dialog.showModal()
    const primary = choices.findIndex((choice) => choice.primary)
    buttons[primary < 0 ? 0 : primary]?.focus()
    ready?.()
  })
}

export const paragraph = (text: string): HTMLElement => el('p', {}, text)

/** Common reasons, so that most skips are one press. */
const SKIP_REASONS = [
  'Too blurred to label',
  'Too dark or overexposed',
  'Not an aerial image',
  'I cannot tell the classes',
]

/** @returns the reason, or undefined when the person stays */
export async function askSkipReason(): Promise<string | undefined> {
  const text = el('textarea', { 'aria-label': 'Reason' })
  text.rows = 3
  text.maxLength = 500
  text.placeholder = 'Why can this image not be labelled?'
  const reasons = SKIP_REASONS.map((reason, i) => {
    const made = el('button', { type: 'button' }, reason, el('kbd', {}, String(i + 1)))
    made.addEventListener('click', () => {
      text.value = reason
      text.focus()
    })
    return made
  })
  const choices = el('div', { class: 'choices' }, ...reasons)
  choices.addEventListener('keydown', (event) => reasons[Number(event.key) - 1]?.click())
  for (;;) {
    const go = await ask(
      'Skip this image',
      [paragraph('It will not come to you again. Whoever looks at the labels later reads the reason.'), choices, text],
      [
        { text: 'Back', value: false },
        { text: 'Skip it', value: true, primary: true },
      ],
      () => reasons[0]?.focus(),
    )
    if (!go) return undefined
    const reason = text.value.trim()
    if (reason !== '') return reason
    text.placeholder = 'A reason is needed: choose one above or write one.'
  }
}

/** @returns the token typed */
export async function askToken(why: string): Promise<string> {
  for (;;) {
    const input = el('input', { type: 'text', 'aria-label': 'Token' })
    input.placeholder = 'token, or the whole address'
    await ask(
      'Which worker are you?',
      [
        paragraph(why),
        paragraph('`skyloop label serve` prints an address with a token for each worker: open it, or paste it here.'),
        input,
      ],
      [{ text: 'Continue', value: true, primary: true }],
      () => input.focus(),
    )
    const token = /(?:token=)?([A-Za-z0-9_-]{20,})\s*$/.exec(input.value)?.[1]
    if (token !== undefined) return token
  }
}

export async function showHelp(): Promise<void> {
  const rows = [
    ...Object.values(ACTIONS).map(({ keys, does, group }) => ({ keys: keys.join(', '), does, group })),
    ...OTHER_KEYS,
  ]
  const groups = [...new Set(rows.map(({ group }) => group))]
  const sections = groups.map((group) => {
    const list = el('dl')
    for (const row of rows.filter((one) => one.group === group)) {
      const keys = row.keys.split(', ').flatMap((key, i) => [...(i > 0 ? [' '] : []), el('kbd', {}, key)])
      list.append(el('dt', {}, ...keys), el('dd', {}, row.does))
    }
    return el('section', {}, el('h2', {}, group), list)
  })
  await ask(
    'Keys and mouse',
    [el('div', { class: 'help-columns' }, ...sections)],
    [{ text: 'Close', value: true, primary: true }],
  )
}

const percent = (share: number | undefined): string => (share === undefined ? '–' : `${Math.round(share * 100)}%`)
const decimal = (value: number | undefined): string => (value === undefined ? '–' : value.toFixed(2))

export async function showQuality(report: QualityReport): Promise<void> {
  const said =
    report.compared === 0
      ? 'No image has answers of two workers yet, so there is nothing to compare.'
      : `${report.compared} of ${report.images} images have answers of two workers or more. Boxes match when they overlap by more than half and bear one name.`
  const workers = table(
    ['Worker', 'Images', 'Boxes', 'Precision', 'Recall', 'Mean IoU', 'Median time'],
    report.workers.map((one) => [
      one.worker,
      String(one.images),
      String(one.boxes),
      percent(one.precision),
      percent(one.recall),
      decimal(one.meanIou),
      one.medianSeconds === undefined ? '–' : `${Math.round(one.medianSeconds)} s`,
    ]),
  )
  const pairs = table(
    ['Pair', 'Images', 'F1', 'Mean IoU'],
    report.pairs.map((one) => [`${one.a} – ${one.b}`, String(one.images), decimal(one.f1), decimal(one.meanIou)]),
  )
  await ask(
    'Agreement between workers',
    [
      paragraph(said),
      el('h2', {}, 'Each worker against the consensus'),
      workers,
      ...(report.pairs.length > 0 ? [el('h2', {}, 'Each pair'), pairs] : []),
    ],
    [{ text: 'Close', value: true, primary: true }],
  )
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): HTMLElement {
  const line = (tag: 'th' | 'td', cells: readonly string[]): HTMLElement =>
    el('tr', {}, ...cells.map((cell) => el(tag, {}, cell)))
  return el('table', {}, el('thead', {}, line('th', header)), el('tbody', {}, ...rows.map((row) => line('td', row))))
}
