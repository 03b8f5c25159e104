/** Colours that people with any colour vision tell apart. @source Okabe and Ito 2008, without the yellow, too pale on white */
export const CATEGORY_COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#6b4c9a'] as const

export const INK = '#1b2530'
export const MUTED = '#5a6774'
export const GRID = '#e4e9ee'
/** Lines that give context behind the one that matters. */
export const CONTEXT = '#b4bfca'

/** White to dark blue: luminance falls steadily, so it reads in grey as well. @param share in [0, 1] */
export function heatColour(share: number): string {
  const at = Math.min(1, Math.max(0, share)) * (HEAT.length - 1)
  const low = HEAT[Math.floor(at)]!
  const high = HEAT[Math.ceil(at)]!
  const mixed = low.map((value, i) => Math.round(value + (high[i]! - value) * (at - Math.floor(at))))
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`
}

const HEAT = [
  [255, 255, 255],
  [222, 235, 247],
  [158, 202, 225],
  [66, 146, 198],
  [8, 81, 156],
  [8, 40, 92],
] as const

/** Bright on photographs, whatever is below. */
const BOX_COLOURS = ['#ffb000', '#00c2ff', '#ff5c8a', '#7dff6b', '#c78bff', '#ff8a3d', '#fff36b'] as const

export function boxColour(classId: number): string {
  return BOX_COLOURS[classId % BOX_COLOURS.length]!
}
