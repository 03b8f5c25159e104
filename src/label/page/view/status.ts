import type { Progress } from '../protocol.ts'
import { button, byId, el } from './dom.ts'

const TOAST_MS = 3500

let toastTimer: ReturnType<typeof setTimeout> | undefined

/** A word at the lower edge that goes by itself. */
export function toast(text: string, kind: 'note' | 'warn' = 'note'): void {
  const element = byId('toast', HTMLElement)
  element.textContent = text
  element.dataset['kind'] = kind
  element.hidden = false
  clearTimeout(toastTimer)
  toastTimer = setTimeout(() => (element.hidden = true), TOAST_MS)
}

/** Tells those who hear the page rather than see it. */
export function say(text: string): void {
  byId('spoken', HTMLElement).textContent = text
}

/** Covers the image with a message; without arguments uncovers it. */
export function veil(title?: string, text?: string, ...buttons: readonly HTMLButtonElement[]): void {
  const element = byId('veil', HTMLElement)
  element.hidden = title === undefined
  if (title === undefined) return
  element.replaceChildren(
    el('h2', {}, title),
    ...(text === undefined ? [] : [el('p', {}, text)]),
    ...(buttons.length > 0 ? [el('div', { class: 'tools' }, ...buttons)] : []),
  )
}

export type SaveState = 'none' | 'saving' | 'saved' | 'local'

const SAVE_TEXT: Readonly<Record<SaveState, string>> = {
  none: '',
  saving: 'saving…',
  saved: 'saved',
  local: 'kept in this browser',
}

export function showSaved(state: SaveState): void {
  const element = byId('saved', HTMLElement)
  element.dataset['state'] = state
  element.textContent = SAVE_TEXT[state]
}

export function showProgress({ images, finished, mine, skipped, open }: Progress): void {
  const bar = byId('progress-bar', HTMLProgressElement)
  bar.max = Math.max(1, images)
  bar.value = finished
  const text = byId('progress-text', HTMLElement)
  text.textContent = `${finished} of ${images} · ${mine} by you`
  text.title = `${images} images: ${finished} finished, ${mine} answered and ${skipped} skipped by you, ${open} still open to you`
}

/** From when on the time left on a claim is shown. */
const SHOW_TIME_BELOW_S = 300

export function showTimeLeft(milliseconds: number | undefined): void {
  const element = byId('time-left', HTMLElement)
  const seconds = milliseconds === undefined ? Infinity : Math.max(0, Math.round(milliseconds / 1000))
  element.hidden = seconds > SHOW_TIME_BELOW_S
  element.dataset['soon'] = String(seconds < 60)
  element.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')} left`
}

/** Says above the page that something is wrong, for as long as it is. @returns takes it away */
export function banner(text: () => string, retry: () => void): () => void {
  const element = byId('banner', HTMLElement)
  const words = el('span', {}, text())
  element.replaceChildren(words, button('Retry now', undefined, retry))
  element.hidden = false
  const timer = setInterval(() => (words.textContent = text()), 1000)
  return () => {
    clearInterval(timer)
    element.hidden = true
  }
}
