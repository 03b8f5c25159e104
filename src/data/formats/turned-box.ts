import type { BoxXyxy } from './admit-box.ts'

/** The upright box around a box that is turned about its centre. */
export function turnAboutCentre([x1, y1, x2, y2]: BoxXyxy, degrees: number): BoxXyxy {
  const [sin, cos] = [Math.sin((degrees * Math.PI) / 180), Math.cos((degrees * Math.PI) / 180)]
  const [cx, cy, w, h] = [(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1]
  const halfW = (Math.abs(w * cos) + Math.abs(h * sin)) / 2
  const halfH = (Math.abs(w * sin) + Math.abs(h * cos)) / 2
  return [cx - halfW, cy - halfH, cx + halfW, cy + halfH]
}

/** The upright box around a box that is turned clockwise about its top left corner. */
export function turnAboutCorner([x1, y1, x2, y2]: BoxXyxy, degrees: number): BoxXyxy {
  const [sin, cos] = [Math.sin((degrees * Math.PI) / 180), Math.cos((degrees * Math.PI) / 180)]
  const [w, h] = [x2 - x1, y2 - y1]
  // Image axes: y grows downwards, so clockwise turns right to down.
  const xs = [0, w * cos, w * cos - h * sin, -h * sin]
  const ys = [0, w * sin, w * sin + h * cos, h * cos]
  return [x1 + Math.min(...xs), y1 + Math.min(...ys), x1 + Math.max(...xs), y1 + Math.max(...ys)]
}
