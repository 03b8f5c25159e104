import { JobFailure } from '../../../runner/job-failure.ts'
import type { TaskKind } from './task-type.ts'

/** What the engine takes from a worker task template; the page itself is drawn by whoever shows the task. */
export interface Template {
  /** Text of its instructions; empty when it has none. */
  readonly instructions: string
  /** Label attribute whose boxes it shows, if any. */
  readonly priorAttribute?: string
}

/** What a worker's page must hold for each kind of task. */
const ELEMENTS: Readonly<Record<TaskKind, readonly string[]>> = {
  annotation: ['crowd-bounding-box'],
  adjustment: ['crowd-bounding-box'],
  verification: ['crowd-image-classifier', 'crowd-bounding-box', 'crowd-classifier'],
}

/**
 * @param uri for messages
 * @throws JobFailure unless it is a template for this kind of task
 */
export function readTemplate(html: string, uri: string, kind: TaskKind): Template {
  const elements = ELEMENTS[kind]
  if (!elements.some((element) => html.includes(`<${element}`))) {
    throw new JobFailure('ClientError', `the template ${uri} has no <${elements.join('> and no <')}>`)
  }
  const shown = /task\.input\.manifestLine(?:\.([A-Za-z0-9-]+?)|\[\s*["']([A-Za-z0-9-]+)["']\s*\])\.annotations\b/.exec(
    html,
  )
  const priorAttribute = shown?.[1] ?? shown?.[2]
  return { instructions: instructionsOf(html), ...(priorAttribute !== undefined && { priorAttribute }) }
}

function instructionsOf(html: string): string {
  const texts = ['short-instructions', 'full-instructions'].map((tag) => {
    const [, inner = ''] = new RegExp(`<${tag}\\b[^>]*>([\\s\\S]*?)</${tag}>`).exec(html) ?? []
    return plainText(inner)
  })
  // Templates often say the same in both places.
  return [...new Set(texts)].filter((text) => text !== '').join('\n\n')
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", nbsp: ' ' }

/** Without tags; ends of paragraphs, list items and lines become line ends. */
function plainText(html: string): string {
  return html
    .replace(/<(?:\/p|\/li|\/h\d|\/div|br\s*\/?)>/gi, '\n')
    .replace(/<li\b[^>]*>/gi, '- ')
    .replace(/<[^>]*>/g, '')
    .replace(/&(amp|lt|gt|quot|#39|nbsp);/g, (_, name: string) => ENTITIES[name] ?? '')
    .replace(/[ \t]+/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}
