/** `1 image`, `7 images`. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number.toLocaleString('en')} ${number === 1 ? noun : plural}`
}

/** `7 of 38 images`. */
export function countOf(number: number, all: number, noun: string): string {
  return `${number.toLocaleString('en')} of ${count(all, noun)}`
}

/** `1 is`, `7 are`; `verb` in both forms. */
export function agree(number: number, one: string, many: string): string {
  return number === 1 ? one : many
}

/** Three significant digits without a tail of zeros; whole numbers from a thousand on. */
export function short(value: number): string {
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en')
  return Number(value.toPrecision(3)).toString()
}

/** `12 %`, `0.4 %`, `under 0.1 %`. */
export function percent(share: number): string {
  const value = share * 100
  if (value > 0 && value < 0.1) return 'under 0.1 %'
  return `${value >= 10 || value === 0 ? Math.round(value) : value.toFixed(1)} %`
}

/** Paths as a person says them: the file's name alone. The advice's `images` have the whole path. */
export function listFiles(paths: readonly string[], most = 3): string {
  return listNames(paths.slice(0, most + 1).map(fileName), most, paths.length)
}

export function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** `a, b and c`; from the fourth on `a, b, c and 9 more`. */
export function listNames(names: readonly string[], most = 3, all = names.length): string {
  if (names.length <= 1) return names.join('')
  if (names.length <= most) return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
  return `${names.slice(0, most).join(', ')} and ${(all - most).toLocaleString('en')} more`
}
