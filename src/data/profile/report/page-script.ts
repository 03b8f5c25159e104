/** The page's own program: fills, sorts and filters the table, and shows the picture of whatever is pointed at. */
export const PAGE_SCRIPT = `'use strict'
const { heads, rows } = JSON.parse(document.getElementById('data').textContent)
const table = document.getElementById('table'), body = table.tBodies[0]
const more = document.getElementById('more'), filter = document.getElementById('filter'), shown = document.getElementById('shown')
const CHUNK = 100
const order = new Intl.Collator('en', { numeric: true })
const columns = [
  { label: 'image', of: (r) => r.path, text: true },
  { label: 'flight', of: (r) => r.flight, text: true },
  { label: 'size', of: (r) => r.size[0] * r.size[1] },
  ...heads.map((head, k) => ({ label: head.label, unit: head.unit, of: (r) => r.values[k] })),
  { label: 'flags', of: (r) => r.flags.length, text: true },
]
let sorted = 0, down = false, limit = CHUNK
const make = (tag, text, name) => {
  const element = document.createElement(tag)
  if (text !== undefined) element.textContent = text
  if (name) element.className = name
  return element
}
const number = (value, digits) => value === null ? '' : digits !== undefined ? value.toFixed(digits) : Math.abs(value) >= 1000 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)))
const heading = make('tr')
columns.forEach((column, k) => {
  const cell = make('th', undefined, column.text ? '' : 'n')
  const button = make('button', column.label)
  if (column.unit) button.append(make('small', ' ' + column.unit))
  button.addEventListener('click', () => { down = sorted === k ? !down : !column.text || k === columns.length - 1; sorted = k; limit = CHUNK; draw() })
  cell.append(button)
  heading.append(cell)
})
table.tHead.append(heading)
const rowElement = (row) => {
  const line = make('tr')
  line.dataset.i = rows.indexOf(row)
  const name = make('div', undefined, 'file')
  if (row.thumb) { const picture = make('img'); picture.src = row.thumb; picture.alt = ''; name.append(picture) }
  const cut = row.path.lastIndexOf('/') + 1
  const path = make('span')
  path.append(make('small', row.path.slice(0, cut)), row.path.slice(cut))
  name.append(path)
  const file = make('td')
  file.append(name)
  const flight = make('td', undefined, 'flight')
  flight.append(make('i', undefined, 'key c' + row.colour), row.flight)
  line.append(file, flight, make('td', row.size.join(' × '), 'n'))
  row.values.forEach((value, k) => line.append(make('td', number(value, heads[k].digits), 'n')))
  const flags = make('td')
  for (const flag of row.flags) flags.append(make('span', flag, 'flag'), ' ')
  line.append(flags)
  return line
}
const draw = () => {
  const wanted = filter.value.trim().toLowerCase()
  const found = rows.filter((r) => !wanted || (r.path + ' ' + r.flight + ' ' + r.flags.join(' ')).toLowerCase().includes(wanted))
  const { of } = columns[sorted]
  const sign = down ? -1 : 1
  found.sort((a, b) => {
    const [x, y] = [of(a), of(b)]
    if (x === null || y === null) return (x === null) - (y === null)
    return sign * (typeof x === 'string' ? order.compare(x, y) : x - y)
  })
  body.replaceChildren(...found.slice(0, limit).map(rowElement))
  ;[...heading.cells].forEach((cell, k) => cell.setAttribute('aria-sort', k !== sorted ? 'none' : down ? 'descending' : 'ascending'))
  shown.textContent = found.length === rows.length ? rows.length + ' images' : found.length + ' of ' + rows.length + ' images'
  more.hidden = found.length <= limit
}
more.addEventListener('click', () => { limit += CHUNK * 5; draw() })
filter.addEventListener('input', () => { limit = CHUNK; draw() })
addEventListener('beforeprint', () => { limit = CHUNK; draw() })
draw()
const tip = make('div', undefined, 'tip')
tip.hidden = true
document.body.append(tip)
const target = (event) => event.target instanceof Element ? event.target.closest('svg [data-i], figure[data-i]') : null
const show = (element, event) => {
  const row = rows[Number(element.dataset.i)]
  if (!row) return
  tip.replaceChildren()
  if (row.thumb && element.namespaceURI.endsWith('svg')) { const picture = make('img'); picture.src = row.thumb; picture.alt = ''; tip.append(picture) }
  tip.append(make('b', row.path), make('span', row.flight + (row.at ? ', ' + row.at.replace('T', ' ') : '')))
  heads.forEach((head, k) => { if (row.values[k] !== null) tip.append(make('span', head.label + ' ' + number(row.values[k], head.digits) + ' ' + head.unit)) })
  tip.hidden = false
  const box = tip.getBoundingClientRect()
  tip.style.left = Math.max(4, Math.min(event.clientX + 14, innerWidth - box.width - 8)) + 'px'
  tip.style.top = Math.max(4, Math.min(event.clientY + 14, innerHeight - box.height - 8)) + 'px'
}
document.addEventListener('pointermove', (event) => { const element = target(event); if (element) show(element, event); else tip.hidden = true })
document.addEventListener('click', (event) => {
  const element = target(event)
  const row = element && rows[Number(element.dataset.i)]
  if (!row) return
  filter.value = row.path
  limit = CHUNK
  draw()
  document.getElementById('images').scrollIntoView({ behavior: 'smooth' })
})
`
