import { formatDuration } from '../../core/units.ts'
import { createScreen } from './screen.ts'

/** Something long that a person watches. Ends with exactly one of `done` and `fail`. */
export interface Task {
  /**
   * @param detail what is happening now, e.g. `epoch 3/12, mAP50 0.41`
   * @param fraction 0 to 1 where the end is known
   */
  update(detail: string, fraction?: number): void
  done(detail?: string): void
  fail(detail?: string): void
}

/** What a command says while it works. Everything goes to stderr; stdout carries results only. */
export interface Reporter {
  note(text: string): void
  warn(text: string): void
  /** Several may run at a time. */
  task(label: string): Task
}

export interface ReporterOptions {
  readonly write: (text: string) => void
  /** A terminal that can redraw lines. Otherwise plain lines are written, at most one each `plainIntervalMs` a task. */
  readonly interactive: boolean
  readonly colour: boolean
  /** Width of the terminal in columns. */
  readonly columns: () => number
  /** @default 10_000 */
  readonly plainIntervalMs?: number
}

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] as const
const BAR_COLUMNS = 20

type Paint = (code: number, text: string) => string

export function createReporter(options: ReporterOptions): Reporter {
  const paint: Paint = (code, text) => (options.colour ? `\u001B[${code}m${text}\u001B[0m` : text)
  const screen = createScreen(options.write, options.interactive)
  return {
    note: screen.line,
    warn: (text) => screen.line(`${paint(33, 'warning')} ${text}`),
    task: (label) =>
      options.interactive ? liveTask(label, options, paint, screen) : plainTask(label, options, paint, screen.line),
  }
}

function liveTask(
  label: string,
  options: ReporterOptions,
  paint: Paint,
  screen: ReturnType<typeof createScreen>,
): Task {
  const startedAt = performance.now()
  let detail = ''
  let fraction: number | undefined
  const remove = screen.live((frame) => {
    const spinner = FRAMES[frame % FRAMES.length] as string
    const elapsed = formatDuration(Math.floor((performance.now() - startedAt) / 1000) * 1000)
    const bar = fraction === undefined ? '' : ` ${drawBar(fraction)} ${String(Math.floor(fraction * 100)).padStart(3)}%`
    const room = options.columns() - label.length - bar.length - elapsed.length - 6
    const shown = detail.length <= room ? detail : room > 3 ? `${detail.slice(0, room - 1)}…` : ''
    return `${paint(36, spinner)} ${label}${bar} ${shown} ${paint(2, elapsed)}`
  })
  const end = (mark: string, text: string | undefined): void => {
    remove()
    screen.line(
      `${mark} ${label}${text ? `: ${text}` : ''} ${paint(2, `(${formatDuration(performance.now() - startedAt)})`)}`,
    )
  }
  return {
    update: (text, part) => {
      detail = text.replaceAll(/\s+/g, ' ')
      fraction = clamp(part)
    },
    done: (text) => end(paint(32, '✔'), text),
    fail: (text) => end(paint(31, '✖'), text),
  }
}

function plainTask(label: string, options: ReporterOptions, paint: Paint, line: (text: string) => void): Task {
  const startedAt = performance.now()
  const interval = options.plainIntervalMs ?? 10_000
  let saidAt = startedAt
  let said = ''
  line(`… ${label}`)
  const end = (mark: string, text: string | undefined): void => {
    line(`${mark} ${label}${text ? `: ${text}` : ''} (${formatDuration(performance.now() - startedAt)})`)
  }
  return {
    update: (text, part) => {
      const now = performance.now()
      if (now - saidAt < interval || text === said) return
      saidAt = now
      said = text
      const percent = clamp(part)
      line(`  ${label}: ${percent === undefined ? '' : `${Math.floor(percent * 100)}% `}${text}`)
    },
    done: (text) => end(paint(32, 'ok'), text),
    fail: (text) => end(paint(31, 'failed'), text),
  }
}

/** Runs work as one task: done when it returns, failed when it throws. */
export async function asTask<T>(
  report: Reporter,
  label: string,
  work: (task: Task) => Promise<T>,
  summary: (result: T) => string | undefined = () => undefined,
): Promise<T> {
  const task = report.task(label)
  let result: T
  try {
    result = await work(task)
  } catch (error) {
    task.fail()
    throw error
  }
  task.done(summary(result))
  return result
}

function drawBar(fraction: number): string {
  const full = Math.round(fraction * BAR_COLUMNS)
  return '█'.repeat(full) + '░'.repeat(BAR_COLUMNS - full)
}

function clamp(fraction: number | undefined): number | undefined {
  return fraction === undefined || Number.isNaN(fraction) ? undefined : Math.min(1, Math.max(0, fraction))
}
