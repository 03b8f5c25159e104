/** Draws one line of something under way. @param frame counts the redraws, for a spinner */
export type LiveLine = (frame: number) => string

/** Lines that stay, above lines that are redrawn until they are removed. */
export interface Screen {
  readonly line: (text: string) => void
  /** @returns removes the line again */
  readonly live: (draw: LiveLine) => () => void
}

const REDRAW_MS = 100

/** @param interactive false: the terminal cannot redraw, and `live` draws nothing */
export function createScreen(write: (text: string) => void, interactive: boolean): Screen {
  const drawers: LiveLine[] = []
  let drawn = 0
  let frame = 0
  let timer: NodeJS.Timeout | undefined

  const erase = (): string => (drawn === 0 ? '' : `\r${drawn > 1 ? `\u001B[${drawn - 1}A` : ''}\u001B[J`)
  const redraw = (above = ''): void => {
    const before = erase()
    const lines = drawers.map((draw) => draw(frame))
    drawn = lines.length
    write(before + above + lines.join('\n'))
  }
  return {
    line: (text) => {
      if (drawers.length > 0 || drawn > 0) redraw(`${text}\n`)
      else write(`${text}\n`)
    },
    live: (draw) => {
      if (!interactive) return () => {}
      drawers.push(draw)
      timer ??= setInterval(() => {
        frame++
        redraw()
      }, REDRAW_MS)
      timer.unref()
      redraw()
      return () => {
        drawers.splice(drawers.indexOf(draw), 1)
        redraw()
        if (drawers.length > 0) return
        clearInterval(timer)
        timer = undefined
      }
    },
  }
}
